using KernelFlow.Analysis.Cache;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Budgets;

/// <summary>Local differences carried to the end of the window by the model under test, in four sums with the signs of Walsh functions.</summary>
/// <remarks>The first sum has all signs alike: it is the distance of the other model to first order, in which differences of different intervals may cancel.
/// The mean square of the four is the sum of squares of the single differences, those of every fourth taken together: there nothing cancels by
/// accident.</remarks>
internal sealed class CarriedDifferences
{
    private const int Count = 4;
    private static readonly int[][] s_signs = [[1, 1, 1, 1], [1, -1, 1, -1], [1, 1, -1, -1], [1, -1, -1, 1]];

    private readonly LocalFlow _flow;
    private readonly int _n, _m, _columns;
    private readonly DenseMatrix _x, _train, _test;
    private readonly Dictionary<int, double[]>[] _gradients;
    private readonly double[][] _largestTrain, _largestTest;
    private readonly LossSizes _loss;

    private CarriedDifferences(LocalFlow flow, int groups, IReadOnlyList<OutputHessian>? hessians)
    {
        (_flow, _n, _m, _columns) = (flow, flow.Trajectory.TrainSize, flow.Trajectory.TestSize, Count * groups);
        // The last column is the gradient itself: a block of differences alone may be damped to nothing, of which no relative accuracy can be asked.
        (_x, _train, _test) = (new DenseMatrix(_n, _columns + 1), new DenseMatrix(_n, _columns + 1), new DenseMatrix(Math.Max(_m, 1), _columns + 1));
        _gradients = [.. Enumerable.Range(0, _columns).Select(_ => new Dictionary<int, double[]> { [0] = new double[_n] })];
        _largestTrain = [.. Enumerable.Range(0, _columns).Select(_ => new double[_n])];
        _largestTest = [.. Enumerable.Range(0, _columns).Select(_ => new double[_m])];
        _loss = new LossSizes(flow, hessians, _columns);
    }

    /// <summary>Carries groups of differences, four sums for each.</summary>
    /// <param name="flow">The model under test, interval by interval.</param>
    /// <param name="groups">Differences with their weights.</param>
    /// <param name="hessians">B at every checkpoint; null where B = βI.</param>
    public static IReadOnlyList<CarriedGroup> Carry(LocalFlow flow, IReadOnlyList<IReadOnlyList<(LocalDifference Difference, double Weight)>> groups,
        IReadOnlyList<OutputHessian>? hessians)
    {
        int sum = PredictionVectors.Count(flow.Gradients.Count), each = Count * sum + PredictionVectors.Count(1);
        double[] weights = [.. groups.SelectMany(g => g.SelectMany(d => (double[])[d.Difference.Where.First, d.Difference.Where.Last, d.Weight]).Append(-1))];
        CarriedGroup[]? computed = null;
        var vectors = Memo.Vectors(flow.Cache,
            c => c.WholeKey("carried", ("tolerance", flow.CarriedTo), ("groups", groups.Count), ("weights", RunCache.SumOf(weights))), () =>
            {
                var carried = new CarriedDifferences(flow, groups.Count, hessians);
                carried.Run(groups);
                computed = [.. Enumerable.Range(0, groups.Count).Select(carried.Group)];
                return [.. computed.SelectMany(c => c.Sums.Append(c.Second).SelectMany(PredictionVectors.Of))];
            })!;
        return computed ?? [.. Enumerable.Range(0, groups.Count).Select(g => From([.. vectors.Skip(g * each).Take(each)], sum))];
    }

    private static CarriedGroup From(double[][] vectors, int sum) =>
        new([.. Enumerable.Range(0, Count).Select(i => PredictionVectors.From(vectors[(i * sum)..((i + 1) * sum)]))],
            PredictionVectors.From(vectors[(Count * sum)..]));

