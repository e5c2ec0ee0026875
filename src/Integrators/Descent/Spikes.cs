using System.Numerics.Tensors;

namespace KernelFlow.Integrators;

/// <summary>How much of e, the second derivatives along the steps, lies in spikes: where it is larger than in both neighbouring steps.</summary>
/// <remarks>
/// For steps of the same length (e ∝ ℓ³, ℓ = ‖y‖) a smooth J has an e that changes little from step to step, while a kink shows in one step alone.
/// With s = (1 − max of both neighbours/e)₊² the share is √(Σ(s e)²/Σe²): of second order in the step where J is smooth, near 1 where e is made of kinks.
/// </remarks>
/// <param name="rows">N + M, the number of outputs.</param>
internal sealed class Spikes(int rows)
{
    // The step before the last: its own e for ℓ = 1, the largest of its neighbours before it, and its weight.
    private readonly double[] _last = new double[rows], _before = new double[rows], _now = new double[rows];
    private double _cube, _spiked, _all;
    private int _steps;
    private bool _open, _hasBefore;

    /// <summary>The share of all steps so far.</summary>
    public double Share
    {
        get
        {
            double open = 0;
            // The last step has no neighbour after it; one that has none at all counts as a spike only if there is no other.
            if (_open && (_hasBefore || _steps == 1)) open = Spiked(_before);
            return _all > 0 ? Math.Min(1, Math.Sqrt((_spiked + open) / _all)) : 0;
        }
    }

    /// <summary>The next step has no neighbour before it.</summary>
    public void Interrupt()
    {
        if (_open && _hasBefore) _spiked += Spiked(_before);
        _open = false;
    }

    /// <summary>Takes in a step.</summary>
    /// <param name="e">Its second derivatives.</param>
    /// <param name="squaredLength">ℓ², the squared length of the step.</param>
    public void Add(ReadOnlySpan<double> e, double squaredLength)
    {
        double cube = Math.Max(squaredLength * Math.Sqrt(squaredLength), 1e-300);
        TensorPrimitives.Abs(e, _now);
        _all += TensorPrimitives.Dot<double>(_now, _now);
        TensorPrimitives.Divide(_now, cube, _now);
        if (_open)
        {
            TensorPrimitives.Max<double>(_before, _now, _before);
            _spiked += Spiked(_before);
            _last.CopyTo(_before, 0);
        }
        else Array.Clear(_before);
        _hasBefore = _open;
        _now.CopyTo(_last, 0);
        _cube = cube;
        _open = true;
        _steps++;
    }

    // Σ(s e)² of the step at hand, beside the largest of its neighbours.
    private double Spiked(double[] near)
    {
        double sum = 0;
        for (int r = 0; r < rows; r++)
        {
            double e = _last[r];
            if (!(e > near[r])) continue;
            double s = 1 - near[r] / e, spike = s * s * e * _cube;
            sum += spike * spike;
        }
        return sum;
    }
}
