using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Estimates of the errors of J̄ from step to step.</summary>
/// <remarks>
/// A step that does not fit what was recorded says nothing about itself: it counts as the median of the last steps that fit, for its learning rate;
/// before there is one, the first that does counts for those before it as well.
/// </remarks>
internal abstract class StepEstimate
{
    private const int Remembered = 5;

    private readonly IReadOnlyList<double> _rates;
    private readonly IReadOnlySet<int> _failing;
    private readonly StepDefect[] _fitting;
    private readonly double[] _values = new double[Remembered], _fittingRates = new double[Remembered];
    private int _seen, _pending;

    /// <param name="rows">N + M, the number of outputs.</param>
    /// <param name="rates">η_k, the learning rate of every step.</param>
    /// <param name="failing">Steps that do not fit what was recorded.</param>
    protected StepEstimate(int rows, IReadOnlyList<double> rates, IReadOnlySet<int> failing)
    {
        (Rows, _rates, _failing) = (rows, rates, failing);
        _fitting = [.. Enumerable.Range(0, Remembered).Select(_ => new StepDefect(rows))];
    }

    /// <summary>The share of <see cref="StepDefect.Rough"/> that counts; after the last step.</summary>
    public virtual double Roughness => 0;

    /// <summary>N + M, the number of outputs.</summary>
    protected int Rows { get; }

    /// <summary>The number of steps.</summary>
    protected int Steps => _rates.Count;

    /// <summary>The estimate of step k, which must be the one after the last.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="changes">How J moves along it.</param>
    /// <param name="target">Receives the estimate.</param>
    public void Fill(int step, StepChanges changes, StepDefect target)
    {
        for (int r = 0; r < Rows; r++) target.Direction[r] = changes.First[r] < 0 ? -1 : 1;
        if (!Fits(step) || !Own(step, changes, target))
        {
            FromOthers(step, target);
            return;
        }
        int place = _seen++ % Remembered;
        _fittingRates[place] = _rates[step];
        _fitting[place].Set(target);
        target.Scale(1 + _pending);
        _pending = 0;
    }

    /// <summary>Whether a step fits what was recorded.</summary>
    protected bool Fits(int step) => !_failing.Contains(step);

    /// <summary>The estimate of a step from the step itself.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="changes">How J moves along it.</param>
    /// <param name="target">Receives the estimate.</param>
    /// <returns>Whether the step has what it needs.</returns>
    protected abstract bool Own(int step, StepChanges changes, StepDefect target);

    private void FromOthers(int step, StepDefect target)
    {
        if (_seen == 0) _pending++;
        for (int r = 0; r < Rows; r++)
        {
            target.Signed[r] = Median(step, r, static d => d.Signed);
            target.Size[r] = Median(step, r, static d => d.Size);
            target.Rough[r] = Median(step, r, static d => d.Rough);
        }
    }

    // The error of the trapezium is of third order in a step, Simpson's of fifth; where all rates are the same, nothing is scaled.
    private double Median(int step, int row, Func<StepDefect, double[]> part)
    {
        if (_seen == 0) return 0;
        var values = _values.AsSpan(0, Math.Min(_seen, Remembered));
        for (int i = 0; i < values.Length; i++)
        {
            double ratio = _rates[step] / _fittingRates[i];
            values[i] = ratio * ratio * ratio * part(_fitting[i])[row];
        }
        values.Sort();
        return 0.5 * (values[(values.Length - 1) / 2] + values[values.Length / 2]);
    }
}
