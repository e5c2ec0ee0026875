using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Why a step of descent left the range of numbers: what it was given, or how it grew.</summary>
internal static class DescentFailure
{
    // P this large before the step: its products overflow although everything they were given is finite.
    private const double Large = 1e100;

    /// <param name="step">k, the number of the step.</param>
    /// <param name="response">The response that took the step.</param>
    /// <param name="t">T of the step.</param>
    /// <param name="size">‖P‖_F/√N before it.</param>
    /// <param name="z">z of the step.</param>
    public static NumericalException At(int step, StepResponse response, in MatrixView t, double size, double z)
    {
        double time = response.LearningRates.Take(step).Sum();
        string where = FormattableString.Invariant($"step {step + 1} (t = s + {time:R}, η = {response.LearningRates[step]:G3})");
        if (!double.IsFinite(response.Hessian.Start.NormBound() + response.Hessian.Average.NormBound())) return Input("a loss Hessian", where);
        if (!double.IsFinite(MatrixNorms.Frobenius(response.Start)) || (size < Large && !double.IsFinite(MatrixNorms.Frobenius(t))))
            return Input("a kernel", where);
        string cause = response.Quadrature == ChordQuadratureKind.Interpolated
            ? "between its checkpoints the interpolated kernel is past the edge of stability although training was not; "
                + "record more checkpoints, or use linear interpolation or flow mode"
            : "training diverged there, end the window earlier";
        return new NumericalException(FormattableString.Invariant(
            $"descent: P or W is not finite after {where}, z = η·λ_max(BK) = {z:G3} (stable up to {response.Rule.StabilityEdge:G3}); likely cause: {cause}."));
    }

    private static NumericalException Input(string what, string where) =>
        new($"descent: {what} is not finite in {where}; likely cause: recorded data or an interpolant that is not finite there.");
}
