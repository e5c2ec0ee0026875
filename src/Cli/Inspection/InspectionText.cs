using KernelFlow.Files;
using KernelFlow.Reporting;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Cli;

/// <summary>What <c>inspect</c> prints.</summary>
internal static class InspectionText
{
    /// <summary>Columns before the text of a line.</summary>
    public const int Margin = 14;

    /// <summary>Writes the facts about a run.</summary>
    public static void Write(TextWriter writer, Inspection found)
    {
        var (run, sums, intervals, consistency, cost, backend) = found;
        var checkpoints = run.Checkpoints;
        void Line(string name, string text) => writer.WriteLine($"{name,1 - Margin} {text}");
        Line("run", run.Folder);
        Line("loss", $"{checkpoints.Loss.Kind}, {(checkpoints.Loss.IsSum ? "sum" : "mean")} over examples");
        string parameters = checkpoints.Parameters is { } d ? $", D = {Count(d)} parameters" : "";
        Line("sizes", $"n = {Count(checkpoints.Train)} training and m = {Count(checkpoints.Test)} test examples, "
            + $"p = {Count(checkpoints.Outputs)} output(s) each; "
            + $"N = {Count(checkpoints.TrainSize)}, M = {Count(checkpoints.TestSize)}{parameters}");
        Line("optimizer", Optimizer(checkpoints.Optimizer));
        if (checkpoints.Schedule is { } schedule)
            Line("schedule", $"stated, intervals of {Short(schedule.Lengths.Min(), 3)} to {Short(schedule.Lengths.Max(), 3)} in flow time");
        Line("checkpoints", $"{Count(checkpoints.Count)}, step {Count(checkpoints[0].Step)} to {Count(checkpoints[^1].Step)}, "
            + $"t = {RoundTrip(checkpoints[0].Time)} to {RoundTrip(checkpoints[^1].Time)}");
        Line("times", string.Join(" ", Times(checkpoints)));
        Line("recorded", string.Join("; ", Tensors(checkpoints)));
        foreach (var (name, text) in ScheduleText.Of(checkpoints)) Line(name, text);
        if (FactorText.Of(run) is { } factors) Line("factors", factors);
        Line("targets", string.Join(", ", checkpoints.RunTensors.Keys.Prepend(TensorName.y_S).Distinct().Order(StringComparer.Ordinal)));
        Line("on disk", $"{Short(FileBytes(run) / 1e6)} MB in checkpoints");
        Line("sound", "yes: structure, times, shapes and the small tensors agree, every number is finite"
            + (checkpoints.HasJacobians ? "" : DenseLimit.Obstacle(checkpoints) is null ? ", K_SS is symmetric and PSD"
                : "; not checked, the run is too large: that K_SS is symmetric and PSD, and the recording against itself"));
        Line("files", RunSums.Text(sums));
        foreach (var claim in consistency) Line(claim.Id, Consistency(claim));
        if (RecordingChecks.OutsideTheory(checkpoints) is { } outside)
            Line("setting", $"not the theory's: {outside}; the claims about recorded data do not apply");
        Line("density", Density(checkpoints, intervals));
        foreach (var i in intervals.Where(i => i.Curvature > Inspection.SparseAbove).OrderByDescending(i => i.Curvature).Take(5))
            Line("", $"t = {Short(i.From, 5)} to {Short(i.To, 5)}: {Count(i.Steps)} steps, change {Percent(i.Change)}, "
                + $"estimated interpolation error {Percent(i.Curvature)}");
        if (DenseLimit.Obstacle(checkpoints) is { } obstacle)
        {
            Line("too large", $"the run is analysed without matrices only (--solver matrix-free): {obstacle}");
        }
        else
        {
            Line("memory", $"about {Short(cost.Bytes / 1e6, 2)} MB for the analysis, beside mapped files");
            Line("time", $"about {Short(cost.Seconds, 2)} s with {backend.Name} in {found.Mode.Name()} mode");
        }
        foreach (var route in found.Routes) Line(route.Name, Route(route, found.Ceiling));
        Line("advice", found.Advice);
    }

