using KernelFlow.Numerics;

namespace KernelFlow.Networks.Tests;

public class DemoRunTests
{
    [Fact]
    public void The_demos_kernel_drifts_by_more_than_its_initial_norm()
    {
        var run = Recorder.InMemory(DemoRun.Options, Backends.Managed);
        double[] first = Kernel(run[0]), last = Kernel(run[^1]);
        double initial = Norm((double[])first.Clone(), run.TrainSize);
        double drift = Norm(last.Zip(first, (a, b) => a - b).ToArray(), run.TrainSize) / initial;
        Check.Between(drift, 1, 100, "kernel drift");
        double start = run[0]["loss"].ReadAll()[0], end = run[^1]["loss"].ReadAll()[0];
        Check.Small(end / start, 0.2, "loss at the end relative to the start");
    }

    private static double[] Kernel(Checkpoint checkpoint)
    {
        double[] J = checkpoint["J_S"].ReadAll();
        int N = (int)checkpoint["U_S"].Count, D = J.Length / N;
        var K = new double[N * N];
        for (int i = 0; i < N; i++)
            for (int j = 0; j < N; j++)
                for (int k = 0; k < D; k++) K[i * N + j] += J[i * D + k] * J[j * D + k];
        return K;
    }

    private static double Norm(double[] symmetric, int N)
    {
        var values = new double[N];
        Backends.Managed.SymmetricEigen(new MatrixView(symmetric, N, N), values, vectors: false);
        return Math.Max(Math.Abs(values[0]), Math.Abs(values[^1]));
    }
}
