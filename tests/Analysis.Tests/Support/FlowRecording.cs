using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Support;

/// <summary>What a recorder would have seen of one moment of a <see cref="FlowPath"/>.</summary>
internal sealed record Moment(double Time, Matrix<double> J_S, Matrix<double> J_Q, Vector<double> U_S, Vector<double> U_Q, Vector<double> G, double[]? B,
    double Loss);

/// <summary>A flow integrated as a <i>vector</i> equation (U_S, U_Q, g, Φ) by the classical Runge–Kutta method with steps so small that its error is rounding:
/// nothing in common with the code under test, which integrates matrices by collocation.</summary>
internal sealed record FlowRecording(FlowPath Path, double[] Targets, IReadOnlyList<Moment> Moments)
{
    private const int StepsPerInterval = 400;

    public static FlowRecording Of(FlowPath path, double[] times, int seed = 99, int stepsPerInterval = StepsPerInterval)
    {
        var random = new Random(seed);
        Vector<double> uS = Normal(random, path.N), uQ = Normal(random, path.M), y = Normal(random, path.N);
        var g = (uS - y) / path.Train;
        double loss = path.B is null ? (uS - y).DotProduct(uS - y) / (2 * path.Train) : 0;
        var moments = new List<Moment>();
        for (int k = 0; k < times.Length; k++)
        {
            if (k > 0) (uS, uQ, g, loss) = Advance(path, times[k - 1], times[k], stepsPerInterval, (uS, uQ, g, loss));
            moments.Add(new Moment(times[k], path.J_S(times[k]), path.J_Q(times[k]), uS, uQ, g, path.B?.Invoke(times[k]), loss));
        }
        return new FlowRecording(path, y.ToArray(), moments);
    }

    private LossModel Loss => Path.B is null ? LossModel.Squared(Targets, Path.Outputs) : LossModel.Custom(Path.Train, Path.Outputs);

    /// <summary>The run with Jacobians.</summary>
    public CheckpointSequence Jacobians(bool single = false) => Sequence((m, _) => [Tensor("J_S", m.J_S, single), Tensor("J_Q", m.J_Q, single)]);

    /// <summary>The run with kernel blocks.</summary>
    /// <param name="cross">With K_SS_next, K_QS_next, K_SQ_next (and K_QQ_next), which keep the interpolant linear in J.</param>
    /// <param name="testKernel">With K_QQ.</param>
    public CheckpointSequence Kernels(bool cross, bool testKernel = true) => Sequence((m, next) =>
    [
        Tensor("K_SS", Times(m.J_S, m.J_S)), Tensor("K_QS", Times(m.J_Q, m.J_S)),
        .. testKernel ? [Tensor("K_QQ", Times(m.J_Q, m.J_Q))] : Array.Empty<TensorSource>(),
        .. cross && next is not null
            ? [Tensor("K_SS_next", Times(next.J_S, m.J_S)), Tensor("K_QS_next", Times(next.J_Q, m.J_S)), Tensor("K_SQ_next", Times(next.J_S, m.J_Q)),
                Tensor("K_QQ_next", Times(next.J_Q, m.J_Q))]
            : Array.Empty<TensorSource>(),
    ]);

    /// <summary>A tensor in float64 or float32.</summary>
    public static TensorSource Tensor(string name, Matrix<double> matrix, bool single = false) => single
        ? new MemoryTensor(name, Array.ConvertAll(matrix.ToRowMajorArray(), v => (float)v), matrix.RowCount, matrix.ColumnCount)
        : MemoryTensor.FromMatrix(name, matrix);

    private static Matrix<double> Times(Matrix<double> a, Matrix<double> b)
    {
        var product = a * b.Transpose();
        return ReferenceEquals(a, b) ? 0.5 * (product + product.Transpose()) : product;
    }

    private CheckpointSequence Sequence(Func<Moment, Moment?, TensorSource[]> kernels) =>
        new(Moments.Select((m, k) => new Checkpoint(m.Time, k, [.. kernels(m, k + 1 < Moments.Count ? Moments[k + 1] : null), .. Small(m)])), Loss);

    private TensorSource[] Small(Moment m)
    {
        long n = Path.Train, p = Path.Outputs;
        TensorSource[] common = [new MemoryTensor("U_S", m.U_S.ToArray(), n, p), new MemoryTensor("U_Q", m.U_Q.ToArray(), Path.Test, p),
            new MemoryTensor("loss", [m.Loss])];
        return m.B is null ? common : [.. common, new MemoryTensor("g", m.G.ToArray(), n, p), new MemoryTensor("B", m.B, n, p, p)];
    }

    private static Vector<double> Normal(Random random, int length) => FlowPath.Gaussian(random, length, 1).Column(0);

    private static (Vector<double>, Vector<double>, Vector<double>, double) Advance(FlowPath path, double from, double to, int steps,
        (Vector<double> S, Vector<double> Q, Vector<double> G, double Loss) x)
    {
        double h = (to - from) / steps;
        for (int i = 0; i < steps; i++)
        {
            double t = from + i * h, middle = t + 0.5 * h, end = from + (i + 1) * h;
            var a = Rate(path, t, x.G);
            var b = Rate(path, middle, x.G + 0.5 * h * a.G);
            var c = Rate(path, middle, x.G + 0.5 * h * b.G);
            // Just inside the interval: a polygon's corner belongs to both sides, and both give the same J.
            var d = Rate(path, end, x.G + h * c.G);
            x = (x.S + h / 6 * (a.S + 2 * b.S + 2 * c.S + d.S), x.Q + h / 6 * (a.Q + 2 * b.Q + 2 * c.Q + d.Q), x.G + h / 6 * (a.G + 2 * b.G + 2 * c.G + d.G),
                x.Loss + h / 6 * (a.Loss + 2 * b.Loss + 2 * c.Loss + d.Loss));
        }
        return x;
    }

    // U̇_S = −J_S J_Sᵀ g, U̇_Q = −J_Q J_Sᵀ g, ġ = B U̇_S, Φ̇ = −‖J_Sᵀ g‖²
    private static (Vector<double> S, Vector<double> Q, Vector<double> G, double Loss) Rate(FlowPath path, double t, Vector<double> g)
    {
        var J_S = path.J_S(t);
        var v = J_S.TransposeThisAndMultiply(g);
        Vector<double> s = -(J_S * v), q = -(path.J_Q(t) * v);
        return (s, q, Hessian(path, t, s), -v.DotProduct(v));
    }

    private static Vector<double> Hessian(FlowPath path, double t, Vector<double> s)
    {
        if (path.B is null) return s / path.Train;
        double[] blocks = path.B(t);
        int p = path.Outputs;
        return Vector<double>.Build.Dense(s.Count, r => Enumerable.Range(0, p).Sum(d => blocks[r * p + d] * s[r / p * p + d]));
    }
}