    private void Run(IReadOnlyList<IReadOnlyList<(LocalDifference Difference, double Weight)>> groups)
    {
        _loss.At(0, _x, _train);
        for (int k = 0; k < _flow.Trajectory.Intervals; k++)
        {
            Step(k);
            for (int g = 0; g < groups.Count; g++)
                for (int j = 0; j < groups[g].Count; j++)
                    if (groups[g][j].Difference.Where.Last == k + 1) Inject(groups[g][j].Difference, groups[g][j].Weight, j, g * Count);
            _loss.At(k + 1, _x, _train);
            for (int c = 0; c < _columns; c++)
            {
                _gradients[c][k + 1] = ((MatrixView)_x).Column(c).ToArray();
                Keep(((MatrixView)_train).Column(c), _largestTrain[c]);
                if (_m > 0) Keep(((MatrixView)_test).Column(c), _largestTest[c]);
            }
        }
    }

    private void Step(int k)
    {
        MatrixView view = _x;
        double largest = 0, size = VectorMath.Norm(_flow.Gradients[k]);
        for (int c = 0; c < _columns; c++) largest = Math.Max(largest, VectorMath.Norm(view.Column(c)));
        if (largest == 0) return;
        VectorRoutines.Scale(size > 0 ? largest / size : 0, _flow.Gradients[k], view.Column(_columns));
        var carried = _flow.Carry(k, view);
        carried.End.CopyTo(_x);
        VectorRoutines.Axpy(-1, carried.Train.Values, _train.Values);
        if (_m > 0) VectorRoutines.Axpy(-1, carried.Test.Values, _test.Values);
    }

    private void Inject(LocalDifference difference, double weight, int index, int first)
    {
        for (int r = 0; r < Count; r++)
        {
            double signed = s_signs[r][index % Count] * weight;
            VectorRoutines.Axpy(signed, difference.Gradient, ((MatrixView)_x).Column(first + r));
            VectorRoutines.Axpy(signed, difference.Train, ((MatrixView)_train).Column(first + r));
            if (_m > 0) VectorRoutines.Axpy(signed, difference.Test, ((MatrixView)_test).Column(first + r));
        }
    }

    private static void Keep(ReadOnlySpan<double> now, double[] largest)
    {
        if (VectorMath.Norm(now) > VectorMath.Norm(largest)) now.CopyTo(largest);
    }

    private CarriedGroup Group(int group)
    {
        int[] columns = [.. Enumerable.Range(group * Count, Count)];
        Prediction[] sums = [.. columns.Select(c => new Prediction(_gradients[c], ((MatrixView)_train).Column(c).ToArray(),
            _m == 0 ? [] : ((MatrixView)_test).Column(c).ToArray(), _loss.Of(c)))];
        // What an operator that is off by a share of the gradient leaves of an error that it damps: the same share of the error at its largest.
        double start = VectorMath.Norm(_flow.Gradients[0]);
        double share = start > 0 ? columns.Max(c => _gradients[c].Values.Max(v => VectorMath.Norm(v))) / start : 0;
        double[] train = Scaled(share, columns.Select(c => _largestTrain[c]).MaxBy(v => VectorMath.Norm(v))!);
        double[] test = Scaled(share, columns.Select(c => _largestTest[c]).MaxBy(v => VectorMath.Norm(v))!);
        double loss = (VectorMath.Norm(_flow.Gradients[^1]) + 0.5 * share * share * start) * VectorMath.Norm(train);
        var second = new Prediction(new Dictionary<int, double[]> { [0] = new double[_n] }, train, test, loss);
        return new CarriedGroup(sums, second);
    }

    private static double[] Scaled(double factor, double[] vector)
    {
        var result = new double[vector.Length];
        VectorRoutines.Scale(factor, vector, result);
        return result;
    }
}

/// <summary>What became of one group of differences at the end of the window.</summary>
/// <param name="Sums">Their sums, as differences of a prediction: all signs alike first, then those in which signs differ.</param>
/// <param name="Second">What is left at second order of errors that were damped on the way.</param>
internal sealed record CarriedGroup(IReadOnlyList<Prediction> Sums, Prediction Second);
