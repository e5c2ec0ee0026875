// A matrix-free analysis beside the dense one of the same run: eigenvalue by eigenvalue, and subspace by subspace across the gaps of the spectrum.
// Usage: KernelFlow.ScaleStudy RUN [rtol [modes]]     the dense analysis forms matrices of order N: some thousand training outputs at most
// A larger run has no dense one beside it: kernelflow analyze RUN --solver matrix-free --modes 50 --rtol 1e-3 --memory 4G --out DIR
using System.Globalization;
using KernelFlow;
using KernelFlow.Numerics;
using KernelFlow.Spectral;

if (args.Length == 0)
{
    Console.Error.WriteLine("Usage: KernelFlow.ScaleStudy RUN [rtol [modes]]");
    return 2;
}
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
double rtol = args.Length > 1 ? double.Parse(args[1], CultureInfo.InvariantCulture) : 1e-3;
int modes = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 50;
using var run = RecordedRun.Open(args[0]);
var backend = Backend.ResolveFor(run.Checkpoints.TrainSize + run.Checkpoints.TestSize);
var options = new AnalysisOptions { Mode = AnalysisMode.Flow, Backend = backend, IndependentCheck = false };
var applied = Analyze.Reservoir(run.Checkpoints, options with { Solver = EigenSolver.MatrixFree, RelativeTolerance = rtol, Modes = modes });
var found = applied.MatrixFree.Value;
Line($"matrix-free: {applied.Performance.Seconds:F0} s, {found.Sweep.Scheme}, {found.Sweep.Steps} steps, {found.Sweep.ProductsTaken} products, "
    + $"z at most {found.Sweep.Stiffness:G4}, tolerance {rtol:G2}");
var dense = Analyze.Reservoir(run.Checkpoints, options with { Solver = EigenSolver.Dense });
Line($"dense: {dense.Performance.Seconds:F0} s, {dense.Options.Method}, tolerance {dense.Options.RelativeTolerance:G2}");

var exact = dense.Spectrum.Eigenvalues;
double first = exact[0], unit = found.Beta.TryGet(out double beta) ? 0.5 / beta : first;
int count = found.Modes.Count;
double worst = Enumerable.Range(0, count).Max(j => Math.Abs(found.Modes[j].Eigenvalue - exact[j]));
Line($"eigenvalues: largest difference {worst / unit:G3} of the largest there can be, tolerance {rtol:G2}; largest residual "
    + $"{found.Modes.Max(m => m.Residual) / first:G3} λ_1");
Line($"signal modes: {dense.Spectrum.SignalDimension} by the dense analysis; at least {found.Signal.AtLeast}, at most {found.Signal.AtMost}, "
    + $"estimate {found.Signal.Estimate.Map(e => FormattableString.Invariant($"{e.Value:F0} ({e.Lower:F0} to {e.Upper:F0})"))}");

// Two operators that differ by E turn a space of leading modes by ‖E‖/gap at most (Davis and Kahan); E is what both tolerances allow.
double error = 2 * rtol * unit;
MatrixView ours = (MathNet.Numerics.LinearAlgebra.Double.DenseMatrix)found.Vectors.Value;
MatrixView theirs = (MathNet.Numerics.LinearAlgebra.Double.DenseMatrix)dense.Operators.Value.Eigenvectors;
Console.WriteLine("| modes | gap below them, of λ_1 | sine of the largest angle | at most, by the tolerances |");
Console.WriteLine("|---|---|---|---|");
int shown = 0;
for (int k = 1; k <= count && k < exact.Count; k++)
{
    double gap = exact[k - 1] - exact[k];
    if (gap < 4 * error) continue;
    var angles = PrincipalAngles.Between(ours.ColumnRange(0, k), theirs.ColumnRange(0, k), backend);
    Line($"| {k} | {gap / first:G3} | {angles.ContainmentGap:G3} | {error / (gap - error):G3} |");
    shown++;
}
if (shown == 0) Console.WriteLine("| – | no gap above four times what the tolerances leave open | | |");
Console.WriteLine();
Console.WriteLine("| claim | dense | matrix-free | verdicts |");
Console.WriteLine("|---|---|---|---|");
foreach (string id in (string[])["C1", "C2", "C3", "C4"])
    Line($"| {id} | {dense.Claim(id).RelativeError:G4} | {applied.Claim(id).RelativeError:G4} | {dense.Claim(id).Verdict}, {applied.Claim(id).Verdict} |");
return 0;

static void Line(string text) => Console.WriteLine(text);
