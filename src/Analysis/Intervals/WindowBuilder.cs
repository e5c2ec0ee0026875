using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>Windows inside the one that is analysed, composed of its intervals; in descent mode carried over their own steps, which is the same
/// composition.</summary>
/// <param name="input">What was read.</param>
/// <param name="model">The operators of the whole window, and the intervals they were composed of.</param>
/// <param name="cancellation">Honoured between intervals.</param>
internal sealed class WindowBuilder(AnalysisInput input, RunModel model, CancellationToken cancellation)
{
    /// <summary>The checkpoints of the windows that were asked for.</summary>
    /// <exception cref="ArgumentException">A window begins or ends elsewhere.</exception>
    public static (int First, int Last)[] Where(CheckpointSequence checkpoints, AnalysisOptions options)
    {
        double[] times = [.. checkpoints.Select(c => c.Time)];
        return [.. options.Windows.Select(w =>
        {
            try
            {
                return FlowTimeWindow.Find(times, w.From, w.To);
            }
            catch (ArgumentException e)
            {
                throw new ArgumentException($"windows: {FlowTimeWindow.Text(w.From)}:{FlowTimeWindow.Text(w.To)}: {e.Message}");
            }
        })];
    }

    /// <summary>The windows in the order in which they were asked for. Those that begin at one checkpoint share their composition.</summary>
    public IReadOnlyList<WindowResult> Build()
    {
        var where = Where(input.Checkpoints, input.Options);
        var found = new Dictionary<(int, int), WindowResult>();
        foreach (var group in where.Distinct().GroupBy(w => w.First))
        {
            int[] ends = [.. group.Select(w => w.Last).Order()];
            foreach (var (last, operators) in model is FlowModel { Intervals: { } intervals } ? Composed(intervals, group.Key, ends) : Steps(group.Key, ends))
                found[(group.Key, last)] = Measure(group.Key, last, operators);
        }
        return [.. where.Select(w => found[w])];
    }

    private IEnumerable<(int Last, WindowOperators Operators)> Composed(IntervalSource intervals, int first, int[] ends)
    {
        var trajectory = ((FlowModel)model).Trajectory;
        var composition = new Composition(input.Backend);
        List<double[]> gradients = [input.Outputs.Gradients[first]];
        var nodes = new List<QuadratureNode>();
        int steps = 0;
        for (int k = first; k < ends[^1]; k++)
        {
            var interval = intervals.Get(k, cancellation);
            composition.Add(interval);
            gradients.Add(VectorMath.Multiply(1, interval.P, gradients[^1]));
            int number = k;
            nodes.AddRange(interval.Nodes.Select(n => n with { Interval = number }));
            steps += interval.Report.Steps;
            if (!ends.Contains(k + 1)) continue;
            var c = trajectory.TestKernelIntegral(nodes);
            double bound = SymmetricEigenvalues.Largest(((MatrixView)c).ToMatrix(), input.Backend);
            double[] g = gradients[0];
            var prediction = new Prediction(gradients.Index().ToDictionary(x => x.Index, x => x.Item), VectorMath.Multiply(-1, composition.G_S, g),
                VectorMath.Multiply(-1, composition.G_Q, g), -VectorMath.Quadratic(composition.W_S, g));
            yield return (k + 1, new WindowOperators(composition.W_S, composition.G_Q, bound, prediction, steps, composition.Error().Largest));
        }
    }

    // A recursion over the steps of the window composes the operators of its steps in order of time.
    private IEnumerable<(int Last, WindowOperators Operators)> Steps(int first, int[] ends)
    {
        foreach (int last in ends)
        {
            cancellation.ThrowIfCancellationRequested();
            var part = input.Checkpoints.Subset(Enumerable.Range(first, last - first + 1));
            var (operators, record) = ((DescentModel)model).Part(part, first, last, cancellation);
            var prediction = Prediction.From(operators, input.Outputs.Gradients[first], record.Forced) with { LossChange = record.PredictedLossChange };
            yield return (last, new WindowOperators(operators.W_S, operators.G_Q, record.ResponseBound, prediction, operators.Report.Steps, 0));
        }
    }

