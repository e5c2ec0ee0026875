using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Gathers what one gradient does that is carried along the paths of an interpolant, on each of them: itself at the checkpoints, the displacement of
/// the outputs, and the loss.</summary>
internal sealed class CarriedGradient : DescentObserver
{
    private readonly InterpolantSteps _steps;
    private readonly PredictedLoss[] _loss;
    private readonly List<double[]>[] _atKnots;
    private readonly MatrixView _response;

    /// <param name="steps">The steps.</param>
    /// <param name="start">The gradient at the start.</param>
    /// <param name="paths">Number of paths.</param>
    public CarriedGradient(InterpolantSteps steps, double[] start, int paths)
    {
        _steps = steps;
        _loss = [.. Enumerable.Range(0, paths).Select(_ => new PredictedLoss(steps.TrainSize))];
        _atKnots = [.. _loss.Select(_ => new List<double[]> { start.ToArray() })];
        _response = Buffers.Zero(steps.Rows, paths);
    }

    public override void Responded(long step, in MatrixView x, in MatrixView t)
    {
        for (int c = 0; c < _loss.Length; c++)
        {
            _loss[c].Add(x.Column(c), t.Column(c)[.._steps.TrainSize], _steps.Remainder(c));
            VectorRoutines.Axpy(1, t.Column(c), _response.Column(c));
        }
    }

    public override void Moved(long step, in MatrixView x)
    {
        if (!_steps.EndsInterval(step)) return;
        for (int c = 0; c < _atKnots.Length; c++) _atKnots[c].Add(x.Column(c).ToArray());
    }

    /// <summary>What became of the gradient on a path; −ΔU is Σ T, train before test.</summary>
    public DescentTransport Of(int path)
    {
        var response = _response.Column(path);
        return new DescentTransport(_atKnots[path], response[.._steps.TrainSize].ToArray(), response[_steps.TrainSize..].ToArray(), _loss[path].Change);
    }
}
