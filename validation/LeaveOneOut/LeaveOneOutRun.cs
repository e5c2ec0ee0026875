using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Validation.Laboratory;

namespace KernelFlow.Validation.LeaveOneOut;

/// <summary>One training beside its trainings without each example, and beside many unseen ones.</summary>
internal static class LeaveOneOutRun
{
    /// <summary>Names of measurements.</summary>
    public const string Correlation = "correlation", Error = "relativeError", FrozenCorrelation = "frozenCorrelation", FrozenError = "frozenError",
        ForeignCorrelation = "foreignCorrelation", ForeignError = "foreignError", PermutedCorrelation = "permutedCorrelation",
        Gap = "gap", TrainGap = "trainGap", TrueGap = "trueGap", FrozenGap = "frozenGap", FirstOrderGap = "firstOrderGap", PathError = "pathError",
        StopLoss = "stopLoss", BestLoss = "bestLoss", EndLoss = "endLoss", TrueStopLoss = "trueStopLoss", Unseen = "unseen";

    /// <summary>Names of curves over the checkpoints.</summary>
    public const string Steps = "step", Training = "training loss", Population = "population risk", Estimated = "estimate", Retrained = "retrained",
        Frozen = "frozen kernel", FirstOrder = "first-order form";

    // What the estimate is off by is tens of percents.
    private const double Tolerance = 1e-3;

    // The control's kernels are of the same kind of training from a seed that no other run of the study has.
    private const long Foreign = 5000;

    /// <summary>Trains, leaves every example out in both ways, and compares.</summary>
    public static LabOutcome Of(LabTraining training, long seed, Backend backend, CancellationToken cancellation)
    {
        var run = training.Record(seed, backend, cancellation);
        var recorded = run.Checkpoints;
        int n = run.Data.Train, p = run.Data.Outputs, last = run.Marks.Count - 1;
        var states = Masked(recorded, backend, cancellation);
        var frozen = Masked(LabMeasures.With(recorded, TensorName.J_S.Name, _ => recorded[0][TensorName.J_S]), backend, cancellation);
        var other = training.Record(seed + Foreign, backend, cancellation).Checkpoints;
        var foreign = Masked(LabMeasures.With(recorded, TensorName.J_S.Name, k => other[k][TensorName.J_S]), backend, cancellation);

        var retrained = Enumerable.Range(0, run.Marks.Count).Select(_ => new double[n * p]).ToArray();
        for (int i = 0; i < n; i++)
        {
            var without = run.Without(i, cancellation);
            for (int k = 0; k < retrained.Length; k++) without[k].CopyTo(retrained[k], i * p);
        }
        double[] end = recorded[^1][TensorName.U_S].ReadAll();
        double[] truth = Difference(retrained[^1], end), estimate = Shift(states), frozenShift = Shift(frozen), foreignShift = Shift(foreign);
        // Example i beside what leaving out its neighbour does to that one: the masks of the control.
        double[] permuted = [.. estimate.Skip(p), .. estimate.Take(p)];

        double[] Curve(Func<int, double> value) => [.. Enumerable.Range(0, run.Marks.Count).Select(value)];
        double[] population = Curve(k => PopulationLoss(run, run.TestOutputs[k])), held = Curve(k => run.Loss.Value(states.HeldOut[k]));
        double[] truly = Curve(k => run.Loss.Value(retrained[k])), still = Curve(k => run.Loss.Value(frozen.HeldOut[k]));
        // Φ(s) − n/(n − 1)·gᵀ(W_S − W_D)g: what examples did for each other, without what each one did for itself.
        var sums = FirstOrderRisk.Run(Trajectory(recorded, backend, cancellation), run.Loss, recorded[0][TensorName.U_S].ReadAll(), Tolerance,
            cancellation: cancellation);
        double[] first = Curve(k => recorded[0][TensorName.Loss].ReadAll()[0] - n / (n - 1.0) * (sums[k].All - sums[k].Own));
        double[] train = Curve(k => recorded[k][TensorName.Loss].ReadAll()[0]);
        double moved = LabStatistics.Distance(end, recorded[0][TensorName.U_S].ReadAll());
        return LabOutcome.Of(run, seed,
        [
            new(Correlation, LabStatistics.Correlation(estimate, truth), "correlation of the held-out shifts with those of retraining"),
            new(Error, LabStatistics.Distance(estimate, truth) / LabStatistics.Norm(truth), "‖shifts − those of retraining‖ relative to the latter"),
            new(FrozenCorrelation, LabStatistics.Correlation(frozenShift, truth), "the correlation with the kernel of the start throughout"),
            new(FrozenError, LabStatistics.Distance(frozenShift, truth) / LabStatistics.Norm(truth), "the error with the kernel of the start throughout"),
            new(ForeignCorrelation, LabStatistics.Correlation(foreignShift, truth), "the correlation with the kernels of a run on other data"),
            new(ForeignError, LabStatistics.Distance(foreignShift, truth) / LabStatistics.Norm(truth), "the error with the kernels of a run on other data"),
            new(PermutedCorrelation, LabStatistics.Correlation(permuted, truth), "the correlation with the shift of the next example"),
            new(Gap, LargestGap(held, population), "largest |estimate − population risk| over the checkpoints, relative to the largest risk"),
            new(TrainGap, LargestGap(train, population), "the same of the training loss"),
            new(TrueGap, LargestGap(truly, population), "the same of retraining without each example"),
            new(FrozenGap, LargestGap(still, population), "the same with the kernel of the start throughout"),
            new(FirstOrderGap, LargestGap(first, population), "the same of the first-order form Φ(s) − n/(n − 1)·gᵀ(W_S − W_D)g"),
            new(PathError, LabStatistics.Distance(states.Whole[^1], end) / moved, "‖ΔÛ_S − ΔU_S‖/‖ΔU_S‖ of the path with all examples"),
            new(BestLoss, population.Min(), "the least population risk of a checkpoint"),
            new(StopLoss, population[Least(held)], "the population risk where the estimate is least"),
            new(TrueStopLoss, population[Least(truly)], "the population risk where the loss of retraining is least"),
            new(EndLoss, population[last], "the population risk at the end"),
            new(Unseen, run.Data.Test, "unseen examples"),
        ], new Dictionary<string, double[]>
        {
            [Steps] = [.. run.Marks.Select(m => (double)m)], [Training] = train, [Population] = population, [Estimated] = held, [Retrained] = truly,
                [Frozen] = still, [FirstOrder] = first,
        });
    }

