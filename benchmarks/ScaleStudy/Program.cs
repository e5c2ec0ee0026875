// Matrix-free analyses beside the dense ones of the same runs: eigenvalue by eigenvalue, the bracket of the signal modes, C1 to C4; of one run also subspace
// by subspace across the gaps of the spectrum.
// Usage: KernelFlow.ScaleStudy RUN... [--rtol 1e-3] [--modes 50] [--markdown FILE]
// The dense analysis forms matrices of order N: some thousand training outputs at most. A larger run has no dense one beside it:
//   kernelflow analyze RUN --solver matrix-free --modes 50 --rtol 1e-3 --memory 4G --out DIR
// Exit code 1 where a run of several disagrees with its dense analysis; a refused run counts as neither.
using System.Globalization;
using KernelFlow;
using KernelFlow.Numerics;
using KernelFlow.ScaleStudy;
using KernelFlow.WorkPrecision;

CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
try
{
    string[] runs = [.. args.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal))];
    if (runs.Length == 0) throw new ArgumentException("RUN: the folder of a recorded run is missing.");
    var given = new Arguments(args[runs.Length..], [], ["--rtol", "--modes", "--markdown"]);
    double rtol = given.Number("--rtol", 1e-3);
    int modes = (int)given.Number("--modes", 50);
    var rows = new List<string> { Comparison.Header, Comparison.Rule };
    bool agree = true;
    foreach (string folder in runs)
    {
        string name = Path.GetFileName(Path.TrimEndingDirectorySeparator(folder));
        try
        {
            using var run = RecordedRun.Open(folder);
            var comparison = Comparison.Of(run, rtol, modes);
            if (runs.Length == 1) comparison.Details(Console.Out);
            agree &= comparison.Agrees;
            rows.Add(comparison.Row(name));
        }
        catch (Exception e) when (e is ArgumentException or InvalidRunException or NumericalException or InvalidOperationException)
        {
            rows.Add(Comparison.Refused(name, e.Message));
        }
        Console.Error.WriteLine(rows[^1]);
    }
    string table = string.Join('\n', rows) + "\n";
    Console.Write(table);
    if (given.Has("--markdown")) File.WriteAllText(given.Text("--markdown", ""), table);
    return agree || runs.Length == 1 ? 0 : 1;
}
catch (Exception e) when (e is BackendException or ArgumentException or FormatException or IOException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}
