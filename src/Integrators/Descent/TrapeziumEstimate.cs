using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The error of the trapezium along a step, by how J moves there and between neighbouring checkpoints.</summary>
/// <remarks>
/// For output r let f(θ) = (J(w_k + θΔw)·y)_r. Where f is smooth the trapezium is off by f''/12; where it jumps by j (a kink of the activation), by up to
/// j/2. With d₁ = f(1) − f(0) and d₂ the larger of the second differences with the checkpoint before and the one after, which stand for f'',
/// the size is d₂/12 + (0.3 − 1/12)·min(d₁, d₂)²/d₁: the first where curvature is resolved (d₂ ≪ d₁), 0.3 d₁ where it is not (d₂ ≈ d₁).
/// The path bends from step to step as well, of the same order as J does along it, and may cancel what J does in a second difference, for many
/// steps. So a size is at least half the root mean square of those before it, of the same output and for steps of the same length ℓ = ‖y‖ (∝ ℓ²);
/// at the ends of the run it is at least d₁/12; and d₁/2 where there is no second difference.
/// </remarks>
internal sealed class TrapeziumEstimate(int rows, IReadOnlyList<double> rates, IReadOnlySet<int> failing) : StepEstimate(rows, rates, failing)
{
    // With 1/12 it makes 0.3, a little more than the root mean square of |θ − ½|, by which a kink at θ puts the trapezium off.
    private const double Unresolved = 0.3 - 1 / 12.0, Level = 0.5;

    private readonly double[] _squares = new double[rows];
    private int _seen;

    protected override bool Own(int step, StepChanges changes, StepDefect target)
    {
        bool before = changes.HasBackward && Fits(step - 1), after = changes.HasForward && Fits(step + 1);
        bool none = !changes.HasBackward && !changes.HasForward, end = step == 0 || step == Steps - 1;
        // Its neighbours do not fit: nothing here is the step's own.
        if (!before && !after && !none) return false;
        double length = Math.Max(changes.SquaredLength, double.Epsilon);
        for (int r = 0; r < Rows; r++)
        {
            double first = Math.Abs(changes.First[r]), b = changes.Backward[r], f = changes.Forward[r];
            double second = Math.Max(before ? Math.Abs(b) : 0, after ? Math.Abs(f) : 0), smaller = Math.Min(first, second);
            double own = none ? first / 2 : second / 12 + (first > 0 ? Unresolved * smaller * (smaller / first) : 0);
            double size = end ? Math.Max(own, first / 12) : own;
            target.Size[r] = _seen > 0 ? Math.Max(size, Level * Math.Sqrt(_squares[r] / _seen) * length) : size;
            target.Signed[r] = none ? changes.First[r] / 2 : (before && after ? 0.5 * (b + f) : before ? b : f) / 12;
            _squares[r] += own / length * (own / length);
        }
        _seen++;
        return true;
    }
}
