using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Sizes of the errors of J̄ from step to step, by what the steps show of themselves and by what steps before them showed.</summary>
/// <remarks>
/// A size that happens to be small is taken for what it is not: curvature along the step and the bend of the path, or two kinks, may cancel in a second
/// difference. So a size is at least half the root mean square of those before it, of the same output and for steps of the same length ℓ = ‖y‖ (∝ ℓ²).
/// A step that does not fit what was recorded says nothing about itself: it counts as the median of the last steps that fit, for its learning
/// rate; before there is one, the first that does counts for those before it as well.
/// </remarks>
internal abstract class StepEstimate
{
    private const double Level = 0.5;
    private const int Remembered = 5;

    private readonly int _rows;
    private readonly IReadOnlyList<double> _rates;
    private readonly IReadOnlySet<int> _failing;
    private readonly double[] _squares, _shown, _values, _fittingRates = new double[Remembered];
    private readonly double[][] _fittingSizes, _fittingSigned;
    private int _seen, _pending;

    /// <param name="rows">N + M, the number of outputs.</param>
    /// <param name="rates">η_k, the learning rate of every step.</param>
    /// <param name="failing">Steps that do not fit what was recorded.</param>
    protected StepEstimate(int rows, IReadOnlyList<double> rates, IReadOnlySet<int> failing)
    {
        (_rows, _rates, _failing) = (rows, rates, failing);
        (_squares, _shown, _values) = (new double[rows], new double[rows], new double[Remembered]);
        (_fittingSizes, _fittingSigned) = (Rows(rows), Rows(rows));
    }

    /// <summary>Whether a step fits what was recorded.</summary>
    protected bool Fits(int step) => !_failing.Contains(step);

    /// <summary>The estimate of step k, which must be the one after the last.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="changes">How J moves along it.</param>
    /// <param name="target">Receives the estimate.</param>
    public void Fill(int step, StepChanges changes, StepDefect target)
    {
        for (int r = 0; r < _rows; r++) target.Direction[r] = changes.First[r] < 0 ? -1 : 1;
        if (!Fits(step) || !Own(step, changes, target, _shown))
        {
            FromOthers(step, target);
            return;
        }
        double length = Math.Max(changes.SquaredLength, double.Epsilon);
        if (_seen > 0)
            for (int r = 0; r < _rows; r++) target.Size[r] = Math.Max(target.Size[r], Level * Math.Sqrt(_squares[r] / _seen) * length);
        for (int r = 0; r < _rows; r++)
        {
            double own = _shown[r] / length;
            _squares[r] += own * own;
        }
        Remember(step, target);
        _seen++;
        if (_pending == 0) return;
        TensorPrimitives.Multiply(target.Size, 1.0 + _pending, target.Size);
        TensorPrimitives.Multiply(target.Signed, 1.0 + _pending, target.Signed);
        _pending = 0;
    }

    /// <summary>The estimate of a step from the step itself.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="changes">How J moves along it.</param>
    /// <param name="target">Receives the estimate.</param>
    /// <param name="shown">Receives the part of the sizes that later steps may be compared with.</param>
    /// <returns>Whether the step has what it needs.</returns>
    protected abstract bool Own(int step, StepChanges changes, StepDefect target, double[] shown);

    private void Remember(int step, StepDefect target)
    {
        int place = _seen % Remembered;
        _fittingRates[place] = _rates[step];
        target.Size.CopyTo(_fittingSizes[place], 0);
        target.Signed.CopyTo(_fittingSigned[place], 0);
    }

    private void FromOthers(int step, StepDefect target)
    {
        if (_seen == 0)
        {
            Array.Clear(target.Size);
            Array.Clear(target.Signed);
            _pending++;
            return;
        }
        for (int r = 0; r < _rows; r++)
        {
            target.Size[r] = Median(step, r, _fittingSizes);
            target.Signed[r] = Median(step, r, _fittingSigned);
        }
    }

    // The error of the trapezium is of third order in a step; where all rates are the same, nothing is scaled.
    private double Median(int step, int row, double[][] fitting)
    {
        var values = _values.AsSpan(0, Math.Min(_seen, Remembered));
        for (int i = 0; i < values.Length; i++)
        {
            double ratio = _rates[step] / _fittingRates[i];
            values[i] = ratio * ratio * ratio * fitting[i][row];
        }
        values.Sort();
        return 0.5 * (values[(values.Length - 1) / 2] + values[values.Length / 2]);
    }

    private static double[][] Rows(int rows) => [.. Enumerable.Range(0, Remembered).Select(_ => new double[rows])];
}
