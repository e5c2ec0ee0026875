using System.Xml;
using KernelFlow.Numerics;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>results.json: what is read must be written and read again as the same, and every page made of it must be well-formed.</summary>
internal sealed class ResultsReader : AttackedReader
{
    // Pages take a hundred times as long as reading.
    private const int RenderOneOf = 40;
    private readonly string _pages, _comparison;

    /// <summary>Analyses small runs, whose results are then spoilt.</summary>
    /// <param name="folder">A folder for everything.</param>
    public ResultsReader(string folder)
    {
        File = Path.Combine(folder, "results.json");
        (_pages, _comparison) = (Path.Combine(folder, "pages"), Path.Combine(folder, "comparison"));
        var backend = Backend.Resolve("managed", threads: 1);
        byte[] Results(RecordingOptions recording) => System.Text.Encoding.UTF8.GetBytes(ResultsFile.Text(
            Analyze.Reservoir(Recorder.InMemory(recording, backend), new AnalysisOptions { Backend = backend })));
        var options = new RecordingOptions { Train = 4, Test = 2, Layers = [LayerSpec.Dense(2)], Steps = 40, Checkpoints = 4 };
        Mutator = new Mutator([Results(options), Results(options with { Steps = 5, Checkpoints = 6, Schedule = CheckpointSchedule.EveryStep })],
            hasHeader: false);
    }

    /// <inheritdoc/>
    public override string Name => "results.json";

    /// <inheritdoc/>
    public override string File { get; }

    /// <inheritdoc/>
    protected override Mutator Mutator { get; }

    /// <inheritdoc/>
    public override bool IsRefusal(Exception exception) => exception is InvalidResultsException;

    /// <inheritdoc/>
    public override void Read(int number, byte[] bytes, Findings findings)
    {
        ComparedRun? compared = null;
        try
        {
            compared = Compare(number, findings);
        }
        finally
        {
            var analysis = ResultsFile.Read(File);
            string once = ResultsFile.Text(analysis);
            System.IO.File.WriteAllText(File, once);
            if (ResultsFile.Text(ResultsFile.Read(File)) != once) findings.Defect(Place(number), "written and read again it is another one");
            if (number % RenderOneOf == 0) Render(number, analysis, compared, findings);
        }
    }

    private ComparedRun? Compare(int number, Findings findings)
    {
        try
        {
            return KernelFlow.Compare.Read(File, "label");
        }
        catch (InvalidResultsException e)
        {
            if (MessageCheck.Complaint(e.Message) is { } complaint) findings.Defect(Place(number), $"compare: {complaint}", e.Message);
            return null;
        }
    }

    private void Render(int number, ReservoirAnalysis analysis, ComparedRun? compared, Findings findings)
    {
        if (Directory.Exists(_pages)) Directory.Delete(_pages, recursive: true);
        if (Directory.Exists(_comparison)) Directory.Delete(_comparison, recursive: true);
        analysis.WriteFolder(_pages);
        if (compared is not null) KernelFlow.Compare.Runs([compared, compared with { Label = "another" }]).WriteFolder(_comparison);
        findings.Count("rendered");
        foreach (string file in new[] { _pages, _comparison }.Where(Directory.Exists).SelectMany(f =>
            Directory.EnumerateFiles(f, "*", SearchOption.AllDirectories)))
            if (PageDefect(file) is { } defect) findings.Defect(Place(number), $"a {Path.GetExtension(file)} page {defect}",
                Path.GetRelativePath(Path.GetDirectoryName(_pages)!, file));
    }

    private static string? PageDefect(string file)
    {
        string text = System.IO.File.ReadAllText(file);
        foreach (char c in text)
            if ((char.IsControl(c) && c is not ('\n' or '\r' or '\t')) || c is '\uFFFE' or '\uFFFF') return FormattableString.Invariant($"with U+{(int)c:X4}");
        if (Path.GetExtension(file) is not ".svg") return null;
        try
        {
            using var reader = XmlReader.Create(new StringReader(text), new XmlReaderSettings { DtdProcessing = DtdProcessing.Prohibit });
            while (reader.Read()) { }
            return null;
        }
        catch (XmlException e)
        {
            return $"that is not well-formed ({e.Message.Split(',')[0].Split('.')[0]})";
        }
    }
}