    private static MaskedStates Masked(CheckpointSequence run, Backend backend, CancellationToken cancellation)
    {
        double[] start = run[0][TensorName.U_S].ReadAll();
        return MaskedFlow.Run(new TrajectoryProducts(Trajectory(run, backend, cancellation), backend), run.Loss, start, Tolerance, 0, cancellation);
    }

    private static KernelTrajectory Trajectory(CheckpointSequence run, Backend backend, CancellationToken cancellation) =>
        TrajectoryBuilder.Read(run, OutputRecord.Read(run), backend, null, cancellation).Linear([.. Enumerable.Range(0, run.Count)]);

    private static double[] Shift(MaskedStates states) => Difference(states.HeldOut[^1], states.Whole[^1]);

    private static double[] Difference(double[] a, double[] b) => [.. a.Zip(b, (x, y) => x - y)];

    private static double LargestGap(double[] curve, double[] population) =>
        curve.Zip(population, (a, b) => Math.Abs(a - b)).Skip(1).Max() / population.Max();

    private static int Least(double[] curve) => Array.IndexOf(curve, curve.Min());

    // The expected loss under the label noise of the training: of a false label, the other sign, or a class drawn anew.
    private static double PopulationLoss(LabRun run, double[] u)
    {
        int p = run.Data.Outputs, m = run.Data.Test;
        double noise = run.Training.Options.Noise, clean = run.LossOf(run.Data.Y_Q).Value(u);
        if (p == 1) return (1 - noise) * clean + noise * run.LossOf([.. run.Data.Y_Q.Select(y => -y)]).Value(u);
        double any = Enumerable.Range(0, p)
            .Average(c => run.LossOf([.. Enumerable.Range(0, m * p).Select(i => i % p == c ? 1.0 : 0)]).Value(u));
        return (1 - noise) * clean + noise * any;
    }
}
