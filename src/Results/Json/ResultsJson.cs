using System.Text.Json;

namespace KernelFlow.Results;

/// <summary>results.json, version 1: keys are stable within a version; adding keys is allowed.</summary>
public static class ResultsJson
{
    /// <summary>Writes the whole document as UTF-8 without a byte-order mark, ending in a line feed.</summary>
    public static void Write(ReservoirAnalysis analysis, Stream stream)
    {
        JsonNumbers.Document(stream, ResultsFile.Format, ResultsFile.Version, json =>
        {
            Tool(json, analysis.Tool);
            Run(json, analysis.Run);
            Options(json, analysis.Options);
            Window(json, analysis.Window);
            Spectrum(json, analysis.Spectrum);
            InclusionJson.RelativeDissipation(json, analysis);
            Inclusion(json, analysis.Inclusion);
            Claims(json, analysis.Claims);
            Evolution(json, analysis.KernelEvolution);
            CurvesJson.Write(json, analysis);
            Intervals(json, analysis);
            Displacements(json, analysis.Displacements);
            Descent(json, analysis);
            Performance(json, analysis.Performance);
        });
    }

    /// <summary>The key "tool".</summary>
    public static void Tool(Utf8JsonWriter json, ToolInfo tool)
    {
        json.WriteStartObject("tool");
        json.WriteString("version", tool.Version);
        json.WriteString("runtime", tool.Runtime);
        json.WriteEndObject();
    }

    /// <summary>The key "window".</summary>
    public static void Window(Utf8JsonWriter json, TimeWindow window)
    {
        json.WriteStartObject("window");
        json.Number("from", window.From);
        json.Number("to", window.To);
        json.WriteEndObject();
    }

