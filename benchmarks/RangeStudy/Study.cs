using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.RangeStudy;

/// <summary>Each run analysed whole and reduced: how far P, W_S, G_S, G_Q and the numbers of C1 to C4 are from each other, beside the bounds.</summary>
internal static class Study
{
    private const double Tolerance = 1e-12;
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];

    /// <summary>Runs all of it and prints the table.</summary>
    public static int Run(IReadOnlyList<int> seeds, string file, Backend backend)
    {
        var lines = new List<string>
        {
            "| run | seeds | r | bound | error / bound of P | of W_S | of G_S | of G_Q | of C1 to C4 |", "|---|---|---|---|---|---|---|---|---|",
        };
        double worst = 0;
        int runs = 0;
        foreach (var kind in Runs.All(backend))
        {
            var whole = seeds.Select(seed => (Run: kind.Of(seed), Analysis: (ReservoirAnalysis?)null))
                .Select(x => x with { Analysis = Of(x.Run, ReductionChoice.Off, backend) }).ToArray();
            runs += whole.Length;
            foreach (int? rank in kind.Ranks)
            {
                var found = whole.Select(x => Compare(x.Run, x.Analysis!, rank, backend)).ToArray();
                worst = Math.Max(worst, found.Max(f => f.Ratios.Max()));
                lines.Add($"| {kind.Name} | {seeds.Count} | {Range(found.Select(f => (double)f.Rank), "F0")} | {Range(found.Select(f => f.Bound), "0.0e0")} | "
                    + string.Join(" | ", Enumerable.Range(0, 5).Select(i => Range(found.Select(f => f.Ratios[i]), "0.0e0"))) + " |");
                Console.Error.WriteLine(lines[^1]);
            }
        }
        string text = string.Join('\n', lines) + "\n";
        Console.WriteLine(text);
        Console.WriteLine(FormattableString.Invariant($"{runs} runs; the largest ratio of an error to its bound is {worst:G3}"));
        if (file.Length > 0) File.WriteAllText(file, text);
        return worst <= 1 ? 0 : 1;
    }

    private static ReservoirAnalysis Of(CheckpointSequence run, ReductionChoice reduction, Backend backend) => Analyze.Reservoir(run, new AnalysisOptions
    {
        Mode = AnalysisMode.Flow, RelativeTolerance = Tolerance, Reduction = reduction, Backend = backend, IndependentCheck = false,
    });

    private static (int Rank, double Bound, double[] Ratios) Compare(CheckpointSequence run, ReservoirAnalysis whole, int? rank, Backend backend)
    {
        var reduced = Of(run, rank is { } r ? ReductionChoice.OfRank(r) : ReductionChoice.OfTolerance(1e-8), backend);
        var bound = Bound(run, reduced.Options.Reduction!.Rank, backend);
        OperatorSet a = reduced.Operators.Value, b = whole.Operators.Value;
        double[] ratios =
        [
            Ratio(a.P, b.P, bound.FrobeniusP.Frobenius), Ratio(a.W_S, b.W_S, bound.FrobeniusW.Frobenius), Ratio(a.G_S, b.G_S, bound.FrobeniusG.Frobenius),
            Ratio(a.G_Q, b.G_Q, bound.FrobeniusOfTest),
            s_claims.Max(id => Math.Abs(reduced.Claim(id).RelativeError.Value - whole.Claim(id).RelativeError.Value)
                / (reduced.Claim(id).Budget!.Truncation!.Value.Value + Numerical(reduced.Claim(id)) + Numerical(whole.Claim(id)))),
        ];
        return (reduced.Options.Reduction.Rank, reduced.Options.Reduction.Bound, ratios);
    }

    // The bound by itself, as the library gives it.
    private static TruncationBound Bound(CheckpointSequence run, int rank, Backend backend)
    {
        var kernels = TrajectoryBuilder.Read(run, OutputRecord.Read(run), backend);
        var search = new RangeSearch(kernels.Linear([.. Enumerable.Range(0, run.Count)]), run.HasJacobians, backend);
        search.Project(rank);
        return search.Reduce(rank).WithResiduals(run, backend).Bound;
    }

    private static double Numerical(ClaimResult claim) => claim.Budget!.Integration.Value + claim.Budget.Rounding.Value;

    // Both were integrated to the tolerance, which is no part of the bound.
    private static double Ratio(Matrix<double> a, Matrix<double> b, double bound) =>
        (a - b).FrobeniusNorm() / (bound + 2 * Tolerance * b.FrobeniusNorm());

    private static string Range(IEnumerable<double> values, string format)
    {
        double[] sorted = [.. values.Order()];
        string Text(double x) => x.ToString(format, System.Globalization.CultureInfo.InvariantCulture);
        return sorted[0] == sorted[^1] ? Text(sorted[0]) : $"{Text(sorted[0])} to {Text(sorted[^1])}";
    }
}
