using KernelFlow.Files;
using KernelFlow.Reporting.Content;
using KernelFlow.Reporting.Charts;
using static KernelFlow.Files.NumberText;

namespace KernelFlow.Reporting.Comparisons;

/// <summary>The overlaid figures of a comparison.</summary>
internal static class ComparisonFigures
{
    private const int MostSeries = 12, Colours = 4, MostMarks = 40;
    private static readonly string[] s_dashes = ["", "dash", "dots"];

    private static readonly (string Id, string Section, Func<RunComparison, string, Figure> Make)[] s_figures =
    [
        ("compare-errors", "How well is each run predicted?", (c, id) => Errors(c, id, "Error of the predicted test outputs",
            WellKnownClaims.TestTransfer)),
        ("compare-transport", "How well is each run predicted?", (c, id) => Errors(c, id, "Error of the transported gradient",
            WellKnownClaims.Transport)),
        ("compare-spectra", "What was dissipated?", Spectra),
        ("compare-fractions", "What was dissipated?", Fractions),
        ("compare-visibility", "How far does it show on the test set?", Visibility),
        ("compare-drift", "How did training move the kernel?", Drift),
    ];

    /// <summary>The ids in reading order.</summary>
    public static IReadOnlyList<string> Ids { get; } = Array.ConvertAll(s_figures, f => f.Id);

    /// <summary>All figures, those without data included.</summary>
    public static IReadOnlyList<(string Section, Figure Figure)> All(RunComparison comparison) =>
        Array.ConvertAll(s_figures, f => (f.Section, f.Make(comparison, f.Id)));

    private static Figure Errors(RunComparison comparison, string figure, string what, string id)
    {
        string title = $"{what} ({id})";
        var claims = comparison.Runs.Select(r => (r.Label, Claim: r.Claim(id)))
            .Where(r => r.Claim is { RelativeError.IsKnown: true, Budget: not null })
            .Select(r => (r.Label, Claim: r.Claim!)).ToArray();
        if (claims.Length == 0) return Figure.Without(figure, title, $"No run has {id} with an error budget.");
        double? limit = claims[0].Claim.Tolerance;
        var rows = claims.Select(c => new RangeRow(Drawn.Shorten(c.Label, 19), c.Claim.Budget!.SumOfKnown, c.Claim.Budget.Sum is null,
            c.Claim.Verdict == Verdict.Measured ? null : 3 * c.Claim.Budget.SumOfKnown, [new RowMark(0, c.Claim.RelativeError.Value)],
            $"{c.Label}: error {Short(c.Claim.RelativeError.OrNull())}, known sources {Narrative.Sum(c.Claim.Budget)}; "
                + $"{Narrative.Word(c.Claim.Verdict)}")).ToArray();
        var head = new FigureHead(figure, title, string.Join("; ", claims.Select(c =>
            $"{c.Label}: {Short(c.Claim.RelativeError.OrNull())} against {Narrative.Sum(c.Claim.Budget)}")));
        var values = claims.SelectMany(c => (double[])[c.Claim.RelativeError.Value, c.Claim.Budget!.SumOfKnown,
            3 * c.Claim.Budget.SumOfKnown]).Append(limit ?? 1);
        string drawing = RangeRows.Draw(Axis.Log("relative error", values, 9), rows, [new RowSeries("error", Marker.Diamond, "m s2", 4.2)],
            "sum of sources", "up to 3 × sum", limit is { } l ? (l, $"limit {Short(l)}") : null, head);
        return new Figure(head, drawing, "An error inside its bar, or on the thin line beyond it, is explained. Past the limit, "
            + "a sum of sources is too large to decide anything.");
    }

    private static Figure Visibility(RunComparison comparison, string id)
    {
        const string title = "Visibility and its bound";
        if (Missing(comparison, id, title) is { } missing) return missing;
        var runs = Studied(comparison);
        var rows = runs.Select(r => new RangeRow(Drawn.Shorten(r.Label, 19), r.VisibilityBound, false, null, [new RowMark(0, r.Visibility ?? 0)],
            $"{r.Label}: ν = {(r.Visibility is null ? "∞" : Short(r.Visibility))}, √c = {Short(r.VisibilityBound)}; "
                + $"inclusion {Narrative.Word(r.Inclusion)}")).ToArray();
        var head = new FigureHead(id, title, string.Join("; ", runs.Select(r =>
            $"{r.Label}: {(r.Visibility is null ? "infinite" : Short(r.Visibility))} of {Short(r.VisibilityBound)}")));
        string drawing = RangeRows.Draw(Axis.Log("visibility", runs.SelectMany(r => (double[])[r.Visibility ?? 0, r.VisibilityBound]), 6), rows,
            [new RowSeries("ν", Marker.Diamond, "m s1", 4.2)], "bound √c", null, null, head);
        return new Figure(head, drawing, "The most that any direction moves the test outputs, per root of its training dissipation. "
            + "ν cannot exceed √c when the inclusion holds."
            + (runs.Any(r => r.Visibility is null) ? " A run without a diamond has infinite ν: its inclusion fails." : ""));
    }

