using System.Text.Json.Nodes;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Results.Tests;

/// <summary>results.json read back: what was written is what is there, to the last bit.</summary>
public sealed class RoundTripTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-results-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<string> Samples() => ["flow", "descent", "midpoint", "full", "claims only"];

    private static ReservoirAnalysis Sample(string name) => name switch
    {
        "flow" => SampleAnalysis.Make(),
        "descent" => SampleAnalysis.Descent(z: double.PositiveInfinity),
        "midpoint" => SampleAnalysis.Descent(DescentQuadrature.Midpoint),
        "claims only" => SampleAnalysis.ClaimsOnly(),
        _ => SampleAnalysis.Full(),
    };

    private ReservoirAnalysis ReadBack(ReservoirAnalysis analysis)
    {
        string path = Path.Combine(_folder, ResultsFile.Name);
        ResultsFile.Write(analysis, path);
        return ResultsFile.Read(_folder);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public void WhatWasReadWritesTheSameBytes(string name)
    {
        string written = ResultsFile.Text(Sample(name)), again = ResultsFile.Text(ReadBack(Sample(name)));
        Assert.Equal(written, again);
        Assert.True(written.Length > 2000, $"{written.Length} characters");
    }

    /// <summary>Numbers that JSON cannot spell come back as what they were, alone and in arrays.</summary>
    [Fact]
    public void NumbersThatAreNotFiniteComeBack()
    {
        var read = ReadBack(SampleAnalysis.Full());
        Assert.Equal([double.PositiveInfinity, double.NaN, -1e-300], read.Spectrum.Eigenvalues);
        Assert.Equal([double.NegativeInfinity, double.PositiveInfinity, double.Epsilon], read.Spectrum.ResidualNorms);
        Assert.Equal(double.PositiveInfinity, read.Inclusion.Structural.WorstRatio);
        Assert.Equal(double.NaN, read.Inclusion.Structural.Floor);
        Assert.Equal(double.NaN, read.Inclusion.Modes[0].ResponseDifference);
        Assert.Equal(double.PositiveInfinity, read.Inclusion.Modes[0].IndependentBound);
        var own = read.Claim("own-1");
        Assert.Equal(double.PositiveInfinity, own.RelativeError.Value);
        Assert.Equal((double.NaN, double.NegativeInfinity), (own.Budget!.Integration.Value, own.Budget.Rounding.Value));
        Assert.Equal("no second interpolant", own.Budget.Interpolation.Reason);
        Assert.Null(read.Inclusion.Visibility);
    }

    /// <summary>A user's optimizer, claims and figures are data like all others.</summary>
    [Fact]
    public void WhatIsAUsersOwnComesBack()
    {
        var (sample, read) = (SampleAnalysis.Full(), ReadBack(SampleAnalysis.Full()));
        Assert.Equal("lion, learning rate 0.001, β₁ = 0.9, decay = 0.3333333333333333", read.Run.Optimizer!.Description);
        Assert.Equal(("a user's", ClaimKind.Code, "x = y"), (read.Claim("own-1").Name, read.Claim("own-1").Kind, read.Claim("own-1").Statement));
        Assert.Equal((ClaimKind.Consistency, 1 / 1.05, double.NegativeInfinity),
            (read.Claim("R7").Kind, read.Claim("R7").Figure(WellKnownFigures.Scale), read.Claim("R7").Figures[1].Value));
        Assert.Equal(sample.LikelyCauses, read.LikelyCauses);
        Assert.Equal(("batch-norm; dropout", "on operators that do not predict the test outputs"), (read.OutsideTheory, read.Inclusion.Qualification));
        Assert.Equal(sample.Figures, read.Figures);
        Assert.Equal(sample.Influence.Value.Strongest[1].Contributions, read.Influence.Value.Strongest[1].Contributions);
        Assert.Equal(sample.Run.Metadata, read.Run.Metadata);
    }

    /// <summary>What only figures need comes back as well, each with its reason where there is none.</summary>
    [Fact]
    public void PicturesComeBack()
    {
        var (sample, read) = (SampleAnalysis.Full(), ReadBack(SampleAnalysis.Full()));
        Assert.Equal(sample.Training.Value.TestLoss.Value, read.Training.Value.TestLoss.Value);
        Assert.Equal("no <y_Q>", read.Training.Value.TestAccuracy.Reason);
        Assert.Equal(sample.Classes.Value.Of, read.Classes.Value.Of);
        Assert.Equal((IReadOnlyList<int>)[1, 0, 2], read.Classes.Value.Order());
        Assert.Equal(sample.Modes.Value.ByClass.Value.Means[1], read.Modes.Value.ByClass.Value.Means[1]);
        Assert.Equal(sample.KernelEvolution.Start.Value.Gram.Means[2], read.KernelEvolution.Start.Value.Gram.Means[2]);
        Assert.Equal("too large", read.KernelEvolution.End.Value.Eigenvalues.Reason);
        Assert.Equal(sample.Influence.Value.Changed.Value, read.Influence.Value.Changed.Value);
    }

    /// <summary>Blocks hold the mean of their elements, to six digits: a matrix of ones stays one, and the sum over all elements is kept.</summary>
    [Theory]
    [InlineData(3, 5)]
    [InlineData(100, 49)]
    public void PicturesKeepMeans(int rows, int columns)
    {
        var (ones, picture) = (MatrixPicture.Of(rows, columns, (_, _) => 1), MatrixPicture.Of(rows, columns, (i, j) => i - 2.0 * j));
        Assert.All(ones.Means, row => Assert.All(row, x => Assert.Equal(1, x)));
        var (high, wide) = (picture.Means.Count, picture.Means[0].Count);
        double sum = 0, expected = Enumerable.Range(0, rows).Sum(i => Enumerable.Range(0, columns).Sum(j => i - 2.0 * j));
        for (int a = 0; a < high; a++)
            for (int b = 0; b < wide; b++)
                sum += picture.Means[a][b] * Enumerable.Range(0, rows).Count(i => i * high / rows == a)
                    * Enumerable.Range(0, columns).Count(j => j * wide / columns == b);
        Check.Close(sum, expected, 1e-5, "sum of all elements");
    }

    /// <summary>Parts of a file that contradict each other are refused by the key that is wrong.</summary>
    [Theory]
    [InlineData("training.testLoss", "expected 4 elements", "training", "testLoss")]
    [InlineData("classes.of", "expected 3 elements", "classes", "of")]
    [InlineData("modeContent.byExample.means", "expected 3 rows", "modeContent", "byExample", "means")]
    [InlineData("kernelEvolution.start.gram.means", "expected 3 rows", "kernelEvolution", "start", "gram", "means")]
    public void ShortListsAreRefused(string key, string expected, params string[] path)
    {
        var json = JsonNode.Parse(ResultsFile.Text(SampleAnalysis.Full()))!;
        var list = json;
        foreach (string name in path) list = list[name]!;
        list.AsArray().RemoveAt(0);
        string file = Path.Combine(_folder, "short.json");
        File.WriteAllText(file, json.ToJsonString());
        string message = Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(file)).Message;
        Assert.Contains(key, message);
        Assert.Contains(expected, message);
    }

    /// <summary>The operators and matrices of their size are not in the file, and what was read says so.</summary>
    [Fact]
    public void LargeMatricesAreUnknownAfterReading()
    {
        var read = ReadBack(SampleAnalysis.Full());
        Assert.Equal("it is not in results.json", read.Operators.Reason);
        Assert.False(read.RelativeDissipation.Value.Modes.IsKnown);
        Assert.False(read.Influence.Value.OnTest.IsKnown);
        Assert.Contains("results.json", Assert.Throws<InvalidOperationException>(() => read.Operators.Value).Message);
    }

    /// <summary>The first files of this version lacked keys that came later: what they say is still read.</summary>
    [Fact]
    public void FilesWithoutLaterKeysAreRead()
    {
        var json = JsonNode.Parse(ResultsFile.Text(SampleAnalysis.Full()))!.AsObject();
        foreach (var claim in json["claims"]!.AsArray())
        {
            foreach (string key in (string[])["kind", "statement"]) Assert.True(claim!.AsObject().Remove(key));
            claim!.AsObject().Remove("figures");
        }
        Assert.True(json["options"]!.AsObject().Remove("independentCheck") && json["inclusion"]!.AsObject().Remove("responses")
            && json["influence"]!.AsObject().Remove("strongest") && json["influence"]!.AsObject().Remove("changed")
            && json["kernelEvolution"]!.AsObject().Remove("start") && json["kernelEvolution"]!.AsObject().Remove("end"));
        foreach (string key in (string[])["figures", "likelyCauses", "outsideTheory", "relativeDissipation", "schedule", "noisePlacement", "riskGate",
            "training", "classes", "modeContent"])
            Assert.True(json.Remove(key));
        string path = Path.Combine(_folder, "old.json");
        File.WriteAllText(path, json.ToJsonString());
        var read = ResultsFile.Read(path);
        Assert.Equal(ClaimKind.Data, read.Claim("C4").Kind);
        Assert.Equal(ClaimKind.Code, read.Claim("C10").Kind);
        Assert.Equal(ClaimKind.Measured, read.Claim("C12").Kind);
        Assert.True(read.Options.IndependentCheck);
        Assert.False(read.Inclusion.Responses.IsKnown || read.Schedule.IsKnown || read.RiskGate.IsKnown);
        Assert.False(read.Training.IsKnown || read.Modes.IsKnown || read.KernelEvolution.End.IsKnown || read.Influence.Value.Changed.IsKnown);
        Assert.Empty(read.Figures);
        Assert.Empty(read.LikelyCauses);
        Assert.All(read.Claims, c => Assert.Empty(c.Figures));
    }

    [Theory]
    [InlineData("version 2 of the results, expected 1; a newer kernelflow wrote it", "\"version\": 1", "\"version\": 2")]
    [InlineData("\"format\" is not kernel-flow-results but something", "\"kernel-flow-results\"", "\"something\"")]
    [InlineData("intervals[1].steps is missing", "\"steps\":7", "\"stairs\":7")]
    [InlineData("window.to is \"late\", expected a number", "150.00000000000003\n  },\n  \"spectrum\"", "\"late\"\n  },\n  \"spectrum\"")]
    [InlineData("options.mode is sideways, expected one of auto, flow, descent", "\"mode\": \"flow\"", "\"mode\": \"sideways\"")]
    [InlineData("not valid JSON", "\"kernelEvolution\"", "kernelEvolution")]
    [InlineData("figures is an object, expected a list", "\"figures\": []", "\"figures\": {}")]
    [InlineData("figures[0].id is \"../x\", expected lower-case letters", "\"figures\": []",
        "\"figures\": [{\"id\":\"../x\",\"section\":\"s\",\"title\":\"t\"}]")]
    public void AFileThatIsNotSoundIsNamed(string message, string old, string now)
    {
        string text = ResultsFile.Text(SampleAnalysis.Make()), path = Path.Combine(_folder, "bad.json");
        Assert.Contains(old, text);
        File.WriteAllText(path, text.Replace(old, now, StringComparison.Ordinal));
        var e = Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(path));
        Assert.Contains(message, e.Message);
        Assert.Contains(path, e.Message);
    }

    [Fact]
    public void AFileThatIsMissingOrCutOffIsNamed()
    {
        string path = Path.Combine(_folder, "cut.json");
        Assert.Contains($"{path}: file not found", Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(path)).Message);
        string text = ResultsFile.Text(SampleAnalysis.Make());
        foreach (int length in (int[])[0, 1, text.Length / 2, text.Length - 3])
        {
            File.WriteAllText(path, text[..length]);
            Assert.Contains("not valid JSON", Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(path)).Message);
        }
        File.WriteAllText(path, "[]");
        Assert.Contains("\"format\" is not kernel-flow-results but missing", Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(path)).Message);
    }

    [Fact]
    public void WhatIsWrongWithTheTextIsSaidInThisToolsWords()
    {
        string path = Path.Combine(_folder, "comma.json");
        File.WriteAllText(path, "{\n \"format\": \"kernel-flow-results\",\n}");
        Assert.Equal($"{path}: not valid JSON at line 3, byte 1: found }} after a comma; no comma may follow the last value.",
            Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(path)).Message);
    }

    [Fact]
    public void AByteOrderMarkIsNoDefect()
    {
        string path = Path.Combine(_folder, "mark.json");
        File.WriteAllText(path, "\uFEFF" + ResultsFile.Text(SampleAnalysis.Make()));
        Assert.NotEmpty(ResultsFile.Read(path).Claims);
    }

    [Fact]
    public void APipeADeviceAndAFileThatIsTooLongAreNotRead()
    {
        if (!OperatingSystem.IsLinux()) return;
        string path = Path.Combine(_folder, "results.json");
        using (var make = System.Diagnostics.Process.Start("mkfifo", [path])) make.WaitForExit();
        Assert.Equal($"{path}: found a named pipe, expected a regular file.", Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(path)).Message);
        File.Delete(path);
        File.CreateSymbolicLink(path, "/dev/zero");
        Assert.Equal($"{path}: found a device, expected a regular file.", Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(path)).Message);
        File.Delete(path);
        using (var stream = File.Create(path)) stream.SetLength(500_000_001);
        Assert.Equal($"{path}: found 500000001 bytes, expected at most 500000000.",
            Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(path)).Message);
    }

    /// <summary>What was not computed has no number, only its reason; a whole analysis that lacks such a part is none, and one of claims only has none
    /// of them.</summary>
    [Fact]
    public void WhatWasNotComputedIsAbsentWithItsReason()
    {
        string path = Path.Combine(_folder, ResultsFile.Name);
        ResultsFile.Write(SampleAnalysis.ClaimsOnly(), path);
        var json = JsonNode.Parse(File.ReadAllText(path))!.AsObject();
        string reason = new NotComputedException().Message;
        foreach (string key in (string[])["spectrum", "inclusion", "kernelEvolution", "schedule", "noisePlacement", "riskGate", "influence",
            "relativeDissipation"])
            Assert.Equal((null, reason), (json[key], json[key + "Reason"]?.GetValue<string>()));
        Assert.Equal("claims-only", json["options"]!["extent"]!.GetValue<string>());
        foreach (var claim in json["claims"]!.AsArray().Where(c => c!["verdict"]!.GetValue<string>() == "NotComputed"))
            Assert.Equal((null, null), (claim!["relativeError"], claim["budget"]));
        Assert.Null(JsonNode.Parse(ResultsFile.Text(SampleAnalysis.Make()))!["options"]!["extent"]);

        string Refused()
        {
            File.WriteAllText(path, json.ToJsonString());
            foreach (var read in (Action[])[() => ResultsFile.Read(path), () => ComparedRun.Read(path)]) Assert.Throws<InvalidResultsException>(read);
            return Assert.Throws<InvalidResultsException>(() => ResultsFile.Read(path)).Message;
        }
        json["options"]!.AsObject().Remove("extent");
        Assert.EndsWith("spectrum is null, expected an object.", Refused());
        json["options"]!["extent"] = "some";
        Assert.Contains("options.extent is some, expected one of whole, claims-only", Refused());
        json["options"]!["extent"] = "claims-only";
        json["kernelEvolution"] = JsonNode.Parse(ResultsFile.Text(SampleAnalysis.Make()))!["kernelEvolution"]!.DeepClone();
        Assert.EndsWith("kernelEvolution is an object, expected null, as the extent is claims-only.", Refused());
    }

    /// <summary>A comparison reads claims only beside whole analyses, and writes them as they are.</summary>
    [Fact]
    public void AComparisonHasWhatThereIs()
    {
        string path = Path.Combine(_folder, ResultsFile.Name);
        ResultsFile.Write(SampleAnalysis.ClaimsOnly(), path);
        var (read, made) = (ComparedRun.Read(path, "a"), ComparedRun.Of("a", SampleAnalysis.ClaimsOnly()));
        Assert.Equal((Verdict.NotComputed, made.InclusionReason, null, double.NaN), (read.Inclusion, read.InclusionReason, read.Visibility,
            read.VisibilityBound));
        Assert.Throws<NotComputedException>(() => read.Spectrum);
        Assert.Throws<NotComputedException>(() => read.KernelEvolution);
        var comparison = RunComparison.Of([read, ComparedRun.Of("b", SampleAnalysis.Make())]);
        Assert.StartsWith("a: only C1 to C4 and the recording were computed", comparison.Notes[0]);
        Assert.Contains(comparison.Differences, f => f.Name == "extent" && f.Values.SequenceEqual(["claims-only", "whole"]));
        var first = JsonNode.Parse(ComparisonFile.AsText(comparison))!["runs"]![0]!;
        Assert.Equal((null, null, null), (first["spectrum"], first["kernelEvolution"], first["inclusion"]!["visibilityBound"]));
        Assert.Equal("NotComputed", first["inclusion"]!["verdict"]!.GetValue<string>());
    }
}
