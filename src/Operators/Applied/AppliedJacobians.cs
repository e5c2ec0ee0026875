using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Kernels of an interpolated Jacobian: Jᵀ times the vectors, then J times what comes out.</summary>
/// <param name="intervals">J(θ) on every interval.</param>
/// <param name="source">The Jacobians of the checkpoints.</param>
/// <param name="products">What multiplies them, for one call at a time.</param>
/// <param name="traces">tr K_SS of every checkpoint.</param>
internal sealed class AppliedJacobians(IReadOnlyList<JacobianInterpolant> intervals, ProductSource source, UnitProducts products, IReadOnlyList<double> traces)
    : AppliedKernels
{
    private const int Moments = 9;

    private (int Interval, IReadOnlySet<TensorSource> Tensors) _wanted = (-1, new HashSet<TensorSource>());

    public override void Train(int interval, ReadOnlySpan<double> thetas, in MatrixView x, in MatrixView y)
    {
        double[][] weights = Weights(intervals[interval], thetas);
        Run(interval, weights, weights, fromTest: false, x, y, default);
    }

    public override void Test(int interval, ReadOnlySpan<double> thetas, in MatrixView x, in MatrixView y)
    {
        double[][] weights = Weights(intervals[interval], thetas);
        Run(interval, weights, weights, fromTest: false, x, default, y);
    }

    public override void TestTransposed(int interval, double theta, in MatrixView y, in MatrixView x)
    {
        double[] thetas = new double[y.Columns];
        Array.Fill(thetas, theta);
        double[][] weights = Weights(intervals[interval], thetas);
        Run(interval, weights, weights, fromTest: true, y, x, default);
    }

    public override void Chords(int interval, ReadOnlySpan<(double From, double To)> steps, in MatrixView x, in MatrixView y)
    {
        var p = intervals[interval];
        int count = p.Checkpoints.Count;
        double[][] start = new double[count][], mean = new double[count][];
        for (int a = 0; a < count; a++)
        {
            (start[a], mean[a]) = (new double[steps.Length], new double[steps.Length]);
            for (int c = 0; c < steps.Length; c++) (start[a][c], mean[a][c]) = (p.At(a, steps[c].From), p.Mean(a, steps[c].From, steps[c].To));
        }
        int n = x.Rows;
        Run(interval, start, mean, fromTest: false, x, y.Slice(0, 0, n, y.Columns), y.Rows > n ? y.Slice(n, 0, y.Rows - n, y.Columns) : default);
    }

    // (Σ|ℓ_a|√tr K_a)² bounds tr K(θ), and with weights that are a share each it is the largest trace.
    public override double TraceBound(int interval)
    {
        var p = intervals[interval];
        double largest = 0;
        for (int i = 0; i < Moments; i++)
        {
            double root = 0;
            for (int a = 0; a < p.Checkpoints.Count; a++)
                root += Math.Abs(p.At(a, i / (Moments - 1.0))) * Math.Sqrt(traces[p.Checkpoints[a]]);
            largest = Math.Max(largest, root * root);
        }
        // With J linear the bound is convex, so that an end has the largest; a cubic moves little between so many moments.
        return p.Checkpoints.Count == 2 ? largest : 1.1 * largest;
    }

    public override double Flops(int interval) => products.Units.Sum(u => 2 * u.Flops(source.Run.Train, [.. intervals[interval].Checkpoints], false));

    private void Run(int interval, double[][] from, double[][] to, bool fromTest, in MatrixView x, in MatrixView train, in MatrixView test)
    {
        lock (products) products.Apply(intervals[interval].Checkpoints, from, to, Wanted(interval), fromTest, x, train, test);
    }

    private IReadOnlySet<TensorSource> Wanted(int interval)
    {
        if (_wanted.Interval != interval) _wanted = (interval, products.Wanted(intervals[interval].Checkpoints));
        return _wanted.Tensors;
    }

    private static double[][] Weights(JacobianInterpolant p, ReadOnlySpan<double> thetas)
    {
        var weights = new double[p.Checkpoints.Count][];
        for (int a = 0; a < weights.Length; a++)
        {
            weights[a] = new double[thetas.Length];
            for (int c = 0; c < thetas.Length; c++) weights[a][c] = p.At(a, thetas[c]);
        }
        return weights;
    }
}
