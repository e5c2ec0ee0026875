using KernelFlow.Files;
using System.Diagnostics;
using System.Globalization;
using KernelFlow.Reporting;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.WorkPrecision;

/// <summary>The study from the command line: measure, run the peers, draw.</summary>
internal static class StudyCommand
{
    public static int Run(Arguments arguments, Backend backend)
    {
        bool quick = arguments.Has("--quick");
        string output = arguments.Text("--out", "work-precision"), runs = arguments.Text("--runs", "examples");
        string[] wanted = arguments.Words("--problems", [.. StudyProblems.Names]);
        foreach (string name in wanted.Where(n => n is not ("rotating" or "stiff") && !n.StartsWith("stiff-", StringComparison.Ordinal)
            && !Directory.Exists(Path.Combine(runs, n))))
            throw new ArgumentException($"no run {name} in {runs}: give the folder of the recorded runs by --runs, or choose by --problems among {string.Join(", ", StudyProblems.Names)}");
        double[] tolerances = arguments.Numbers("--tolerances", quick ? [1e-4, 1e-6] : [1e-3, 1e-4, 1e-5, 1e-6, 1e-7, 1e-8, 1e-9, 1e-10, 1e-11]);
        double limit = arguments.Number("--limit", quick ? 1 : 10);
        var study = new Study(arguments.Words("--methods", [.. Methods.Names]), tolerances, (int)arguments.Number("--rounds", quick ? 1 : 5), limit, backend);
        var results = new StudyResults($"{backend.Name}, core {backend.Core}, {backend.Threads} thread{(backend.Threads == 1 ? "" : "s")}. {arguments.Text("--note", "")}".TrimEnd(), limit, [], [], []);
        string references = Directory.CreateTempSubdirectory("work-precision-").FullName;
        foreach (string name in wanted)
        {
            var problem = StudyProblems.Make(name, runs, arguments.Has("--references") ? arguments.Text("--references", "") : null, backend);
            Save(problem.Reference, Path.Combine(references, name + ".safetensors"));
            Console.Error.WriteLine(
                $"{name}: N = {problem.Trajectory.TrainSize}, stiffness {NumberText.Short(problem.Stiffness)}; reference: {problem.ReferenceNote}");
            results = results with { Problems = [.. results.Problems, ProblemFacts.Of(problem)],
                Points = [.. results.Points, .. study.Run(problem, Console.Error.WriteLine)] };
            StudyFiles.Write(Data(output), results); // what is there is not lost when a later problem fails
        }
        int code = arguments.Has("--python") ? Peers(arguments.Text("--python", ""), runs, references, [.. wanted.Intersect(StudyProblems.Recorded)],
            quick, Data(output)) : 0;
        Directory.Delete(references, recursive: true);
        Draw(output);
        return code;
    }

    /// <summary>Page and figures from what was measured.</summary>
    public static void Draw(string output)
    {
        var results = StudyFiles.Read(Data(output));
        StudyFiles.Write(Data(output), results);
        string figures = Path.Combine(output, "figures");
        Directory.CreateDirectory(figures);
        File.WriteAllText(Path.Combine(output, "work-precision.md"), StudyPage.Write(results, problem =>
        {
            if (StudyFigure.Draw(results, problem) is not { } drawing) return null;
            string file = $"work-precision-{problem.Name}.svg";
            File.WriteAllText(Path.Combine(figures, file), drawing + "\n");
            return $"figures/{file}";
        }));
        foreach (var problem in results.Problems)
            foreach (var choice in AutoChoice.Of(results, problem.Name, [1e-4, 1e-6, 1e-8, 1e-10]))
                Console.WriteLine($"{problem.Name}, rtol {NumberText.Short(choice.Auto.Rtol)}: auto = {choice.Auto.Resolved}; {NumberText.Short(choice.RatioAtRtol)} of {choice.BestAtRtol.Method} at this rtol, {NumberText.Short(choice.RatioAtError)} of {choice.BestAtError.Method} at this error");
    }

    private static string Data(string output) => Path.Combine(output, "work-precision");

    private static void Save(OperatorTriple operators, string path) =>
        SafetensorsWriter.Write(path, MemoryTensor.FromMatrix("P", operators.P), MemoryTensor.FromMatrix("W_S", operators.W),
            MemoryTensor.FromMatrix("G_Q", operators.G));

    private static int Peers(string python, string runs, string references, IReadOnlyList<string> problems, bool quick, string data)
    {
        string script = Path.GetFullPath(Path.Combine(AppContext.BaseDirectory, "..", "..", "..", "..", "peers", "work_precision.py"));
        var start = new ProcessStartInfo(python, [script, "--runs", runs, "--references", references, "--json", Path.Combine(data, "peers.json"),
            "--problems", .. problems, .. quick ? (string[])["--quick"] : []]);
        using var process = Process.Start(start)!;
        process.WaitForExit();
        if (process.ExitCode != 0) Console.Error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{script}: exit code {process.ExitCode}"));
        return process.ExitCode;
    }
}
