using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>How far the clean signal moved the test outputs before and after the training examples were fitted, and where it lies over windows.</summary>
internal static class GrokkingBuilder
{
    /// <summary>The first checkpoint at which training accuracy is not below the level, or why there is none.</summary>
    public static Known<int> Fitted(CheckpointSequence run, OutputRecord outputs)
    {
        if (!TrainingBuilder.Build(run, outputs).TrainAccuracy.TryGet(out var accuracy))
            return Known.Unknown<int>($"training accuracy is not known: {TrainingBuilder.Build(run, outputs).TrainAccuracy.Reason}");
        for (int k = 0; k < accuracy.Count; k++)
            if (accuracy[k] >= Grokking.Level) return k;
        return Known.Unknown<int>("training accuracy does not reach 99 %");
    }

    /// <summary>From the Gramians and responses that were kept on the way.</summary>
    /// <param name="window">The window.</param>
    /// <param name="measured">Where the clean signal lies, where noise was told from it: the same windows need not be decomposed again. Neither need those
    /// of which the schedule tells that all modes are in the signal, or none.</param>
    /// <param name="cancellation">Honoured between windows.</param>
    public static Known<Grokking> Build(StudiedWindow window, Measurements measured, CancellationToken cancellation)
    {
        var (input, model, _) = window;
        if (input.OutsideTheory is { } outside) return Known.Unknown<Grokking>(outside);
        if (!input.Clean.TryGet(out var clean)) return Known.Unknown<Grokking>(input.Clean.Reason!);
        if (!input.Fitted.TryGet(out int fitted)) return Known.Unknown<Grokking>(input.Fitted.Reason!);
        var outputs = input.Outputs;
        int last = outputs.Times.Count - 1, M = input.Checkpoints.TestSize;
        var end = VectorMath.Multiply(1, model.Propagation.G_Q, clean);
        double[] Moved(PartialGramian part) => ((MatrixView)part.Response!).Column(input.CleanColumn).ToArray();
        var at = model.WhenFitted ?? model.PartialGramians.FirstOrDefault(p => p.Knot == fitted);
        double[] then = fitted == 0 ? new double[M] : fitted == last ? end : Moved(at!);
        var points = new List<CleanPoint>();
        var dimensions = measured.Schedule.TryGet(out var schedule) ? schedule.OverEnd : [];
        if (measured.Noise.TryGet(out var placed) && input.Noise.IsKnown)
            points.AddRange(placed.Points.Select(p => new CleanPoint(p.Time, p.Clean.SignalShare, p.Clean.Dissipated, p.Clean.TestMovement ?? double.NaN)));
        else
        {
            int? Signal(int i) => i < dimensions.Count ? dimensions[i].SignalDimension : null;
            foreach (var (i, part) in model.PartialGramians.Index()) points.Add(Point(window, clean, part.Knot, part.W_S, Moved(part), Signal(i)));
            points.Add(Point(window, clean, last, model.Propagation.W_S, end, Signal(model.PartialGramians.Count)));
        }
        cancellation.ThrowIfCancellationRequested();
        if (points.All(p => p.Time != outputs.Times[fitted]))
            points.Add(fitted == 0 ? new CleanPoint(outputs.Times[0], 0, model.Fraction.IsKnown ? 0 : null, 0)
                : Point(window, clean, fitted, at!.W_S, then, null));
        var training = TrainingBuilder.Build(input.Checkpoints, outputs);
        return Known.Of(new Grokking
        {
            Fitted = new MarkedCheckpoint(fitted, input.Checkpoints[fitted].Step, outputs.Times[fitted]),
            MovementThen = VectorMath.Norm(then),
            MovementAtEnd = VectorMath.Norm(end),
            Gained = VectorMath.Distance(end, then),
            TestAccuracyThen = training.TestAccuracy.Map(a => a[fitted]),
            TestAccuracyAtEnd = training.TestAccuracy.Map(a => a[last]),
            Points = [.. points.OrderBy(p => p.Time)],
        });
    }

    private static CleanPoint Point(StudiedWindow window, double[] v, int knot, DenseMatrix w, double[] moved, int? signal)
    {
        var (input, model, _) = window;
        double size = VectorRoutines.Dot(v, v);
        double? beta = model.Fraction.OrNull(), gone = 2 * beta * VectorMath.Quadratic(w, v) / size;
        double inside = signal == 0 || !(size > 0) ? 0 : signal == input.Space.Dimension ? InSpace(input, v).Sum(x => x * x) : Inside(window, v, knot, w);
        return new CleanPoint(input.Outputs.Times[knot], size > 0 ? inside / size : 0, size > 0 ? gone : null, VectorMath.Norm(moved));
    }

    // ‖Πv‖² of the projector onto the modes above the threshold.
    private static double Inside(StudiedWindow window, double[] v, int knot, DenseMatrix w)
    {
        var (input, model, _) = window;
        var (values, vectors) = window.Gramian(knot, w);
        double[] inside = InSpace(input, v);
        double scale = model.Fraction.OrNull() is { } beta ? 2 * beta : 1 / Math.Max(values[^1], double.Epsilon), share = 0;
        for (int j = 0; j < values.Length; j++)
            if (scale * values[j] >= input.Options.Threshold) share += Math.Pow(VectorRoutines.Dot(vectors.Column(j), inside), 2);
        return share;
    }

    private static double[] InSpace(AnalysisInput input, double[] v) => input.Space.Restrict(new MatrixView(v, v.Length, 1)).Values;
}
