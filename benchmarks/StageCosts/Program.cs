// What an analysis costs, by stage and claim: seconds, flops of dense linear algebra, bytes of element-wise work, allocations and memory.
//   dotnet run -c Release --project benchmarks/StageCosts -- RUN [--repeat 3] [--markdown FILE] [--report FOLDER]
//     [--mode flow] [--rtol 1e-6] [--method auto] [--interpolation linear] [--solver dense] [--modes K] [--threshold 1e-3] [--no-independent]
//     [--backend auto] [--threads N] [--by-interval] [--cache FOLDER] [--memory 4G]
using KernelFlow;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.StageCosts;
using KernelFlow.WorkPrecision;

string[] names =
[
    "--mode", "--rtol", "--method", "--interpolation", "--solver", "--modes", "--threshold", "--backend", "--threads", "--repeat", "--markdown", "--report",
    "--cache", "--memory",
];
try
{
    if (args.Length == 0) throw new ArgumentException("RUN: the folder of a recorded run is missing.");
    var given = new Arguments(args[1..], ["--no-independent", "--by-interval"], names);
    var measured = Measurement.Of(args[0], Options, (int)Math.Max(1, given.Number("--repeat", 1)), given.Text("--report", ""));
    Console.WriteLine(measured.Text());
    if (given.Has("--markdown")) File.WriteAllText(given.Text("--markdown", ""), measured.Markdown());
    return 0;

    AnalysisOptions Options()
    {
        var defaults = new AnalysisOptions();
        string interpolation = given.Text("--interpolation", defaults.Interpolation.Name);
        return defaults with
        {
            Mode = Enum.Parse<AnalysisMode>(given.Text("--mode", "Auto"), ignoreCase: true),
            RelativeTolerance = given.Text("--rtol", ToleranceChoice.AutoName) == ToleranceChoice.AutoName ? ToleranceChoice.Auto : given.Number("--rtol", 0),
            Method = given.Text("--method", MethodChoice.AutoName),
            Interpolation = Interpolation.All.FirstOrDefault(i => i.Name == interpolation) ?? throw new ArgumentException($"--interpolation: {interpolation}"),
            Solver = Enum.Parse<EigenSolver>(given.Text("--solver", "Auto").Replace("-", ""), ignoreCase: true),
            Memory = given.Has("--memory") ? MemoryCeiling.Parse(given.Text("--memory", "")) : null,
            Modes = given.Has("--modes") ? (int)given.Number("--modes", 0) : null,
            Threshold = given.Number("--threshold", defaults.Threshold),
            ByInterval = given.Has("--by-interval"),
            Cache = given.Has("--cache") ? AnalysisCache.Open(given.Text("--cache", ""), warn: Console.Error.WriteLine) : null,
            IndependentCheck = !given.Has("--no-independent"),
            Backend = Backend.Resolve(given.Text("--backend", "auto"), (int)given.Number("--threads", 0)),
        };
    }
}
catch (Exception e) when (e is InvalidRunException or BackendException or ArgumentException or FormatException or IOException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}
