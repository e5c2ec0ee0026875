using System.Text.Json;
using KernelFlow.Files;
using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The whole of results.json, and reading its parts.</summary>
internal static class ResultsJson
{
    /// <summary>Why something that was computed is unknown in results that were read.</summary>
    public const string NotInTheFile = "it is not in results.json";

    /// <summary>The longest results.json that is read; those of the largest runs have a few MB.</summary>
    public const int MaximumBytes = 500_000_000;

    private static readonly Schema<ReservoirAnalysis> s_document = new(s =>
    {
        var tool = s.Add("tool", RunSchemas.Tool.Object, a => a.Tool);
        var run = s.Add("run", RunSchemas.Run.Object, a => a.Run);
        var options = s.Add("options", RunSchemas.Options.Object, a => a.Options);
        var outside = s.Add("outsideTheory", TextIfAny, a => a.OutsideTheory);
        var window = s.Add("window", RunSchemas.Window.Object, a => a.Window);
        var spectrum = s.Add("spectrum", SpectrumSchemas.Spectrum.KnownObject, a => a.KnownSpectrum);
        var relative = s.Add("relativeDissipation", SpectrumSchemas.Relative.KnownObject, a => a.RelativeDissipation);
        var inclusion = s.Add("inclusion", InclusionSchemas.Inclusion.KnownObject, a => a.KnownInclusion);
        var applied = s.Add("matrixFree", MatrixFreeSchemas.Result.KnownObjectIfAny, a => a.MatrixFree);
        var claims = s.Add("claims", ClaimSchemas.Claim.Items, a => a.Claims);
        var causes = s.Add("likelyCauses", ClaimSchemas.Cause.Items, a => a.LikelyCauses);
        var evolution = s.Add("kernelEvolution", ClaimSchemas.Evolution.KnownObject, a => a.KnownEvolution);
        var training = s.Add("training", PictureSchemas.Training.KnownObject, a => a.Training);
        var classes = s.Add("classes", PictureSchemas.Classes.KnownObject, a => a.Classes);
        var modes = s.Add("modeContent", PictureSchemas.Modes.KnownObject, a => a.Modes);
        var schedule = s.Add("schedule", SpectrumSchemas.Schedule.KnownObject, a => a.Schedule);
        var noise = s.Add("noisePlacement", CurveSchemas.Noise.KnownObject, a => a.NoisePlacement);
        var gate = s.Add("riskGate", CurveSchemas.Gate.KnownObject, a => a.RiskGate);
        var risk = s.Add("populationRisk", RiskSchemas.Risk.KnownObject, a => a.PopulationRisk);
        var visible = s.Add("visibleNoise", RiskSchemas.Noise.KnownObject, a => a.VisibleNoise);
        var norm = s.Add("minimumNorm", RiskSchemas.Norm.KnownObject, a => a.MinimumNorm);
        var jump = s.Add("jumpToEnd", JumpSchemas.Jump.KnownObject, a => a.JumpToEnd);
        var order = s.Add("orderOfFilling", OrderSchemas.Order.KnownObject, a => a.OrderOfFilling);
        var grokking = s.Add("grokking", OrderSchemas.Grokking.KnownObject, a => a.Grokking);
        var influence = s.Add("influence", CurveSchemas.Influence.KnownObject, a => a.Influence);
        var intervals = s.Add("intervals", ClaimSchemas.Interval.Rows, a => a.Intervals);
        var windows = s.Add("windows", WindowSchemas.Row.RowsIfAny, a => a.Windows);
        var displacements = s.Add("displacements", ClaimSchemas.Displacements.Object, a => a.Displacements);
        var descent = s.Add("descent", ClaimSchemas.Descent.KnownObject, a => Known.Maybe(a.Descent, $"the mode is {a.Options.Mode.Name()}"));
        var performance = s.Add("performance", RunSchemas.Performance.Object, a => a.Performance);
        var figures = s.Add("figures", RunSchemas.Figure.Rows, a => a.Figures);
        return json => new ReservoirAnalysis
        {
            Tool = tool[json],
            Run = run[json],
            Options = options[json],
            OutsideTheory = outside[json],
            Window = window[json],
            KnownSpectrum = spectrum[json],
            RelativeDissipation = relative.Or(json, default),
            KnownInclusion = inclusion[json],
            MatrixFree = applied[json],
            Claims = claims[json],
            LikelyCauses = causes.Or(json, []),
            KnownEvolution = evolution[json],
            Training = training.Or(json, PictureSchemas.Absent<TrainingCurves>()),
            Classes = classes.Or(json, PictureSchemas.Absent<ExampleClasses>()),
            Modes = modes.Or(json, PictureSchemas.Absent<ModeContent>()),
            Schedule = schedule.Or(json, default),
            NoisePlacement = noise.Or(json, default),
            RiskGate = gate.Or(json, default),
            PopulationRisk = risk.Or(json, PictureSchemas.Absent<PopulationRisk>()),
            VisibleNoise = visible.Or(json, PictureSchemas.Absent<VisibleNoise>()),
            MinimumNorm = norm.Or(json, PictureSchemas.Absent<MinimumNorm>()),
            JumpToEnd = jump.Or(json, PictureSchemas.Absent<JumpToEnd>()),
            OrderOfFilling = order.Or(json, PictureSchemas.Absent<OrderOfFilling>()),
            Grokking = grokking.Or(json, PictureSchemas.Absent<Grokking>()),
            Influence = influence.Or(json, default),
            Intervals = intervals[json],
            Windows = windows.Or(json, []),
            Displacements = displacements[json],
            Descent = descent[json].OrNull(),
            Performance = performance[json],
            Figures = figures.Or(json, []),
            Operators = options[json].Extent == AnalysisExtent.Whole ? Known.Unknown<OperatorSet>(NotInTheFile)
                : Known.Unknown<OperatorSet>(new NotComputedException(options[json].Extent == AnalysisExtent.MatrixFree
                    ? NotComputedException.MatrixFree : NotComputedException.ClaimsOnly).Message),
        };
    });

