using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.WorkPrecision;

/// <summary>A trajectory with reference operators.</summary>
/// <param name="Name">Short name, also of files.</param>
/// <param name="Description">What it is.</param>
/// <param name="Trajectory">What is integrated.</param>
/// <param name="Reference">What the results are compared with.</param>
/// <param name="ReferenceNote">Where the reference comes from and how far it can be trusted.</param>
internal sealed record StudyProblem(string Name, string Description, KernelTrajectory Trajectory, OperatorTriple Reference, string ReferenceNote)
{
    /// <summary>∫λ_max(BK)dt by the trapezium rule over knots: what decides the cost of explicit methods.</summary>
    public double Stiffness { get; } = Stiffnesses(Trajectory);

    // λ_max(BK) by power iteration on K B (same spectrum); a few digits are enough.
    private static double Stiffnesses(KernelTrajectory trajectory)
    {
        int n = trajectory.TrainSize;
        MatrixView kernels = new(new double[(n + trajectory.TestSize) * n], n + trajectory.TestSize, n);
        var hessian = new OutputHessian(n / trajectory.Outputs, trajectory.Outputs);
        var backend = Backend.Managed(1);
        double sum = 0;
        for (int interval = 0; interval < trajectory.Intervals; interval++)
        {
            double a = trajectory.Knots[interval], b = trajectory.Knots[interval + 1], ends = 0;
            foreach (double t in (double[])[a, b])
            {
                trajectory.Kernels(interval, t, kernels);
                trajectory.Hessian(interval, t, hessian);
                ends += Largest(kernels.Slice(0, 0, n, n), hessian, backend);
            }
            sum += 0.5 * (b - a) * ends;
        }
        return sum;
    }

    private static double Largest(in MatrixView K, OutputHessian hessian, Backend backend)
    {
        var random = new Random(1);
        MatrixView x = new(Enumerable.Range(0, K.Rows).Select(_ => random.NextDouble() - 0.5).ToArray(), K.Rows, 1), y = new(new double[K.Rows], K.Rows, 1);
        double value = 0;
        for (int k = 0; k < 100; k++)
        {
            backend.Gemm(Op.None, Op.None, 1, K, x, 0, y);
            hessian.Apply(1, y, 0, x);
            value = VectorRoutines.Norm(x.Column(0));
            if (value == 0) return 0;
            VectorRoutines.Divide(x.Column(0), value);
        }
        return value;
    }
}
