using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>QᵀAQ of a symmetric operator, Q the basis of the gradient space; counts the vectors it was applied to.</summary>
internal sealed class SpaceOperator(LinearOperator whole, GradientSpace space, Action<int> applied, CancellationToken cancellation)
    : LinearOperator(space.Dimension, space.Dimension, isSymmetric: true)
{
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        cancellation.ThrowIfCancellationRequested();
        if (space.IsAll)
        {
            whole.Apply(x, y);
        }
        else
        {
            MatrixView lifted = space.Lift(x), image = new(new double[ArraySize.Of(lifted.Rows, x.Columns)], lifted.Rows, x.Columns);
            whole.Apply(lifted, image);
            ((MatrixView)space.Restrict(image)).CopyTo(y);
        }
        applied(x.Columns);
    }
}

/// <summary>∫K_SS dt by three Gauss nodes an interval: exact where J is linear in time. Where P does not expand anything it bounds W_S from above. Or
/// ∫e^{−(t−s)/τ}K_SS dt: a mode that decays in the time τ sees this kernel, so that its largest modes are nearly those of W_S.</summary>
/// <param name="products">The kernels.</param>
/// <param name="lifetime">τ; infinite for the plain integral.</param>
internal sealed class KernelIntegral(KernelProducts products, double lifetime = double.PositiveInfinity)
    : LinearOperator(products.TrainSize, products.TrainSize, isSymmetric: true)
{
    private const double Forgotten = 20; // lifetimes
    private static readonly double s_outer = 0.5 * Math.Sqrt(0.6);
    private static readonly (double Node, double Weight)[] s_rule = [(0.5 - s_outer, 5.0 / 18), (0.5, 8.0 / 18), (0.5 + s_outer, 5.0 / 18)];

    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        var term = new MatrixView(new double[ArraySize.Of(x.Rows, x.Columns)], x.Rows, x.Columns);
        y.Fill(0);
        for (int k = 0; k < products.Intervals; k++)
        {
            double start = products.Knots[k], length = products.Knots[k + 1] - start, since = start - products.Knots[0];
            if (since > Forgotten * lifetime) return;
            // Beyond some lifetimes nothing counts: nodes lie where the weight is.
            double whole = Math.Min(length, Forgotten * lifetime);
            foreach (var (node, weight) in s_rule)
            {
                products.ApplyTrain(k, start + node * whole, x, term);
                double factor = weight * whole * Math.Exp(-(since + node * whole) / lifetime);
                for (int c = 0; c < x.Columns; c++) VectorRoutines.Axpy(factor, term.Column(c), y.Column(c));
            }
        }
    }

    /// <summary>What an element of the diagonal, or the trace, has as its integral over an interval between two values, at most: K linear in time has the
    /// mean of both, and J linear never lies above it.</summary>
    public static double Bound(double a, double b, double length) => 0.5 * length * (Math.Max(a, 0) + Math.Max(b, 0));
}