    /// <summary>Writes the whole document as UTF-8 without a byte-order mark, ending in a line feed.</summary>
    public static void Write(ReservoirAnalysis analysis, Stream stream) => JsonNumbers.Document(stream, ResultsFile.Format, ResultsFile.Version, json =>
    {
        json.WriteString(ReportMark.Key, Id(analysis));
        s_document.Write(json, analysis);
    });

    /// <summary>The id of what was found. What it cost and what else is drawn makes no other analysis of it.</summary>
    public static string Id(ReservoirAnalysis analysis)
    {
        var findings = analysis with { Performance = new PerformanceResult(0, 0, 0, 0, "", ""), Figures = [] };
        return ReportMark.IdOf(stream => JsonNumbers.Document(stream, ResultsFile.Format, ResultsFile.Version, json => s_document.Write(json, findings)));
    }

    /// <summary>Reads the whole document.</summary>
    public static ReservoirAnalysis Read(string path) => Open(path, json =>
    {
        var analysis = s_document.Read(json);
        ResultsChecks.Require(json, analysis);
        return analysis;
    });

    /// <summary>Reads the key "figures" alone; none where there is no sound file.</summary>
    public static IReadOnlyList<FigureNote> ReadFigures(string path)
    {
        try
        {
            return Open(path, json => json.Has("figures") ? RunSchemas.Figure.Rows.Read(json, "figures") : []);
        }
        catch (InvalidResultsException)
        {
            return [];
        }
    }

    /// <summary>Reads what a comparison needs, and asks for nothing else.</summary>
    public static ComparedRun ReadCompared(string path, string? label) => Open(path, json =>
    {
        json = json.Object();
        var run = RunSchemas.Run.Read(json["run"]);
        var inclusion = json["inclusion"].IsNull ? null : (ResultsKey?)json["inclusion"];
        var compared = new ComparedRun
        {
            Label = label ?? run.Name ?? Path.GetFileName(Path.GetDirectoryName(Path.GetFullPath(path))) ?? path,
            Run = run,
            Options = RunSchemas.Options.Read(json["options"]),
            OutsideTheory = json.TextOrNull("outsideTheory"),
            Window = RunSchemas.Window.Read(json["window"]),
            Inclusion = inclusion?["verdict"].Verdict() ?? Verdict.NotComputed,
            InclusionQualification = inclusion?.TextOrNull("qualification"),
            InclusionReason = inclusion is { } known ? known.TextOrNull("reason") : Reason(json, "inclusion"),
            Visibility = inclusion is { } seen ? InclusionSchemas.Visibility.Read(seen, "visibility") : null,
            VisibilityBound = inclusion is { } bounded ? Number.Read(bounded, "visibilityBound") : double.NaN,
            KnownSpectrum = SpectrumSchemas.Spectrum.KnownObject.Read(json, "spectrum"),
            Claims = ClaimSchemas.Claim.Items.Read(json, "claims"),
            LikelyCauses = json.Has("likelyCauses") ? ClaimSchemas.Cause.Items.Read(json, "likelyCauses") : [],
            KnownEvolution = ClaimSchemas.Evolution.KnownObject.Read(json, "kernelEvolution"),
        };
        ResultsChecks.Require(json, compared);
        return compared;
    });

    private static T Open<T>(string path, Func<ResultsKey, T> read)
    {
        var bytes = Bytes(path);
        if (JsonDefect.NotUtf8(bytes.Span) is { } at) throw new InvalidResultsException($"{path}: found bytes that are not UTF-8 at byte {at}, expected JSON.");
        try
        {
            using var document = JsonDocument.Parse(bytes, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var json = new ResultsKey(path, "", document.RootElement);
            if (json.TextAt("format") is var format && format != ResultsFile.Format)
                throw new InvalidResultsException($"{path}: not the results of an analysis: \"format\" is not {ResultsFile.Format} but "
                    + $"{format ?? "missing"}.");
            if (json["version"].Whole() is var version && version != ResultsFile.Version)
            {
                string newer = version > ResultsFile.Version ? "; a newer kernelflow wrote it" : "";
                throw new InvalidResultsException($"{path}: version {NumberText.Count(version)} of the results, expected "
                    + $"{NumberText.Count(ResultsFile.Version)}{newer}.");
            }
            return read(json);
        }
        catch (JsonException e)
        {
            throw new InvalidResultsException($"{path}: {JsonDefect.Sentence(e, bytes.Span)}.", e);
        }
        catch (InvalidOperationException e)
        {
            // The JSON reader throws this for lone surrogates ("\uD800").
            throw new InvalidResultsException($"{path}: found text that is not Unicode.", e);
        }
    }

    /// <summary>What stands in the file, after a byte order mark.</summary>
    private static ReadOnlyMemory<byte> Bytes(string path)
    {
        if (RegularFile.Kind(path) == FileKind.Missing) throw new InvalidResultsException($"{path}: file not found.");
        try
        {
            byte[] bytes = RegularFile.ReadAllBytes(path, MaximumBytes);
            return bytes.AsSpan().StartsWith("\uFEFF"u8) ? bytes.AsMemory(3) : bytes;
        }
        catch (UnreadableFileException e)
        {
            throw new InvalidResultsException(e.Message, e);
        }
    }
}
