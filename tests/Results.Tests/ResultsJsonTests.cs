using KernelFlow.Tests.Samples;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace KernelFlow.Results.Tests;

public sealed class ResultsJsonTests
{
    private static JsonElement Parse(ReservoirAnalysis analysis) => JsonDocument.Parse(ResultsFile.Text(analysis)).RootElement;

    [Fact]
    public void EveryKeyOfTheDocumentedExampleIsThereWithItsKind()
    {
        string page = File.ReadAllText(SourceTree.PathOf("docs", "results.md"));
        var example = JsonDocument.Parse(Regex.Match(page, "```json\n(.*?)```", RegexOptions.Singleline).Groups[1].Value).RootElement;
        var differences = new List<string>();
        // The documented run is one of flow mode with an automatic method, whose results give reasons that the sample leaves out.
        var sample = SampleAnalysis.Make();
        var analysis = sample with
        {
            Options = sample.Options with { MethodReason = "the fewest steps", ToleranceReason = "auto: a share of the budget" },
            Spectrum = sample.Spectrum with { Multiplicity = "all eigenvalues were computed" },
        };
        Compare("", example, Parse(analysis), differences);
        Assert.True(differences.Count == 0, string.Join("\n", differences));
    }

    [Fact]
    public void NumbersReadBackExactly()
    {
        var analysis = SampleAnalysis.Make();
        var json = Parse(analysis);
        Assert.Equal(analysis.Spectrum.Eigenvalues, json.GetProperty("spectrum").GetProperty("eigenvalues").EnumerateArray().Select(e => e.GetDouble()));
        Assert.Equal(analysis.Window.To, json.GetProperty("window").GetProperty("to").GetDouble());
        Assert.Equal(analysis.Inclusion.Modes[2].Response, json.GetProperty("inclusion").GetProperty("modes")[2].GetProperty("response").GetDouble());
        Assert.Equal(120_000_000, json.GetProperty("performance").GetProperty("peakBytes").GetInt64());
    }

    [Fact]
    public void WhatIsNotFiniteIsNullWithAReason()
    {
        var sample = SampleAnalysis.Make();
        var analysis = sample with
        {
            Spectrum = sample.Spectrum with { Eigenvalues = [double.PositiveInfinity, double.NaN, 1], EffectiveRank = double.NaN,
                DissipatedFraction = Known.Unknown<IReadOnlyList<double>>("B varies") },
            Inclusion = sample.Inclusion with { Visibility = null, Structural = new StructuralCheck(double.PositiveInfinity, 0, 0),
                Independent = Known.Unknown<IndependentCheck>("switched off"), Modes = [new(0, 0, 1, 0, 0, true)] },
            Run = sample.Run with { Parameters = null, InputHash = null },
        };
        string text = ResultsFile.Text(analysis);
        Assert.DoesNotMatch(@"(?<![""\w])(NaN|-?Infinity)", text);
        var json = JsonDocument.Parse(text).RootElement;
        var spectrum = json.GetProperty("spectrum");
        Assert.Equal(JsonValueKind.Null, spectrum.GetProperty("eigenvalues")[1].ValueKind);
        Assert.Equal("2 of 3 numbers are not finite", spectrum.GetProperty("eigenvaluesReason").GetString());
        Assert.Equal("not a number", NullWithReason(spectrum, "effectiveRank"));
        Assert.Equal("B varies", NullWithReason(spectrum, "dissipatedFraction"));
        var inclusion = json.GetProperty("inclusion");
        Assert.StartsWith("infinite", NullWithReason(inclusion, "visibility"));
        Assert.Equal("infinite", NullWithReason(inclusion.GetProperty("structural"), "worstRatio"));
        Assert.Equal("switched off", NullWithReason(inclusion, "independent"));
        Assert.Equal("infinite", NullWithReason(inclusion.GetProperty("modes")[0], "ratio"));
        Assert.NotEmpty(NullWithReason(json.GetProperty("run"), "parameters"));
        Assert.NotEmpty(NullWithReason(json.GetProperty("run"), "inputHash"));
    }

    [Fact]
    public void EveryNullHasAReasonBesideIt()
    {
        var bad = new List<string>();
        Walk("", Parse(SampleAnalysis.Make()), bad);
        Walk("", Parse(SampleAnalysis.Descent()), bad);
        Assert.True(bad.Count == 0, string.Join("\n", bad));

        static void Walk(string path, JsonElement element, List<string> bad)
        {
            if (element.ValueKind == JsonValueKind.Array)
                foreach (var item in element.EnumerateArray()) Walk(path + "[]", item, bad);
            if (element.ValueKind != JsonValueKind.Object) return;
            foreach (var property in element.EnumerateObject())
            {
                if (property.Value.ValueKind == JsonValueKind.Null && !element.TryGetProperty(property.Name + "Reason",
                    out _)) bad.Add($"{path}.{property.Name} is null without a reason");
                Walk($"{path}.{property.Name}", property.Value, bad);
            }
        }
    }