    private WindowResult Measure(int first, int last, WindowOperators o)
    {
        var (space, options, outputs) = (input.Space, input.Options, input.Outputs);
        var w = space.RestrictSymmetric(o.W_S);
        var pairs = SpectrumSolver.Pairs(w, options, input.Backend, cancellation);
        double? beta = model.Fraction.OrNull();
        var (relative, fraction) = SpectrumBuilder.Measures(pairs.Values, beta);
        var signal = SpectrumBuilder.SignalDimension(fraction ?? relative, w.RowCount, options.Threshold, "a window");
        double ratio = WorstRatio(o, pairs with { Vectors = space.IsAll ? pairs.Vectors : space.Lift(pairs.Vectors) });
        return new WindowResult(outputs.Times[first], outputs.Times[last])
        {
            FirstCheckpoint = first, LastCheckpoint = last, Steps = o.Steps, IntegrationError = o.Error, LargestEigenvalue = pairs.Values[0],
            LargestFraction = beta is { } b ? Known.Of(2 * b * pairs.Values[0]) : Known.Unknown<double>(model.Fraction.Reason!),
            SignalDimension = signal, ReservoirDimension = signal.Map(s => w.RowCount - s),
            EffectiveRank = SpectrumBuilder.EffectiveRank(pairs.Values, w),
            Inclusion = double.IsNaN(ratio) ? Verdict.Undecided : ratio <= 1 ? Verdict.Holds : Verdict.Violated, WorstRatio = ratio,
            Dissipation = Judgeable(() => Loss(outputs.Losses[first], outputs.Losses[last], o.Prediction.LossChange)),
            Transport = Judgeable(() => Moved(VectorMath.Norm(outputs.Gradients[first]),
                o.Prediction.Gradients.Max(p => VectorMath.Distance(p.Value, outputs.Gradients[first + p.Key])), "g(s) is zero")),
            TrainTransfer = Judgeable(() => Displaced(o.Prediction.Train, outputs.TrainOutputs[first], outputs.TrainOutputs[last])),
            TestTransfer = Judgeable(() => Displaced(o.Prediction.Test, outputs.TestOutputs[first], outputs.TestOutputs[last])),
        };
    }

    // Check 1 of the inclusion (theory, section 5), as for the whole window.
    private double WorstRatio(WindowOperators o, EigenPairs pairs)
    {
        int n = o.G_Q.ColumnCount;
        double floor = n * model.Epsilon * MatrixNorms.Spectral(o.G_Q, input.Backend), noise = n * model.Epsilon * Math.Max(pairs.Values[0], 0), worst = 0;
        double[] norms = ModeResponses.Norms(ModeResponses.Of(o.G_Q, pairs, input.Backend));
        for (int j = 0; j < norms.Length; j++)
        {
            var mode = new ModeVisibility(pairs.Values[j], 0, norms[j], Math.Sqrt(o.ResponseBound * (Math.Max(pairs.Values[j], 0) + noise)), floor, false);
            if (!(mode.Ratio <= worst)) worst = mode.Ratio;
        }
        return worst;
    }

    private Known<double> Judgeable(Func<Known<double>> compare) =>
        (input.OutsideTheory ?? model.NoPredictionReason) is { } reason ? Known.Unknown<double>(reason) : compare();

    private static Known<double> Loss(double? start, double? end, double predicted) => start is not { } a || end is not { } b
        ? Known.Unknown<double>("the run has neither a loss formula nor recorded losses")
        : Moved(Math.Abs(b - a), Math.Abs(predicted - (b - a)), "the loss did not change");

    private static Known<double> Displaced(double[] predicted, double[] start, double[] end)
    {
        double[] recorded = VectorMath.Subtract(end, start);
        return Moved(VectorMath.Norm(recorded), VectorMath.Distance(predicted, recorded), "the recorded outputs did not move");
    }

    private static Known<double> Moved(double scale, double distance, string otherwise) =>
        scale > 0 ? Known.Of(distance / scale) : Known.Unknown<double>(otherwise);

    private sealed record WindowOperators(DenseMatrix W_S, DenseMatrix G_Q, double ResponseBound, Prediction Prediction, int Steps, double Error);
}
