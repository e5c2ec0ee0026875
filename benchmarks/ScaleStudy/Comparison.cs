using KernelFlow.Numerics;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.ScaleStudy;

/// <summary>A matrix-free analysis and the dense one of the same run.</summary>
internal sealed class Comparison
{
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];
    private readonly ReservoirAnalysis _applied, _dense;
    private readonly MatrixFreeResult _found;
    private readonly Backend _backend;
    private readonly double _tolerance, _unit;

    private Comparison(ReservoirAnalysis applied, ReservoirAnalysis dense, double tolerance, Backend backend)
    {
        (_applied, _dense, _found, _tolerance, _backend) = (applied, dense, applied.MatrixFree.Value, tolerance, backend);
        // No eigenvalue exceeds 1/(2β) where B = βI; the largest one stands for it where B varies.
        _unit = _found.Beta.TryGet(out double beta) ? 0.5 / beta : Exact[0];
    }

    /// <summary>The head of the table that rows stand in.</summary>
    public static string Header => "| run | N, M | z at most | modes | eigenvalues: largest difference | signal modes: matrix-free | dense "
        + "| C1 to C4: largest difference, of what budgets allow | verdicts | agrees |";

    /// <summary>The line under it.</summary>
    public static string Rule => "|---|---|---|---|---|---|---|---|---|---|";

    /// <summary>Whether eigenvalues are as near as the tolerance says, the bracket has the count between its ends, and the claims are as near as both
    /// integrations allow, with no verdict that contradicts the other.</summary>
    public bool Agrees => Difference <= _tolerance && InBracket is not false && Claims <= 1 && !Contradicts;

    private IReadOnlyList<double> Exact => _dense.Spectrum.Eigenvalues;

    private double Difference => Enumerable.Range(0, _found.Modes.Count).Max(j => Math.Abs(_found.Modes[j].Eigenvalue - Exact[j])) / _unit;

    private bool? InBracket => _dense.Spectrum.SignalDimension.TryGet(out int count) ? _found.Signal.AtLeast <= count && count <= _found.Signal.AtMost : null;

    private double Claims => s_claims.Max(id => Math.Abs(_applied.Claim(id).RelativeError.OrDefault(0) - _dense.Claim(id).RelativeError.OrDefault(0))
        / (Integration(_applied.Claim(id)) + Integration(_dense.Claim(id))));

    private bool Contradicts => s_claims.Any(id => (_applied.Claim(id).Verdict, _dense.Claim(id).Verdict)
        is (Verdict.Holds, Verdict.Violated) or (Verdict.Violated, Verdict.Holds));

    /// <summary>Analyses a run twice.</summary>
    public static Comparison Of(RecordedRun run, double tolerance, int modes)
    {
        var backend = Backend.ResolveFor(run.Checkpoints.TrainSize + run.Checkpoints.TestSize);
        var options = new AnalysisOptions { Mode = AnalysisMode.Flow, Backend = backend, IndependentCheck = false };
        var applied = Analyze.Reservoir(run.Checkpoints, options with
        {
            Solver = EigenSolver.MatrixFree, RelativeTolerance = tolerance, Modes = Math.Min(modes, run.Checkpoints.TrainSize),
        });
        return new Comparison(applied, Analyze.Reservoir(run.Checkpoints, options with { Solver = EigenSolver.Dense }), tolerance, backend);
    }

    /// <summary>The row of a run that was not analysed.</summary>
    public static string Refused(string name, string reason) => $"| {name} | refused: {reason.ReplaceLineEndings(" ")} | | | | | | | | |";

    /// <summary>The row of this run.</summary>
    public string Row(string name)
    {
        string verdicts = string.Join(", ", s_claims.Select(id => _applied.Claim(id).Verdict == _dense.Claim(id).Verdict
            ? $"{_dense.Claim(id).Verdict}" : $"{_applied.Claim(id).Verdict} beside {_dense.Claim(id).Verdict}").Distinct());
        return $"| {name} | {Exact.Count}, {_dense.Operators.Value.G_Q.RowCount} | {_found.Sweep.Stiffness:G4} | {_found.Modes.Count} | {Difference:0.0e-0} | "
            + $"{_found.Signal.AtLeast} to {_found.Signal.AtMost} | {_dense.Spectrum.SignalDimension} | {Claims:0.0e-0} | "
            + $"{verdicts} | {(Agrees ? "yes" : "no")} |";
    }

    /// <summary>All that is compared, with the spaces of leading modes.</summary>
    public void Details(TextWriter to)
    {
        to.WriteLine($"matrix-free: {_applied.Performance.Seconds:F0} s, {_found.Sweep.Scheme}, {_found.Sweep.Steps} steps, "
            + $"{_found.Sweep.ProductsTaken} products, z at most {_found.Sweep.Stiffness:G4}, tolerance {_tolerance:G2}");
        to.WriteLine($"dense: {_dense.Performance.Seconds:F0} s, {_dense.Options.Method}, tolerance {_dense.Options.RelativeTolerance:G2}");
        double first = Exact[0];
        to.WriteLine($"eigenvalues: largest difference {Difference:G3} of the largest there can be, tolerance {_tolerance:G2}; largest residual "
            + $"{_found.Modes.Max(m => m.Residual) / first:G3} λ_1");
        to.WriteLine($"signal modes: {_dense.Spectrum.SignalDimension} by the dense analysis; at least {_found.Signal.AtLeast}, "
            + $"at most {_found.Signal.AtMost}, estimate "
            + $"{_found.Signal.Estimate.Map(e => FormattableString.Invariant($"{e.Value:F0} ({e.Lower:F0} to {e.Upper:F0})"))}");
        // Two operators that differ by E turn a space of leading modes by ‖E‖/gap at most (Davis and Kahan); E is what both tolerances allow.
        double error = 2 * _tolerance * _unit;
        int count = _found.Modes.Count, shown = 0;
        MatrixView ours = (DenseMatrix)_found.Vectors.Value, theirs = (DenseMatrix)_dense.Operators.Value.Eigenvectors;
        to.WriteLine("| modes | gap below them, of λ_1 | sine of the largest angle | at most, by the tolerances |");
        to.WriteLine("|---|---|---|---|");
        for (int k = 1; k <= count && k < Exact.Count; k++)
        {
            double gap = Exact[k - 1] - Exact[k];
            if (gap < 4 * error) continue;
            var angles = PrincipalAngles.Between(ours.ColumnRange(0, k), theirs.ColumnRange(0, k), _backend);
            to.WriteLine($"| {k} | {gap / first:G3} | {angles.ContainmentGap:G3} | {error / (gap - error):G3} |");
            shown++;
        }
        if (shown == 0) to.WriteLine("| – | no gap above four times what the tolerances leave open | | |");
        to.WriteLine();
        to.WriteLine("| claim | dense | matrix-free | verdicts |");
        to.WriteLine("|---|---|---|---|");
        foreach (string id in s_claims)
            to.WriteLine($"| {id} | {_dense.Claim(id).RelativeError:G4} | {_applied.Claim(id).RelativeError:G4} | {_dense.Claim(id).Verdict}, "
                + $"{_applied.Claim(id).Verdict} |");
        to.WriteLine();
    }

    private static double Integration(ClaimResult claim) => claim.Budget!.Integration.OrDefault(0) + claim.Budget.Rounding.OrDefault(0);
}
