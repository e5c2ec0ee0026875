// The bound of truncation of a range reduction beside the error that it bounds (docs/theory/factor.md, section 7), on runs of several kinds and seeds; what a
// reduction saves.
//   dotnet run -c Release --project benchmarks/RangeStudy -- [--seeds 7001,7002,7003,7004] [--markdown FILE] [--threads 1]
//   dotnet run -c Release --project benchmarks/RangeStudy -- --timing N [--kind planted|tail|full] [--rtol 1e-6] [--repeat 3] [--threads 1]
// Exit code 1 where an error exceeds its bound.
using KernelFlow.Numerics;
using KernelFlow.RangeStudy;
using KernelFlow.WorkPrecision;

try
{
    var given = new Arguments(args, [], ["--seeds", "--markdown", "--timing", "--kind", "--rtol", "--repeat", "--threads"]);
    var backend = Backend.Resolve("auto", (int)given.Number("--threads", 1));
    if (given.Has("--timing"))
    {
        string kind = given.Text("--kind", Timing.Kinds[0]);
        if (!Timing.Kinds.Contains(kind)) throw new ArgumentException($"--kind {kind}: expected {string.Join(", ", Timing.Kinds)}.");
        return Timing.Run((int)given.Number("--timing", 0), kind, (int)given.Number("--repeat", 3),
            given.Has("--rtol") ? given.Number("--rtol", 0) : null, backend);
    }
    return Study.Run([.. given.Numbers("--seeds", 7001, 7002, 7003, 7004).Select(s => (int)s)], given.Text("--markdown", ""), backend);
}
catch (Exception e) when (e is BackendException or ArgumentException or FormatException or IOException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}
