// One product K(t)X and one product W·X as a share of what the machine allows, and the cost of a product against N and D. Tables for docs/benchmarks.md.
// Usage: KernelFlow.ProductTiming share [backend [threads [seconds]]]     factors and Jacobians in memory
//        KernelFlow.ProductTiming files FOLDER [backend [threads [seconds]]]   a recorded run, kept in memory and read at every product
//        KernelFlow.ProductTiming blocks FOLDER [backend [threads [seconds]]]  a recorded run, time for each vector against their number
//        KernelFlow.ProductTiming curves [backend [threads [seconds]]]    cost against N and D, with fitted exponents
// With one thread processor time is measured, so that what else the machine does counts less; with more, wall time.
using System.Globalization;
using KernelFlow;
using KernelFlow.Numerics;
using KernelFlow.ProductTiming;

string what = args.Length > 0 ? args[0] : "share";
int at = what is "files" or "blocks" ? 2 : 1;
string name = args.Length > at ? args[at] : "auto";
int threads = args.Length > at + 1 ? int.Parse(args[at + 1], CultureInfo.InvariantCulture) : 1;
double seconds = args.Length > at + 2 ? double.Parse(args[at + 2], CultureInfo.InvariantCulture) : 1;
var backend = Backend.Resolve(name, threads);
var clock = new Clock(threads, seconds);
Console.WriteLine($"{backend.Name}, {backend.Core}, {threads} thread(s)");
switch (what)
{
    case "share":
        var shares = new Shares(backend, clock);
        shares.Header();
        shares.Row("factors, 64-120-10", Runs.Factored(1000, 200, 10, [64, 120, 10]));
        shares.Row("factors, 64-1330-10", Runs.Factored(1000, 200, 10, [64, 1330, 10]));
        shares.Row("Jacobians, float32", Runs.Jacobians(200, 40, 10, 9010));
        shares.WRow("W, factors, 64-120-10", Runs.Factored(1000, 200, 10, [64, 120, 10]));
        break;
    case "files":
        using (var run = RecordedRun.Open(args[1])) new Shares(backend, clock).Files(run.Checkpoints);
        break;
    case "blocks":
        using (var run = RecordedRun.Open(args[1])) Blocks.Run(run.Checkpoints, backend, clock);
        break;
    case "curves":
        new Curves(backend, clock).Run();
        break;
    default:
        Console.Error.WriteLine($"Unknown: {what}. Expected share, files FOLDER, blocks FOLDER or curves.");
        return 2;
}
return 0;
