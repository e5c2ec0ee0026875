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

        // The error on true labels, from its definition; a run without them, or another time, is refused.
        double[] truth = run.RunTensors["y_Q"].ReadAll(), outputs = run[^1]["U_Q"].ReadAll();
        double sum = 0;
        for (int i = 0; i < truth.Length; i++) sum += Math.Pow(outputs[i] - truth[i], 2);
        Check.Small(Math.Abs(DemoRun.TestError(run, run[^1].Time) / (sum / truth.Length) - 1), 1e-14, "test error");
        Assert.Throws<ArgumentException>(() => DemoRun.TestError(run, -1));
        Assert.Throws<ArgumentException>(() => DemoRun.TestError(new CheckpointSequence(run, run.Loss), run[^1].Time));
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
