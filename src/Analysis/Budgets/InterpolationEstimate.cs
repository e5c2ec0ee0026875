using KernelFlow.Analysis.Budgets;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>The interpolation part of a budget: what the prediction would be off by if other models, interval by interval, were right.</summary>
/// <remarks>docs/theory/budgets.md derives it.</remarks>
public sealed class InterpolationEstimate
{
    private readonly EstimateParts _inputs;
    private readonly IReadOnlyList<CarriedGroup> _carried;
    private readonly IReadOnlySet<int> _leftOut;
    private readonly IReadOnlyList<Prediction> _steps;

    private InterpolationEstimate(EstimateParts inputs, IReadOnlySet<int> leftOut)
    {
        (_inputs, _leftOut, _steps) = (inputs, leftOut, inputs.Steps(leftOut).OrDefault([]));
        _carried = CarriedDifferences.Carry(inputs.Flow, [.. inputs.Groups.Select(g => g.Weighted(inputs.Times, leftOut))], inputs.Hessians);
    }

    /// <summary>The prediction of the model under test by which the estimate was made.</summary>
    internal Prediction Prediction => _inputs.Flow.Whole;

    /// <summary>The relative error to which that prediction was carried, interval by interval.</summary>
    internal double CarriedTo => _inputs.Flow.CarriedTo;

    /// <summary>Carries the differences to the end of the window.</summary>
    internal static InterpolationEstimate Of(EstimateParts inputs, IReadOnlySet<int> leftOut) => new(inputs, leftOut);

    /// <summary>The same where some intervals contribute what their neighbours predict for their length, and not their own differences.</summary>
    internal InterpolationEstimate Without(IReadOnlySet<int> intervals) => _leftOut.SetEquals(intervals) ? this : new(_inputs, intervals);

    /// <summary>The estimated error of a number that depends on a prediction.</summary>
    /// <param name="main">The prediction under test.</param>
    /// <param name="distance">From the main prediction to another one.</param>
    public double Error(Prediction main, Func<Prediction, double> distance)
    {
        ArgumentNullException.ThrowIfNull(main);
        ArgumentNullException.ThrowIfNull(distance);
        double largest = 0;
        for (int g = 0; g < _inputs.Groups.Count; g++)
        {
            var group = _inputs.Groups[g];
            if (group.Merged > 2) continue;
            double size = Size(_carried[g], main, distance, out double mixed), second = distance(main.Plus(_carried[g].Second));
            double divisor = group.Merged == 1 ? 1 : group.Growth(_inputs.Times, Order(group, mixed, main, distance)) - 1;
            largest = Larger(largest, size / divisor + second / (divisor * divisor));
        }
        foreach (var other in _steps) largest = Larger(largest, distance(main.Plus(other)));
        return _inputs.Safety * largest;
    }

    // Written so that a number that is none is not passed over.
    private static double Larger(double a, double b) => double.IsNaN(a) || b <= a ? a : b;

    private static double Size(CarriedGroup carried, Prediction main, Func<Prediction, double> distance, out double mixed)
    {
        double[] sizes = [.. carried.Sums.Select(s => distance(main.Plus(s)))];
        mixed = Math.Sqrt(sizes.Sum(s => s * s) / sizes.Length);
        return Larger(sizes[0], mixed);
    }

    // The order that both thinnings of a phase show, the smaller one of both phases; 1 where there are too few checkpoints to see it.
    private double Order(DifferenceGroup pairs, double mixed, Prediction main, Func<Prediction, double> distance)
    {
        double least = double.PositiveInfinity;
        for (int g = 0; g < _inputs.Groups.Count; g++)
        {
            var quads = _inputs.Groups[g];
            if (quads.Merged != 4) continue;
            var twice = _inputs.Groups.Select((x, i) => (x, i)).First(x => x.x.Merged == 2 && x.x.Phase == quads.Phase);
            double once = twice.x == pairs ? mixed : Mixed(twice.i);
            least = Math.Min(least, InterpolationOrder.Of(_inputs.Times, quads.Differences.Select(d => d.Where), Mixed(g) / once, _inputs.HighestOrder));
        }
        return double.IsFinite(least) ? least : InterpolationOrder.Least;

        double Mixed(int i)
        {
            Size(_carried[i], main, distance, out double value);
            return value;
        }
    }
}

/// <summary>What an estimate is made from.</summary>
/// <param name="Flow">The model under test, interval by interval.</param>
/// <param name="Groups">The local differences of the other models.</param>
/// <param name="Steps">Differences of the recorded steps on other models from those on the model under test, without what some intervals add to them.</param>
/// <param name="Times">Times of the checkpoints.</param>
/// <param name="Hessians">B at every checkpoint; null where B = βI.</param>
/// <param name="HighestOrder">The order that the interpolant has on smooth paths.</param>
/// <param name="Safety">How much larger the error may be than the largest difference.</param>
internal sealed record EstimateParts(LocalFlow Flow, IReadOnlyList<DifferenceGroup> Groups,
    Func<IReadOnlySet<int>, Known<IReadOnlyList<Prediction>>> Steps, IReadOnlyList<double> Times,
    IReadOnlyList<OutputHessian>? Hessians, double HighestOrder, double Safety);
