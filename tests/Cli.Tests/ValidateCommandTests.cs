using System.CommandLine;
using KernelFlow.Files;
using KernelFlow.Results;
using KernelFlow.Validation;

namespace KernelFlow.Cli.Tests;

/// <summary><c>kernelflow validate</c> with experiments of a moment.</summary>
public sealed class ValidateCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-validation-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private sealed class Fake(string id, Verdict verdict) : Experiment
    {
        public ExperimentOptions? Asked { get; private set; }

        public override string Id => id;

        public override string Title => $"title of {id}";

        public override string Claim => "a claim";

        public override string Refutation => "a refutation";

        protected override ExperimentReport RunCore(ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
        {
            Asked = options;
            progress?.Report(new ExperimentProgress("work", 0.5));
            return new ExperimentReport
            {
                Id = Id, Title = Title, Claim = Claim, Refutation = Refutation, Conclusion = "a conclusion", Rows = [], Tables = [], Figures = [], Origin = [],
                Criteria = [new Criterion(verdict == Verdict.Violated ? CriterionKind.Claim : CriterionKind.Power, "a condition",
                    verdict == Verdict.Holds, "a finding")],
            };
        }
    }

    private static (int Code, string Out, string Error) Run(Experiment[] experiments, params string[] args)
    {
        using StringWriter output = new(), error = new();
        var parsed = ValidateCommand.Build(new CliTerminal(output, error, interactive: false), experiments).Parse([.. args, "--backend", "managed"]);
        int code = parsed.Errors.Count > 0 ? ExitCodes.BadInput
            : parsed.InvokeAsync(new InvocationConfiguration { EnableDefaultExceptionHandler = false }).GetAwaiter().GetResult();
        return (code, output.ToString(), string.Join("\n", parsed.Errors.Select(e => e.Message)) + error);
    }

    [Fact]
    public void ListNamesThemAndRunsNone()
    {
        var fake = new Fake("one", Verdict.Holds);
        var (code, text, _) = Run([fake, new Fake("three", Verdict.Holds)], "--list", "--out", _folder);
        Assert.Equal(0, code);
        Assert.Equal(["one   title of one", "three title of three"], text.Split(Environment.NewLine, StringSplitOptions.RemoveEmptyEntries));
        Assert.Null(fake.Asked);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    [Fact]
    public void OnlyWhatIsAskedForIsRun()
    {
        Fake one = new("one", Verdict.Holds), two = new("two", Verdict.Holds);
        var (code, text, _) = Run([one, two], "--only", "two", "--out", _folder, "--quick", "--seed", "7", "--keep", "runs");
        Assert.Equal(0, code);
        Assert.Null(one.Asked);
        Assert.True(two.Asked is { Quick: true, Seed: 7 });
        Assert.Equal(Path.Combine("runs", "two"), two.Asked!.KeepFolder);
        Assert.Equal("managed", two.Asked.Backend!.Name);
        foreach (string part in (string[])["two: holds", "a conclusion", "met:     a condition (a finding)",
            Path.Combine(_folder, "two", "report.html")]) Assert.Contains(part, text);
        Assert.Equal(["two"], Directory.EnumerateDirectories(_folder).Select(d => Path.GetFileName(d)));
        Assert.Equal(2, Run([one, two], "--only", "three").Code);
        Assert.Contains("--only: three is not an experiment; use one, two.", Run([one, two], "--only", "three").Error);
    }

    [Theory]
    [InlineData(0, true, Verdict.Holds)]
    [InlineData(1, true, Verdict.Violated)]
    [InlineData(4, true, Verdict.Undecided)]
    [InlineData(1, true, Verdict.Undecided, Verdict.Violated)]
    [InlineData(0, false, Verdict.Violated)]
    [InlineData(0, false, Verdict.Undecided)]
    public void StrictTurnsVerdictsIntoExitCodes(int expected, bool strict, params Verdict[] verdicts)
    {
        Experiment[] experiments = [.. verdicts.Select((v, i) => new Fake($"e{i}", v))];
        Assert.Equal(expected, Run(experiments, [.. strict ? ["--strict"] : Array.Empty<string>(), "--out", _folder]).Code);
        foreach (var e in experiments) Assert.True(File.Exists(Path.Combine(_folder, e.Id, ExperimentReports.JsonFile)));
    }

    [Fact]
    public void ResumingKeepsWhatIsFinishedWithTheSameOptionsAndNothingElse()
    {
        Fake one = new("one", Verdict.Holds), broken = new("two", Verdict.Violated);
        Assert.Equal(0, Run([one, broken], "--out", _folder, "--seed", "7").Code);
        string[] files = ["one/validation.json", "one/report.html", "two/report.html"];
        byte[][] before = [.. files.Select(f => File.ReadAllBytes(Path.Combine(_folder, f)))];
        // Half written: the page of an older report beside newer numbers.
        string page = Path.Combine(_folder, "two", "report.html");
        string old = ReportMark.Of(page)!;
        File.WriteAllText(page, File.ReadAllText(page).Replace(old, "0123456789abcdef"));
        Fake again = new("one", Verdict.Violated), second = new("two", Verdict.Violated), third = new("three", Verdict.Holds);
        var (code, text, _) = Run([again, second, third], "--out", _folder, "--seed", "7", "--resume", "--strict");
        Assert.Null(again.Asked);
        Assert.NotNull(second.Asked);
        Assert.NotNull(third.Asked);
        Assert.Equal(ExitCodes.Violated, code);
        Assert.Contains($"one: holds (kept: {Path.Combine(_folder, "one")})", text);
        for (int i = 0; i < files.Length; i++) Assert.Equal(before[i], File.ReadAllBytes(Path.Combine(_folder, files[i])));
        foreach (string[] other in (string[][])[["--seed", "8"], ["--seed", "7", "--quick"], ["--seed", "7", "--runs", "2"], ["--seed", "7", "--cells", "a"]])
        {
            var changed = new Fake("one", Verdict.Holds);
            Assert.Equal(0, Run([changed], ["--out", _folder, "--resume", .. other]).Code);
            Assert.True(changed.Asked is not null, $"kept with {string.Join(" ", other)}");
            Assert.Equal(0, Run([new Fake("one", Verdict.Holds)], "--out", _folder, "--seed", "7").Code);
        }
        string numbers = Path.Combine(_folder, "one", "validation.json");
        File.WriteAllText(numbers, File.ReadAllText(numbers)[..^40]);
        var cut = new Fake("one", Verdict.Holds);
        Assert.Equal(0, Run([cut], "--out", _folder, "--seed", "7", "--resume").Code);
        Assert.NotNull(cut.Asked);
    }

    [Fact]
    public void WorkIsDoneInsideTheOutputFolder()
    {
        var fake = new Fake("one", Verdict.Holds);
        Assert.Equal(0, Run([fake], "--out", _folder).Code);
        Assert.Equal(_folder, fake.Asked!.WorkFolder);
    }

    [Fact]
    public void TheSecondWriterIsRefusedBeforeTheWork()
    {
        using var held = FolderLock.Make(Path.Combine(_folder, "two"));
        Fake one = new("one", Verdict.Holds), two = new("two", Verdict.Holds);
        Assert.Equal(held.Folder, Assert.Throws<FolderInUseException>(() => Run([one, two], "--out", _folder)).Folder);
        Assert.Null(one.Asked);
        Assert.False(Directory.Exists(Path.Combine(_folder, "one")), "an empty folder was left");
    }

    [Fact]
    public void ItsOwnReportIsReplacedAndAForeignFolderRefusedBeforeTheWork()
    {
        Assert.Equal(0, Run([new Fake("one", Verdict.Holds)], "--out", _folder, "--quiet").Code);
        Assert.Equal("", Run([new Fake("one", Verdict.Holds)], "--out", _folder, "--quiet").Out);
        File.WriteAllText(Path.Combine(_folder, "one", "notes.txt"), "mine");
        var fake = new Fake("one", Verdict.Holds);
        Assert.Contains("holds notes.txt, which this tool did not write", Assert.Throws<UsageException>(() => Run([fake], "--out", _folder)).Message);
        Assert.Null(fake.Asked);
        Assert.Equal(0, Run([fake], "--out", _folder, "--overwrite").Code);
        Assert.Equal("mine", File.ReadAllText(Path.Combine(_folder, "one", "notes.txt")));
    }
}
