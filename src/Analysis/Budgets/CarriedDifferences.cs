using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Budgets;

/// <summary>Local differences carried to the end of the window by the model under test, in four sums with the signs of Walsh functions.</summary>
/// <remarks>The first sum has all signs alike: it is the distance of the other model to first order, in which differences of different intervals may cancel.
/// The mean square of the four is the sum of squares of the single differences, those of every fourth taken together: there nothing cancels by
/// accident.</remarks>
internal static class CarriedDifferences
{
    /// <summary>Sums per group.</summary>
    public const int Sums = 4;

    private static readonly int[][] s_signs = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]];

    /// <summary>Carries groups of differences, four sums for each, and writes each sum as the prediction that is off by it.</summary>
    /// <param name="flow">The model under test, interval by interval.</param>
    /// <param name="main">What it predicts.</param>
    /// <param name="groups">Differences with their weights.</param>
    /// <param name="hessians">B at every checkpoint; null where B = βI.</param>
    public static IReadOnlyList<IReadOnlyList<Prediction>> Carry(LocalFlow flow, Prediction main,
        IReadOnlyList<IReadOnlyList<(LocalDifference Difference, double Weight)>> groups, IReadOnlyList<OutputHessian>? hessians)
    {
        int n = flow.Trajectory.TrainSize, m = flow.Trajectory.TestSize, columns = Sums * groups.Count, intervals = flow.Trajectory.Intervals;
        // The last column is the gradient itself: a block of differences alone may be damped to nothing, of which no relative accuracy can be asked.
        var x = new DenseMatrix(n, columns + 1);
        DenseMatrix train = new(n, columns + 1), test = new(Math.Max(m, 1), columns + 1);
        var atKnots = Enumerable.Range(0, columns).Select(_ => new Dictionary<int, double[]>()).ToArray();
        var loss = new LossSizes(flow, hessians, columns);
        loss.At(0, x, train);
        for (int k = 0; k < intervals; k++)
        {
            Step(flow, k, x, train, test, columns);
            for (int g = 0; g < groups.Count; g++)
                for (int j = 0; j < groups[g].Count; j++)
                    if (groups[g][j].Difference.Where.Last == k + 1) Inject(groups[g][j], j, g * Sums, x, train, test, m);
            loss.At(k + 1, x, train);
            for (int c = 0; c < columns; c++) atKnots[c][k + 1] = ((MatrixView)x).Column(c).ToArray();
        }
        return [.. Enumerable.Range(0, groups.Count).Select(g => (IReadOnlyList<Prediction>)[.. Enumerable.Range(g * Sums, Sums).Select(c =>
            new Prediction(main.Gradients.ToDictionary(p => p.Key, p => atKnots[c].TryGetValue(p.Key, out var d) ? Sum(p.Value, d) : p.Value),
                Sum(main.Train, ((MatrixView)train).Column(c)), m == 0 ? main.Test : Sum(main.Test, ((MatrixView)test).Column(c)),
                main.LossChange + loss.Of(c)))])];
    }

    private static void Step(LocalFlow flow, int k, DenseMatrix x, DenseMatrix train, DenseMatrix test, int columns)
    {
        MatrixView view = x;
        double largest = Enumerable.Range(0, columns).Max(c => VectorMath.Norm(view.Column(c))), size = VectorMath.Norm(flow.Gradients[k]);
        if (largest == 0) return;
        VectorRoutines.Scale(size > 0 ? largest / size : 0, flow.Gradients[k], view.Column(columns));
        var carried = flow.Carry(k, view);
        carried.End.CopyTo(x);
        VectorRoutines.Axpy(-1, carried.Train.Values, train.Values);
        if (flow.Trajectory.TestSize > 0) VectorRoutines.Axpy(-1, carried.Test.Values, test.Values);
    }

    private static void Inject((LocalDifference Difference, double Weight) item, int index, int first, MatrixView x, MatrixView train, MatrixView test, int m)
    {
        for (int r = 0; r < Sums; r++)
        {
            double weight = s_signs[r][index % Sums] * item.Weight;
            VectorRoutines.Axpy(weight, item.Difference.Gradient, x.Column(first + r));
            VectorRoutines.Axpy(weight, item.Difference.Train, train.Column(first + r));
            if (m > 0) VectorRoutines.Axpy(weight, item.Difference.Test, test.Column(first + r));
        }
    }

    private static double[] Sum(ReadOnlySpan<double> a, ReadOnlySpan<double> b)
    {
        var result = new double[a.Length];
        VectorRoutines.Combine(1, a, 1, b, result);
        return result;
    }
}