    /// <summary>Writes what the forecast is made of.</summary>
    public static void WriteParts(TextWriter writer, CostForecast cost)
    {
        foreach (var (name, seconds) in cost.Stages) writer.WriteLine($"forecast: {name}: {Short(seconds, 4)} s");
        foreach (var (name, bytes) in cost.Memory) writer.WriteLine($"forecast: {name}: {Short(bytes / 1e6, 4)} MB");
    }

    private static string Route(RouteForecast route, double ceiling) => route.Obstacle is { } obstacle ? $"no: {obstacle}"
        : $"about {RemainingTime.Span(route.Seconds)}, up to {Short(route.Bytes / 1e6, 2)} MB"
            + $"{(route.Fits(ceiling) ? "" : ", which does not fit")}; {route.Note}";

    private static string Consistency(ClaimResult claim)
    {
        string verdict = claim.Verdict switch
        {
            Verdict.Holds => "agrees",
            Verdict.Violated => "CONTRADICTS the rest of the recording",
            Verdict.NotApplicable => "not checked",
            _ => "open",
        };
        return $"{claim.Name}: {verdict}{(claim.Reason is { } reason ? $"; {reason}" : "")}";
    }

    private static string Optimizer(Optimizer? optimizer) =>
        optimizer is null ? "not stated" : $"{optimizer.Kind}, learning rate {RoundTrip(optimizer.LearningRate)}"
        + string.Concat(optimizer.Constants.Select(c => c.IsFlag ? $", {c.Key}" : c.Key == "batchSize" ? $", batches of {RoundTrip(c.Value)}"
            : $", {c.Key} {RoundTrip(c.Value)}"));

    private static IEnumerable<string> Times(CheckpointSequence run) =>
        run.Count <= 12 ? run.Select(c => Short(c.Time, 5))
            : [.. run.Take(6).Select(c => Short(c.Time, 5)), "…", .. run.TakeLast(5).Select(c => Short(c.Time, 5))];

    /// <summary>The recorded tensors that have one name, shape and type, by name.</summary>
    public static IEnumerable<IGrouping<(string Name, string ShapeText, StorageType Type), TensorSource>> TensorGroups(CheckpointSequence run) =>
        run.SelectMany(c => c.Tensors.Values).SelectMany(t => t is FactoredJacobian f ? f.Tensors : [t]).GroupBy(t => (t.Name, t.ShapeText, t.Type))
            .OrderBy(g => g.Key.Name, StringComparer.Ordinal);

    private static IEnumerable<string> Tensors(CheckpointSequence run)
    {
        foreach (var group in TensorGroups(run))
        {
            string where = group.Count() == run.Count ? "" : $" in {Count(group.Count())} of {Count(run.Count)}";
            yield return $"{group.Key.Name} {group.Key.ShapeText} {group.Key.Type.ToString().ToLowerInvariant()}{where}";
        }
    }

    private static string Density(CheckpointSequence run, IReadOnlyList<IntervalCheck> intervals)
    {
        string steps = $"{Count(intervals.Min(i => i.Steps))} to {Count(intervals.Max(i => i.Steps))} steps per interval; ";
        string what = run.HasJacobians ? TensorName.J_S : TensorName.K_SS;
        if (intervals[0].Curvature is null) return steps + "too few checkpoints to estimate the interpolation error";
        int sparse = intervals.Count(i => i.Curvature > Inspection.SparseAbove);
        string worst = Percent(intervals.Max(i => i.Curvature));
        return steps + (sparse == 0
            ? $"dense enough: interpolating {what} between checkpoints is off by at most {worst} (estimate)"
            : $"{Count(sparse)} of {Count(intervals.Count)} intervals are sparse: interpolating {what} is off by up to {worst} "
                + $"(estimate; up to {Percent(Inspection.SparseAbove)} is called dense)");
    }

    /// <summary>Size of the checkpoint files.</summary>
    public static double FileBytes(RecordedRun run) =>
        run.Manifest.Checkpoints.Select(c => new FileInfo(Path.Combine(run.Folder, c.File))).Where(f => f.Exists).Sum(f => (double)f.Length);
}