    /// <summary>The key "run".</summary>
    public static void Run(Utf8JsonWriter json, RunSummary run)
    {
        json.WriteStartObject("run");
        if (run.Name is { } name) json.WriteString("name", name);
        else json.Null("name", "the run was built in memory");
        json.WriteString("loss", run.Loss);
        json.WriteNumber("train", run.Train);
        json.WriteNumber("test", run.Test);
        json.WriteNumber("outputs", run.Outputs);
        json.Number("parameters", run.Parameters, "kernel blocks were recorded, not Jacobians");
        json.WriteNumber("checkpoints", run.Checkpoints);
        if (run.InputHash is { } hash) json.WriteString("inputHash", hash);
        else json.Null("inputHash", "the run was built in memory");
        if (run.Optimizer is { } optimizer)
        {
            json.WriteStartObject("optimizer");
            json.WriteString("kind", optimizer.Kind);
            json.Number("learningRate", optimizer.LearningRate);
            foreach (var (key, value) in optimizer.Constants) json.Number(key, value);
            json.WriteEndObject();
        }
        else json.Null("optimizer", "the run does not say");
        json.WriteStartObject("metadata");
        foreach (var (key, value) in run.Metadata) json.WriteString(key, value);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    /// <summary>The key "options".</summary>
    public static void Options(Utf8JsonWriter json, ResolvedOptions options)
    {
        json.WriteStartObject("options");
        json.WriteString("mode", options.Mode.Name());
        if (options.ModeReason is { } mode) json.WriteString("modeReason", mode);
        json.WriteString("method", options.Method);
        if (options.MethodReason is { } method) json.WriteString("methodReason", method);
        json.WriteString("interpolation", options.Interpolation);
        json.Number("rtol", options.RelativeTolerance);
        json.Number("threshold", options.Threshold);
        json.WriteNumber("seed", options.Seed);
        json.WriteBoolean("independentCheck", options.IndependentCheck);
        json.WriteEndObject();
    }

    /// <summary>The key "spectrum".</summary>
    public static void Spectrum(Utf8JsonWriter json, SpectrumResult spectrum)
    {
        json.WriteStartObject("spectrum");
        json.Numbers("eigenvalues", spectrum.Eigenvalues);
        json.Numbers("residualNorms", spectrum.ResidualNorms);
        json.Numbers("dissipatedFraction", spectrum.DissipatedFraction, spectrum.DissipatedFractionReason);
        json.Numbers("relativeEigenvalues", spectrum.RelativeEigenvalues);
        json.Number("threshold", spectrum.Threshold);
        json.WriteNumber("signalDimension", spectrum.SignalDimension);
        json.WriteNumber("reservoirDimension", spectrum.ReservoirDimension);
        json.Number("effectiveRank", spectrum.EffectiveRank);
        json.WriteBoolean("complete", spectrum.Complete);
        json.WriteString("solver", spectrum.Solver.Name());
        if (spectrum.Multiplicity is { } multiplicity) json.WriteString("multiplicity", multiplicity);
        json.WriteEndObject();
    }

    private static void Inclusion(Utf8JsonWriter json, InclusionResult inclusion)
    {
        json.WriteStartObject("inclusion");
        json.WriteString("verdict", inclusion.Verdict.ToString());
        json.WriteStartObject("structural");
        json.Number("worstRatio", inclusion.Structural.WorstRatio);
        json.WriteNumber("worstMode", inclusion.Structural.WorstMode);
        json.Number("floor", inclusion.Structural.Floor);
        json.WriteEndObject();
        if (inclusion.Independent is { } independent)
        {
            json.WriteStartObject("independent");
            json.Number("worstExcess", independent.WorstExcess);
            json.WriteString("method", independent.Method);
            json.WriteNumber("worstMode", independent.WorstMode);
            json.Number("rtol", independent.RelativeTolerance);
            json.WriteNumber("steps", independent.Steps);
            json.Number("boundDifference", independent.BoundDifference);
            json.WriteEndObject();
        }
        else json.Null("independent", inclusion.IndependentReason);
        json.WriteStartObject("empirical");
        json.Number("relativeErrorFull", inclusion.Empirical.RelativeErrorFull, "the test outputs did not move");
        json.Number("relativeErrorSignalOnly", inclusion.Empirical.RelativeErrorSignalOnly, "the test outputs did not move");
        json.WriteEndObject();
        json.Number("visibility", inclusion.Visibility, "infinite: a direction without dissipation moves the test outputs");
        json.Number("visibilityBound", inclusion.VisibilityBound);
        json.WriteBoolean("boundFromTestKernel", inclusion.BoundFromTestKernel);
        if (inclusion.Reason is { } reason) json.WriteString("reason", reason);
        json.Rows("modes", inclusion.Modes, (line, mode) =>
        {
            line.Number("eigenvalue", mode.Eigenvalue);
            line.Number("measure", mode.Measure);
            line.Number("response", mode.Response);
            line.Number("bound", mode.Bound);
            line.Number("floor", mode.Floor);
            line.Number("ratio", mode.Ratio);
            line.Number("slack", mode.Slack);
            line.WriteBoolean("inReservoir", mode.InReservoir);
            if (mode.DissipationDifference is { } w) line.Number("dissipationDifference", w);
            if (mode.ResponseDifference is { } g) line.Number("responseDifference", g);
            if (mode.IndependentBound is { } bound) line.Number("independentBound", bound);
        });
        InclusionJson.More(json, inclusion);
        json.WriteEndObject();
    }

    /// <summary>The key "claims".</summary>
    public static void Claims(Utf8JsonWriter json, IReadOnlyList<ClaimResult> claims)
    {
        json.WriteStartArray("claims");
        foreach (var claim in claims)
        {
            json.WriteStartObject();
            json.WriteString("id", claim.Id);
            json.WriteString("name", claim.Name);
            json.WriteString("kind", claim.Kind.Name());
            json.WriteString("statement", claim.Statement);
            json.WriteString("verdict", claim.Verdict.ToString());
            json.Number("relativeError", claim.RelativeError, claim.Reason);
            json.Number("correlation", claim.Correlation, "has no meaning for this claim");
            json.Number("tolerance", claim.Tolerance, "this claim is not judged against recorded data");
            if (claim.Budget is { } budget)
            {
                json.WriteStartObject("budget");
                json.Number("integration", budget.Integration, budget.IntegrationReason);
                json.Number("interpolation", budget.Interpolation, budget.InterpolationReason);
                json.Number("descent", budget.Descent, budget.DescentReason);
                json.Number("rounding", budget.Rounding);
                if (budget.LargestPart is { } largest) json.WriteString("largest", largest);
                json.WriteEndObject();
            }
            else json.Null("budget", claim.Reason);
            if (claim.Reason is { } reason) json.WriteString("reason", reason);
            json.WriteEndObject();
        }
        json.WriteEndArray();
    }

    /// <summary>The key "kernelEvolution".</summary>
    public static void Evolution(Utf8JsonWriter json, KernelEvolution evolution)
    {
        json.WriteStartObject("kernelEvolution");
        json.Number("peakDrift", evolution.PeakDrift);
        json.Number("endDrift", evolution.EndDrift);
        json.WriteString("norm", "spectral");
        json.Rows("points", evolution.Points, (line, point) =>
        {
            line.Number("time", point.Time);
            line.Number("spectralDrift", point.SpectralDrift);
            line.Number("frobeniusDrift", point.FrobeniusDrift);
            line.Number("centredAlignment", point.CentredAlignment);
            line.Number("rotation", point.Rotation);
            line.Number("largestEigenvalue", point.LargestEigenvalue);
        });
        json.WriteEndObject();
    }

    private static void Intervals(Utf8JsonWriter json, ReservoirAnalysis analysis)
    {
        json.Rows("intervals", analysis.Intervals, (line, interval) =>
        {
            line.Number("from", interval.From);
            line.Number("to", interval.To);
            line.Number("transportDefect", interval.TransportDefect, analysis.NoTransportDefect);
            line.WriteNumber("steps", interval.Steps);
        });
    }

    private static void Displacements(Utf8JsonWriter json, DisplacementResult displacements)
    {
        json.WriteStartObject("displacements");
        json.Numbers("recordedTest", displacements.RecordedTest);
        json.Numbers("predictedTest", displacements.PredictedTest);
        json.Numbers("recordedTrain", displacements.RecordedTrain);
        json.Numbers("predictedTrain", displacements.PredictedTrain);
        json.WriteEndObject();
    }

    private static void Descent(Utf8JsonWriter json, ReservoirAnalysis analysis)
    {
        if (analysis.Descent is not { } d)
        {
            json.Null("descent", $"the mode is {analysis.Options.Mode.Name()}");
            return;
        }
        json.WriteStartObject("descent");
        json.WriteString("optimizer", d.Optimizer);
        json.WriteString("quadrature", d.Quadrature.Name());
        json.Number("largestZ", d.LargestZ);
        json.WriteNumber("largestZStep", d.LargestZStep);
        json.Number("stabilityEdge", d.StabilityEdge);
        json.Number("amplification", d.Amplification);
        json.Number("peakPropagator", d.PeakPropagator);
        json.WriteEndObject();
    }

    private static void Performance(Utf8JsonWriter json, PerformanceResult performance)
    {
        json.WriteStartObject("performance");
        json.Number("seconds", performance.Seconds);
        json.WriteNumber("peakBytes", performance.PeakBytes);
        json.WriteNumber("steps", performance.Steps);
        json.WriteNumber("rejectedSteps", performance.RejectedSteps);
        json.WriteString("method", performance.Method);
        json.WriteString("backend", performance.Backend);
        json.WriteEndObject();
    }
}