    private static Figure Spectra(RunComparison comparison, string id)
    {
        const string title = "Spectra of W_S";
        if (Missing(comparison, id, title) is { } missing) return missing;
        var runs = Studied(comparison).Take(MostSeries).ToArray();
        var head = new FigureHead(id, title, "Effective ranks: " + string.Join("; ",
            Studied(comparison).Select(r => $"{r.Label} {Short(r.Spectrum.EffectiveRank)}")));
        var chart = new Chart(SpectrumFigures.ModeAxis(runs.Max(r => r.Spectrum.Eigenvalues.Count)),
            Axis.Log("eigenvalue λ_j of W_S", runs.SelectMany(r => r.Spectrum.Eigenvalues), 12), head);
        Overlay(chart, runs, r => r.Spectrum.Eigenvalues, "λ");
        return Figure.Of(head, chart, "Eigenvalues in descending order. A slow decay means that many directions were dissipated." + Rest(comparison)
            + Drawn.Missing(chart, "are zero, negative or far below"));
    }

    private static Figure Fractions(RunComparison comparison, string id)
    {
        const string title = "Dissipated fraction of each mode";
        if (Missing(comparison, id, title) is { } missing) return missing;
        var runs = Studied(comparison).Take(MostSeries).ToArray();
        bool fractions = runs.All(r => r.Spectrum.DissipatedFraction.IsKnown);
        IReadOnlyList<double> Of(ComparedRun r) => fractions ? r.Spectrum.DissipatedFraction.Value : r.Spectrum.RelativeEigenvalues;
        string what = fractions ? "dissipated fraction 2βλ_j" : "λ_j/λ_1";
        var head = new FigureHead(id, fractions ? title : "Shape of the spectra", $"{what} over the share of modes; signal dimensions: "
            + string.Join("; ", Studied(comparison).Select(r => $"{r.Label} {Narrative.Count(r.Spectrum.SignalDimension)}")));
        var chart = new Chart(Axis.Linear("share of modes j/N", [0, 1], round: false), Axis.Log(what, runs.SelectMany(Of).Append(1), 6), head);
        Overlay(chart, runs, Of, what, share: true);
        foreach (double threshold in runs.Select(r => r.Spectrum.Threshold).Distinct().Take(2)) chart.Rule($"δ = {Short(threshold)}", threshold);
        return Figure.Of(head, chart, (fractions ? "Share of the gradient energy along each mode that training dissipated."
            : "Not every run has a dissipated fraction (it needs B = βI and flow): eigenvalues relative to the largest are shown instead.")
            + " Modes below the threshold δ are the reservoir." + Rest(comparison) + Drawn.Missing(chart, "are zero, negative or far below"));
    }

    private static Figure Drift(RunComparison comparison, string id)
    {
        const string title = "Movement of the kernel";
        var runs = Studied(comparison).Take(MostSeries).ToArray();
        var points = runs.SelectMany(r => r.KernelEvolution.Points).ToArray();
        if (points.Length == 0) return Figure.Without(id, title, "The movement of the kernel was not measured.");
        var (axis, later) = Drawn.TimeAxis([.. points.Select(p => p.Time)]);
        var head = new FigureHead(id, title, "Largest kernel drift: " + string.Join("; ",
            Studied(comparison).Select(r => $"{r.Label} {Short(r.KernelEvolution.PeakDrift)}")));
        var chart = new Chart(axis, Axis.Linear("‖K(t) − K(s)‖ / ‖K(s)‖", points.Where(p => axis.Holds(p.Time)).Select(p => p.SpectralDrift).Append(0)), head);
        for (int i = 0; i < runs.Length; i++)
        {
            var run = runs[i];
            var drift = run.KernelEvolution.Points.Where(p => axis.Holds(p.Time))
                .Select(p => new Point(p.Time, p.SpectralDrift, $"{run.Label}, t = {Short(p.Time, 5)}: drift {Short(p.SpectralDrift)}"));
            chart.Line(Name(run), Series(i), drift, Shape(i), Dash(i), markEvery: Every(run.KernelEvolution.Points.Count));
        }
        return Figure.Of(head, chart, "Relative change (spectral norm) since the start of each window. Near 0 the kernel is frozen; "
            + "from about 1 on the network learns features." + later + Rest(comparison));
    }

    private static void Overlay(Chart chart, ComparedRun[] runs, Func<ComparedRun, IReadOnlyList<double>> values, string what, bool share = false)
    {
        for (int i = 0; i < runs.Length; i++)
        {
            var (run, y) = (runs[i], values(runs[i]));
            chart.Line(Name(run), Series(i), Drawn.Thin(y.Count).Select(j => new Point(share ? (j + 0.5) / (double)run.Spectrum.Dimension : j
                + 1, y[j], $"{run.Label}, mode {Count(j + 1)} of {Count(run.Spectrum.Dimension)}: {what} = {Short(y[j])}")),
                Shape(i), Dash(i), markEvery: Every(y.Count));
        }
    }

    // The runs whose operators were formed.
    private static ComparedRun[] Studied(RunComparison comparison) => [.. comparison.Runs.Where(r => r.KnownSpectrum.IsKnown)];

    private static Figure? Missing(RunComparison comparison, string id, string title) => comparison.Runs.Any(r => r.KnownSpectrum.IsKnown) ? null
        : Figure.Without(id, title, $"It was not computed for any run: {NotComputedException.ClaimsOnly}.");

    private static string Rest(RunComparison comparison) => Studied(comparison).Length is var all && all > MostSeries
        ? $" The first {Count(MostSeries)} of {Count(all)} runs are shown." : "";

    private static string Name(ComparedRun run) => Drawn.Shorten(run.Label, 40);

    private static int Series(int index) => index % Colours + 1;

    private static string Dash(int index) => s_dashes[index / Colours % s_dashes.Length];

    private static Marker Shape(int index) => (Marker)(index % Colours);

    private static int Every(int count) => Math.Max(1, (count + MostMarks - 1) / MostMarks);
}
