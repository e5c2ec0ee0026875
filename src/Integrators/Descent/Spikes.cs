using System.Numerics.Tensors;

namespace KernelFlow.Integrators;

/// <summary>How much of e, the second derivatives along the steps, lies in spikes: where it is larger than in both neighbouring steps.</summary>
/// <remarks>
/// For steps of the same length (e ∝ ℓ³, ℓ = ‖y‖) a smooth J has an e that changes little from step to step, while a kink shows in one step alone.
/// With s = (1 − max of both neighbours/e)₊² the share is √(Σ(s e)²/Σe²) over all steps, so that the largest count, or the root mean square over
/// steps of the same for each, so that all count, whichever is larger: of second order in the step where J is smooth, near 1 where e is made of kinks.
/// </remarks>
/// <param name="rows">N + M, the number of outputs.</param>
internal sealed class Spikes(int rows)
{
    // The step before the last: its own e for ℓ = 1, the largest of its neighbours before it, and its weight.
    private readonly double[] _last = new double[rows], _before = new double[rows], _now = new double[rows];
    private double _cube, _size, _spiked, _all, _shares;
    private int _steps, _counted;
    private bool _open, _hasBefore;

    /// <summary>The share of all steps so far.</summary>
    public double Share
    {
        get
        {
            // The last step has no neighbour after it; one that has none at all counts as a spike only if there is no other.
            double open = _open && (_hasBefore || _steps == 1) ? Spiked(_before) : 0;
            if (!(_all > 0)) return 0;
            double shares = _shares + (_size > 0 ? open / _size : 0);
            return Math.Min(1, Math.Sqrt(Math.Max((_spiked + open) / _all, shares / Math.Max(1, _counted + 1))));
        }
    }

    /// <summary>The next step has no neighbour before it.</summary>
    public void Interrupt()
    {
        if (_open && _hasBefore) Close();
        _open = false;
    }

    /// <summary>Takes in a step.</summary>
    /// <param name="e">Its second derivatives.</param>
    /// <param name="squaredLength">ℓ², the squared length of the step.</param>
    public void Add(ReadOnlySpan<double> e, double squaredLength)
    {
        double cube = Math.Max(squaredLength * Math.Sqrt(squaredLength), 1e-300);
        TensorPrimitives.Abs(e, _now);
        double size = TensorPrimitives.Dot<double>(_now, _now);
        _all += size;
        TensorPrimitives.Divide(_now, cube, _now);
        if (_open)
        {
            TensorPrimitives.Max<double>(_before, _now, _before);
            Close();
            _last.CopyTo(_before, 0);
        }
        else Array.Clear(_before);
        _hasBefore = _open;
        _now.CopyTo(_last, 0);
        (_cube, _size) = (cube, size);
        _open = true;
        _steps++;
    }

    private void Close()
    {
        double spiked = Spiked(_before);
        _spiked += spiked;
        if (_size > 0) _shares += spiked / _size;
        _counted++;
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
