using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Why an integration met a value that is not finite: what was evaluated on the way is looked at again, since NaN from the trajectory and
/// growth past all bounds ask for different remedies.</summary>
internal sealed class FlowFailure(KernelTrajectory trajectory, IntegrationMethod method, StepMethod steps, MatrixView kernel, Backend backend)
{
    private readonly OutputHessian _hessian = new(trajectory.TrainSize / trajectory.Outputs, trajectory.Outputs);

    /// <summary>‖B‖‖K‖ at s.</summary>
    /// <exception cref="NumericalException">It is not finite.</exception>
    public double RateAtStart()
    {
        double s = trajectory.Knots[0], rate = Rate(0, s);
        if (!double.IsFinite(rate))
            throw new NumericalException(FormattableString.Invariant($"{method.Name}: a kernel or loss Hessian at the start, t = {s:R}, is not finite."));
        return rate;
    }

    /// <summary>The failure of a step.</summary>
    /// <param name="step">The step.</param>
    /// <param name="number">The number of the step.</param>
    /// <param name="controlled">Whether steps follow their errors.</param>
    public NumericalException NotFinite(FlowStep step, int number, bool controlled)
    {
        string cause = controlled
            ? "P grew past all bounds, as it does where a kernel is not positive semidefinite"
            : "P grew past all bounds: steps too long for the stability of an explicit method, or a kernel that is not positive semidefinite";
        var kernels = Buffers.Zero(trajectory.TrainSize + trajectory.TestSize, trajectory.TrainSize);
        foreach (double theta in (double[])[0, 0.25, 0.5, 0.75, 1, .. steps.Nodes])
        {
            double time = step.At(theta);
            trajectory.Kernels(step.Interval, time, kernels);
            trajectory.Hessian(step.Interval, time, _hessian);
            if (double.IsFinite(MatrixNorms.Frobenius(kernels)) && double.IsFinite(_hessian.NormBound())) continue;
            cause = FormattableString.Invariant($"a kernel or loss Hessian that is not finite at t = {time:R}");
            break;
        }
        return new NumericalException(FormattableString.Invariant(
            $"{method.Name}: a value that is not finite appeared at t = {step.Time:R}, h = {step.Length:G3} (step {number}); likely cause: {cause}."));
    }

    private double Rate(int interval, double time)
    {
        trajectory.TrainKernel(interval, time, 1, 0, kernel, kernel, lower: false, backend.Spare);
        trajectory.Hessian(interval, time, _hessian);
        return _hessian.NormBound() * MatrixNorms.Frobenius(kernel);
    }
}
