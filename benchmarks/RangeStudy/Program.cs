// The bound of truncation of a range reduction beside the error that it bounds (docs/theory/factor.md, section 7), on runs of several kinds and seeds; what a
// reduction saves.
//   dotnet run -c Release --project benchmarks/RangeStudy -- [--seeds 7001,7002,7003,7004] [--markdown FILE] [--timing N [--tail]] [--repeat 3] [--threads 1]
// Exit code 1 where an error exceeds its bound.
using KernelFlow.Numerics;
using KernelFlow.RangeStudy;
using KernelFlow.WorkPrecision;

try
{
    var given = new Arguments(args, ["--tail"], ["--seeds", "--markdown", "--timing", "--repeat", "--threads"]);
    var backend = Backend.Resolve("auto", (int)given.Number("--threads", 1));
    if (given.Has("--timing")) return Timing.Run((int)given.Number("--timing", 0), given.Has("--tail"), (int)given.Number("--repeat", 3), backend);
    return Study.Run([.. given.Numbers("--seeds", 7001, 7002, 7003, 7004).Select(s => (int)s)], given.Text("--markdown", ""), backend);
}
catch (Exception e) when (e is BackendException or ArgumentException or FormatException or IOException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}
