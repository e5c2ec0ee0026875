using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Scales e = (trapezium − Simpson)·y of a step, O(η²), to the size of Simpson's own error, O(η⁴), by ratios measured on the spot.</summary>
/// <remarks>
/// For output r let f_r(θ) = (J(w_k + θΔw)·y)_r: e_r is its second derivative over 12, Simpson's error the fourth over 2880. Their ratio ρ is the sum
/// of two measures.
/// Along the chord: where derivatives grow like those of a function with radius R, f⁽ʲ⁾/j! ~ R⁻ʲ, it is 1/(20R²), and R shows in the first two: 1/R²
/// = (6e_r/d_r)², d = f(1) − f(0). Averaged with weights e_r², so that
/// outputs that bend most count most: C/20·36·Σe_r⁴/(D² Σe_r²), D² the mean of d_r². Good where steps go back and forth over one chord;
/// blind where f'' nearly vanishes and the fourth does not.
/// From step to step: the second difference of e is the fourth derivative over 12 (of the path, with its bend, of the same order in η): ‖e_k −
/// 2e_{k−1} + e_{k−2}‖/(240‖e_k‖). Blind where neighbouring steps share a chord.
/// Neither sees a kink (ReLU) in a single output: there Simpson's rule is off by up to |e_r|, wherever on the chord it lies. <see cref="Roughness"/>
/// measures what share of e over the run is of that kind.
/// C = 4 was chosen by measurement, and checked on trainings not used for choosing; figures in docs/accuracy.md. No bound.
/// </remarks>
internal sealed class SimpsonEstimate(int rows, IReadOnlyList<double> rates, IReadOnlySet<int> failing) : StepEstimate(rows, rates, failing)
{
    private const double C = 4, Most = 2;

    private readonly double[] _last = new double[rows], _lastButOne = new double[rows], _second = new double[rows];
    private readonly Spikes _spikes = new(rows);
    private int _seen;

    public override double Roughness => _spikes.Share;

    protected override bool Own(int step, StepChanges changes, StepDefect target)
    {
        double[] e = changes.Bend;
        double bend = VectorRoutines.Dot(e, e), mean = VectorRoutines.Dot(changes.First, changes.First) / e.Length, fourth = 0;
        for (int r = 0; r < e.Length; r++)
        {
            double square = e[r] * e[r];
            fourth += square * (square / mean);
        }
        double ratio = C / 20 * 36 * fourth / bend;
        if (!Fits(step - 1))
        {
            _seen = 0;
            _spikes.Interrupt();
        }
        if (_seen >= 2)
        {
            VectorRoutines.Combine(1, e, -2, _last, _second);
            VectorRoutines.Axpy(1, _lastButOne, _second);
            ratio += VectorRoutines.Norm(_second) / (240 * Math.Sqrt(bend));
        }
        _last.CopyTo(_lastButOne, 0);
        e.CopyTo(_last, 0);
        _seen++;
        _spikes.Add(e, changes.SquaredLength);
        // Not a number where nothing bends or nothing moves: then the defect as it is, or zero.
        double factor = ratio < Most ? ratio : bend > 0 ? Most : 0;
        TensorPrimitives.Multiply(e, factor, target.Signed);
        TensorPrimitives.Abs<double>(target.Signed, target.Size);
        TensorPrimitives.Abs<double>(e, target.Rough);
        return true;
    }
}
