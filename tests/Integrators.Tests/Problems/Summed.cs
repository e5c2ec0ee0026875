namespace KernelFlow.Integrators.Tests.Problems;

/// <summary>A trajectory made of stored kernels with weights, as interpolated ones are.</summary>
internal sealed class Summed(IReadOnlyList<IReadOnlyList<WeightedTerm>> intervals, int testSize, int outputs, double? beta, double[] knots)
    : KernelTrajectory(intervals[0][0].Term.Kernels.ColumnCount, testSize, outputs, knots)
{
    public override double? Beta => beta;

    public override IReadOnlyList<WeightedTerm>? Terms(int interval) => intervals[interval];

    public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => new(TestSize, TestSize);

    /// <summary>K(θ) = (1 + θ)²K₀ on every interval, as J = (1 + θ)J₀ makes it, B = βI: every mode on its own, and 7/3 as far as with K₀.</summary>
    public static Solved Growing(double[] kappa, double beta, double[] knots, int seed)
    {
        double[] times = [.. knots.Select(t => 7.0 / 3 * t)];
        var frozen = Frozen.Make(kappa, beta, times, seed);
        var kernels = new DenseMatrix(kappa.Length + frozen.Trajectory.TestSize, kappa.Length);
        frozen.Trajectory.Kernels(0, times[0], kernels);
        WeightedTerm[] terms =
        [
            new(new KernelTerm(kernels, null), 1, -2, 1), new(new KernelTerm((DenseMatrix)(4 * kernels), null), 0, 0, 1),
            new(new KernelTerm((DenseMatrix)(4 * kernels), null), 0, 1, -1),
        ];
        return frozen with { Name = "growing", Trajectory = new Summed([.. knots.Skip(1).Select(_ => terms)], frozen.Trajectory.TestSize, 1, beta, knots) };
    }

    /// <summary>J linear between random Jacobians, B linear between random blocks or βI: nothing commutes.</summary>
    public static Summed Random(int n, int m, int p, double? beta, double[] knots, double size, int seed)
    {
        var random = new Random(seed);
        int D = n + 10;
        Matrix<double>[] J = [.. knots.Select(_ => Matrix<double>.Build.Dense(n + m, D, (_, _) => random.NextDouble() - 0.5))];
        for (int k = 1; k < J.Length; k++) J[k] = J[k - 1] + 0.3 * J[k];
        double scale = size / Math.Pow(J[0].SubMatrix(0, n, 0, D).L2Norm(), 2);
        KernelTerm Term(int a, int b) => new(DenseMatrix.OfMatrix(scale * (a == b ? J[a] * J[a].SubMatrix(0, n, 0, D).Transpose()
            : J[a] * J[b].SubMatrix(0, n, 0, D).Transpose() + J[b] * J[a].SubMatrix(0, n, 0, D).Transpose())), null);
        return new Summed([.. Enumerable.Range(0, knots.Length - 1).Select(k => (WeightedTerm[])
            [new(Term(k, k), 1, -2, 1), new(Term(k + 1, k + 1), 0, 0, 1), new(Term(k, k + 1), 0, 1, -1)])], m, p, beta, knots);
    }

    protected override void KernelsCore(int interval, double time, in MatrixView kernels)
    {
        kernels.Fill(0);
        foreach (var t in intervals[interval])
            for (int j = 0; j < kernels.Columns; j++)
                VectorRoutines.Axpy(t.At(Position(interval, time)), ((MatrixView)t.Term.Kernels).Column(j), kernels.Column(j));
    }

    protected override void HessianCore(int interval, double time, OutputHessian B)
    {
        int p = B.Outputs;
        for (int i = 0; i < B.Blocks.Length; i++)
        {
            int row = i / p % p, column = i % p, example = i / (p * p);
            B.Blocks[i] = beta is { } b ? (row == column ? b : 0)
                : (row == column ? 1 + 0.3 * Math.Sin(example + time) : 0.2 * Math.Cos(example + row + column));
        }
    }
}
