using KernelFlow.Networks;
using KernelFlow.Numerics;
using KernelFlow.Reporting;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Browser.Tests.Support;

/// <summary>The pages that are looked at: between them every figure is drawn, and every kind of answer is given.</summary>
internal static class Reports
{
    private static readonly DirectoryInfo s_folder = Directory.CreateTempSubdirectory("kernelflow-pages-");

    /// <summary>The shipped run; changed labels; classes; numbers that are not finite; one of claims only; a comparison.</summary>
    public static IReadOnlyList<string> Names { get; } = ["digits-tiny", "changed-labels", "classes", "everything", "claims-only", "comparison"];

    private static readonly AnalysisOptions s_options = new() { Backend = Backend.Managed(1) };
    private static readonly Dictionary<string, Lazy<string>> s_files = Names.ToDictionary(name => name, name => new Lazy<string>(() => Write(name)));

    static Reports() => AppDomain.CurrentDomain.ProcessExit += (_, _) => s_folder.Delete(recursive: true);

    /// <summary>The file of a page, written once.</summary>
    public static string File(string name) => s_files[name].Value;

    private static string Write(string name)
    {
        string file = Path.Combine(s_folder.FullName, name + ".html");
        if (name == "comparison") return Comparison(Path.Combine(s_folder.FullName, name));
        (name switch
        {
            "digits-tiny" => Shipped(),
            "changed-labels" => Analyze.Reservoir(Recorder.InMemory(s_noisy, s_options.Backend!), s_options),
            "classes" => Analyze.Reservoir(Recorder.InMemory(s_classes, s_options.Backend!), s_options),
            "everything" => SampleAnalysis.Full(),
            _ => SampleAnalysis.ClaimsOnly(),
        }).Write(ReportFormat.Html, file);
        return file;
    }

    private static readonly RecordingOptions s_noisy = new()
    {
        Train = 60, Test = 30, Noise = 0.2, Layers = [LayerSpec.Dense(12), LayerSpec.Dense(12)], Steps = 600, Checkpoints = 14,
    };

    private static readonly RecordingOptions s_classes = new()
    {
        Train = 20, Test = 10, Outputs = 10, Loss = LossKind.SoftmaxCrossEntropy, Layers = [LayerSpec.Dense(10)], Steps = 60, Checkpoints = 8,
    };

    private static ReservoirAnalysis Shipped()
    {
        using var run = RecordedRun.Open(Path.Combine(AppContext.BaseDirectory, "digits-tiny"));
        return Analyze.Reservoir(run.Checkpoints, s_options);
    }

    private static string Comparison(string folder)
    {
        string shipped = Path.Combine(AppContext.BaseDirectory, "digits-tiny");
        Compare.Runs([shipped], new CompareOptions { Analysis = s_options, Every = [1, 2] }).WriteFolder(folder);
        return Directory.GetFiles(folder, "*.html").Single();
    }
}