    [Fact]
    public void DescentIsAnObjectInDescentModeAndNullInFlow()
    {
        var descent = Parse(SampleAnalysis.Descent()).GetProperty("descent");
        Assert.Equal("""{"optimizer":"gradient-descent","quadrature":"interpolated","largestZ":2.25,"largestZStep":17"""
            + ""","stabilityEdge":2,"amplification":12.5,"peakPropagator":1.5,"decidable":true}""",
            JsonSerializer.Serialize(descent));
        Assert.Equal("the mode is flow", NullWithReason(Parse(SampleAnalysis.Make()), "descent"));
        var overflow = Parse(SampleAnalysis.Descent() with { Descent = new DescentSummary("adam", DescentQuadrature.Midpoint, 1, 0, 38,
            double.PositiveInfinity, double.NaN) }).GetProperty("descent");
        Assert.Equal("infinite", NullWithReason(overflow, "amplification"));
        Assert.Equal("not a number", NullWithReason(overflow, "peakPropagator"));
    }

    [Fact]
    public void TheLargestPartOfABudgetIsNamed()
    {
        var budgets = Parse(SampleAnalysis.Make()).GetProperty("claims").EnumerateArray().Where(c => c.GetProperty("budget").ValueKind == JsonValueKind.Object)
            .ToDictionary(c => c.GetProperty("id").GetString()!, c => c.GetProperty("budget").GetProperty("largest").GetString());
        Assert.Equal(new Dictionary<string, string?> { ["C2"] = "interpolation", ["C4"] = "interpolation", ["C10"] = "integration" }, budgets);
        Assert.Null(new ErrorBudget(0, Known.Unknown<double>("why"), 0, 0).LargestPart);
        Assert.Equal("descent", new ErrorBudget(Known.Unknown<double>("why"), 1e-3, 2e-3, Known.Unknown<double>("why")).LargestPart);
    }

    [Fact]
    public void AnIntervalWithoutADefectSaysWhy()
    {
        Assert.Equal("the gradient at the start of the interval is zero", NullWithReason(Parse(SampleAnalysis.Make()).GetProperty("intervals")[2],
            "transportDefect"));
        Assert.StartsWith("descent between sparse checkpoints", NullWithReason(Parse(SampleAnalysis.Descent()).GetProperty("intervals")[0], "transportDefect"));
    }

    [Fact]
    public void AnUnknownPartOfABudgetSaysWhy()
    {
        var c4 = Parse(SampleAnalysis.Make()).GetProperty("claims").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "C4");
        Assert.Equal("the optimizer is unknown", NullWithReason(c4.GetProperty("budget"), "descent"));
        Assert.Equal("Undecided", c4.GetProperty("verdict").GetString());
    }

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ru-RU")]
    [InlineData("fa-IR")]
    public void TheCultureDoesNotMatter(string culture) =>
        Assert.Equal(Cultures.Under("", () => ResultsFile.Text(SampleAnalysis.Make())), Cultures.Under(culture, () => ResultsFile.Text(SampleAnalysis.Make())));

    private static string NullWithReason(JsonElement parent, string key)
    {
        Assert.Equal(JsonValueKind.Null, parent.GetProperty(key).ValueKind);
        return parent.GetProperty(key + "Reason").GetString()!;
    }

    private static void Compare(string path, JsonElement expected, JsonElement found, List<string> differences)
    {
        bool optional = found.ValueKind == JsonValueKind.Null;
        if (expected.ValueKind != found.ValueKind && !optional && !(IsBool(expected) && IsBool(found)))
            differences.Add($"{path}: found {found.ValueKind}, expected {expected.ValueKind}");
        else if (!optional && expected.ValueKind == JsonValueKind.Object)
        {
            foreach (var property in expected.EnumerateObject())
                if (found.TryGetProperty(property.Name, out var value)) Compare($"{path}.{property.Name}", property.Value, value, differences);
                else if (property.Name != "reason") differences.Add($"{path}.{property.Name} is missing");
        }
        else if (!optional && expected.ValueKind == JsonValueKind.Array && expected.GetArrayLength() > 0)
        {
            if (found.GetArrayLength() > 0) Compare(path + "[]", expected[0], found[0], differences);
            else differences.Add($"{path} is empty");
        }
    }

    private static bool IsBool(JsonElement e) => e.ValueKind is JsonValueKind.True or JsonValueKind.False;
}
