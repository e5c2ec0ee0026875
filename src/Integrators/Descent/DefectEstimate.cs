using System.Numerics;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The error of the predicted gradient that the quadratures of J̄ and B̄ estimate of themselves, carried along; it knows nothing of the
/// recorded outputs' motion.</summary>
/// <remarks>
/// Sizes have no signs, and a sum of carried errors depends on them. Three answers are carried, and the largest counts: the errors with the signs that
/// the second differences have; the sizes with a sign that changes least from step to step, as errors that add up; the root mean square over eight
/// columns of sizes with random signs, which is the root of the sum of squares of what each step contributes. Signs of one output in eight
/// neighbouring steps are orthogonal over the columns, so that few steps are as sure as many.
/// With midpoints eight more columns carry what the error is where J is not smooth, and the share of it that counts is known at the end.
/// </remarks>
internal sealed class DefectEstimate
{
    private const int Random = 8, Certain = 2;
    private const double Slack = 1.25, Outputs = 8;

    private readonly StepResponse _response;
    private readonly StepEstimate _steps;
    private readonly StepDefect _defect;
    private readonly QuadratureError[] _errors;
    private readonly int[] _offset;
    private readonly Random _signs = Seeds.Generator(20261126, 0);

    /// <param name="response">Takes the steps.</param>
    /// <param name="wanted">Whether there is a predicted gradient to estimate it for.</param>
    /// <param name="failing">Steps that do not fit what was recorded.</param>
    public DefectEstimate(StepResponse response, bool wanted, IReadOnlySet<int> failing)
    {
        (_response, IsKnown) = (response, wanted);
        int rows = response.Rows, n = response.TrainSize;
        _steps = response.Quadrature == ChordQuadratureKind.Midpoint
            ? new SimpsonEstimate(rows, response.LearningRates, failing)
            : new TrapeziumEstimate(rows, response.LearningRates, failing);
        _defect = new StepDefect(rows);
        _errors = [.. Enumerable.Range(0, Columns(response.Quadrature)).Select(_ => new QuadratureError(n, rows - n))];
        _offset = [.. Enumerable.Range(0, rows).Select(_ => _signs.Next(Random))];
    }

    /// <summary>Whether every step so far had an estimate.</summary>
    public bool IsKnown { get; private set; }

    /// <summary>Columns that are carried: signed, adding up, and with random signs.</summary>
    /// <param name="quadrature">The rule by which J̄ is averaged along a step.</param>
    public static int Columns(ChordQuadratureKind quadrature) => Certain + Random + (quadrature == ChordQuadratureKind.Midpoint ? Random : 0);

    /// <summary>Takes in a step before X moves.</summary>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="errors">The errors so far, by columns.</param>
    /// <param name="carried">T of those errors.</param>
    /// <param name="predicted">The predicted gradient.</param>
    /// <param name="displacement">The predicted ΔU_S.</param>
    public void Responded(int step, in MatrixView errors, in MatrixView carried, ReadOnlySpan<double> predicted, double[] displacement)
    {
        var hessian = _response.Hessian;
        IsKnown &= _response.Changes.IsKnown && hessian.HasDefect;
        if (!IsKnown) return;
        _steps.Fill(step, _response.Changes, _defect);
        for (int r = 0; r < _defect.Rows; r++) SetSources(step, r);
        int n = _response.TrainSize;
        var change = new MatrixView(displacement, n, 1);
        for (int c = 0; c < _errors.Length; c++)
        {
            var error = _errors[c];
            hessian.AverageDefect.Apply(1, change, 0, new MatrixView(error.Correction, n, 1));
            error.AddMismatch(errors.Column(c), displacement, hessian.Average, hessian.Remainder);
            error.Accumulate(errors.Column(c), carried.Column(c), predicted, displacement, hessian.Remainder, hessian.RemainderDefect);
        }
    }

    /// <summary>Adds the step's sources to the errors; after X has moved on.</summary>
    /// <param name="errors">The errors, by columns.</param>
    public void Moved(in MatrixView errors)
    {
        if (!IsKnown) return;
        for (int c = 0; c < _errors.Length; c++) _errors[c].Inject(errors.Column(c), _response.Hessian.Average);
    }

    /// <summary>Relative to the given changes.</summary>
    /// <param name="loss">|ΔΦ|, the change of the loss.</param>
    /// <param name="gradient">‖g(0)‖, the size of the first gradient.</param>
    /// <param name="train">‖ΔU_S‖, the change of the training outputs.</param>
    /// <param name="test">‖ΔU_Q‖, the change of the test outputs.</param>
    /// <param name="end">The predicted g at the end.</param>
    /// <param name="errors">The errors of that gradient, by columns.</param>
    /// <returns>Null where some step had no estimate.</returns>
    public QuadratureBudget? Relative(double loss, double gradient, double train, double test, ReadOnlySpan<double> end, in MatrixView errors)
    {
        if (!IsKnown) return null;
        var found = new ErrorSizes[_errors.Length];
        for (int c = 0; c < found.Length; c++) found[c] = _errors[c].Bounds(end, errors.Column(c));
        return new QuadratureBudget(Ratio(found, e => e.Loss, loss), Ratio(found, e => e.Transport, gradient), Ratio(found, e => e.Train, train),
            Ratio(found, e => e.Test, test));
    }

    private double? Ratio(ErrorSizes[] found, Func<ErrorSizes, double> part, double scale)
    {
        double certain = found.Take(Certain).Max(part), random = Mean(found.Skip(Certain).Take(Random)), rough = 0;
        if (found.Length > Certain + Random) rough = _steps.Roughness * Mean(found.Skip(Certain + Random));
        // What few outputs show of how J bends is less sure.
        double slack = Slack * (1 + Outputs / _defect.Rows);
        return scale > 0 ? slack * Math.Max(certain, Math.Max(random, rough)) / scale : null;

        double Mean(IEnumerable<ErrorSizes> columns) => Math.Sqrt(columns.Average(e => part(e) * part(e)));
    }

    // The trapezium is above the mean of a convex function, so the prediction is off by the opposite sign.
    private void SetSources(int step, int row)
    {
        _errors[0].Source[row] = -_defect.Signed[row];
        _errors[1].Source[row] = -_defect.Direction[row] * _defect.Size[row];
        int sign = 2 * _signs.Next(2) - 1, pattern = (step + _offset[row]) % Random;
        for (int c = Certain; c < _errors.Length; c++)
        {
            // Rows of Hadamard's matrix: the parity of the bits that column and pattern share.
            int column = (c - Certain) % Random, parity = BitOperations.PopCount((uint)(column & pattern)) & 1;
            double size = c < Certain + Random ? _defect.Size[row] : _defect.Rough[row];
            _errors[c].Source[row] = parity == 0 ? sign * size : -sign * size;
        }
    }
}
