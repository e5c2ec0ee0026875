using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Kernels of an interpolated Jacobian: Jᵀ times the vectors, then J times what comes out, a few columns of J at a time.</summary>
/// <param name="intervals">J(θ) on every interval.</param>
/// <param name="source">The Jacobians of the checkpoints.</param>
/// <param name="traces">tr K_SS of every checkpoint.</param>
internal sealed class AppliedJacobians(IReadOnlyList<JacobianInterpolant> intervals, JacobianSource source, IReadOnlyList<double> traces) : AppliedKernels
{
    private const int Moments = 9;

    public override void Train(int interval, ReadOnlySpan<double> thetas, in MatrixView x, in MatrixView y) =>
        Multiply(interval, thetas, x, y, intoTest: false);

    public override void Test(int interval, ReadOnlySpan<double> thetas, in MatrixView x, in MatrixView y) =>
        Multiply(interval, thetas, x, y, intoTest: true);

    public override void TestTransposed(int interval, double theta, in MatrixView y, in MatrixView x)
    {
        double[] thetas = new double[y.Columns];
        Array.Fill(thetas, theta);
        var p = intervals[interval];
        x.Fill(0);
        var target = x;
        double[][] weights = Weights(p, thetas);
        lock (source)
            source.Run(p.Checkpoints, y, weights, fromTest: true, [new JacobianTarget(target, weights, IsTest: false)]);
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
        y.Fill(0);
        int n = x.Rows;
        var train = new JacobianTarget(y.Slice(0, 0, n, y.Columns), mean, IsTest: false);
        JacobianTarget[] targets = y.Rows > n ? [train, new JacobianTarget(y.Slice(n, 0, y.Rows - n, y.Columns), mean, IsTest: true)] : [train];
        lock (source) source.Run(p.Checkpoints, x, start, fromTest: false, targets);
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

    public override double Flops(int interval) => 2 * intervals[interval].Checkpoints.Count * source.FlopsPerVector;

    private void Multiply(int interval, ReadOnlySpan<double> thetas, in MatrixView x, in MatrixView y, bool intoTest)
    {
        var p = intervals[interval];
        double[][] weights = Weights(p, thetas);
        y.Fill(0);
        lock (source) source.Run(p.Checkpoints, x, weights, fromTest: false, [new JacobianTarget(y, weights, intoTest)]);
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

/// <summary>Where Σ_a w_a J_a z goes.</summary>
/// <param name="Y">Receives it, added to what is there.</param>
/// <param name="Weights">w_a of every column.</param>
/// <param name="IsTest">Whether J is J_Q.</param>
internal readonly record struct JacobianTarget(MatrixView Y, double[][] Weights, bool IsTest);
