using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Gathers what one gradient does that is carried along an interpolant: itself at the checkpoints, the displacement of the outputs, and the
/// loss.</summary>
/// <param name="steps">The steps.</param>
/// <param name="start">The gradient at the start.</param>
internal sealed class CarriedGradient(InterpolantSteps steps, double[] start) : DescentObserver
{
    private readonly PredictedLoss _loss = new(steps.TrainSize);

    /// <summary>The gradient at the checkpoints.</summary>
    public List<double[]> AtKnots { get; } = [start.ToArray()];

    /// <summary>Σ T: minus the displacement of the outputs, train before test.</summary>
    public double[] Response { get; } = new double[steps.Rows];

    /// <summary>The predicted change of the loss.</summary>
    public double LossChange => _loss.Change;

    public override void Responded(long step, in MatrixView x, in MatrixView t)
    {
        _loss.Add(x.Column(0), t.Column(0)[..steps.TrainSize], steps.Remainder);
        VectorRoutines.Axpy(1, t.Column(0), Response);
    }

    public override void Moved(long step, in MatrixView x)
    {
        if (steps.EndsInterval(step)) AtKnots.Add(x.Column(0).ToArray());
    }
}
