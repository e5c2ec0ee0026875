using System.Text;
using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Integrators;
using MathNet.Numerics.LinearAlgebra.Double;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>docs/mutations.md: what is altered in a run or in an operator, and which claims see it. The page holds exactly what these tests find.</summary>
public sealed class MutationTableTests(ITestOutputHelper output)
{
    private static readonly string[] s_claims = [.. Enumerable.Range(1, 11).Select(i => "C" + i), .. Enumerable.Range(1, 11).Select(i => "R" + i)];

    // Recorded like digits-softmax-kernels (with two copies of an input), digits-parity and digits-steps, only smaller.
    private static readonly (string Name, string Mode, RecordingOptions? Options, Func<CheckpointSequence, CheckpointSequence> Trim)[] s_runs =
    [
        ("softmax kernels", "flow", SmallNetworks.MildKernels with { Duplicates = 1 }, SmallNetworks.WithoutCrossBlocks),
        ("digits-tiny", "flow", null, r => r),
        ("parity", "flow", SmallNetworks.Parity with { Checkpoints = 40 }, r => r),
        ("every step", "descent", SmallNetworks.EveryStep, r => r),
    ];

    private static CheckpointSequence Record(int run, long seed = 0) => s_runs[run].Options is { } options
        ? s_runs[run].Trim(SmallNetworks.Record(options with { Seed = seed }))
        : RecordedRun.Open(TestRuns.DigitsTiny).Checkpoints;

    // A network trained on the same data from other weights; for the shipped run, one of the same sizes.
    private static CheckpointSequence Foreign(int run) => s_runs[run].Options is null
        ? SmallNetworks.Record(new RecordingOptions { Train = 24, Test = 16, Layers = [LayerSpec.Dense(8)], Steps = 15,
            Schedule = CheckpointSchedule.EveryStep, Seed = 5 })
        : Record(run, 7);

    private static string With(ReservoirAnalysis a, Verdict verdict) => string.Join(" ", s_claims.Where(id => a.Claim(id).Verdict == verdict));

    private static string Violated(ReservoirAnalysis a) => With(a, Verdict.Violated);

    [Fact]
    public void ThePageHoldsWhatAlteredRunsShow()
    {
        var seen = s_runs.Select(_ => new HashSet<string>()).ToArray();
        var table = new StringBuilder("| what is altered | " + string.Join(" | ", s_runs.Select(r => $"{r.Name}, {r.Mode}")) + " |\n|---|"
            + string.Concat(s_runs.Select(_ => "---|")) + "\n");
        var originals = s_runs.Select((_, i) => Record(i)).ToArray();
        foreach (string name in Mutations.Names)
        {
            var cells = s_runs.Select((run, i) =>
            {
                if (Mutations.Apply(name, originals[i], () => Foreign(i)) is not { } altered) return "–";
                var a = Analyze.Reservoir(altered, TestRuns.Options with { Mode = Named.Mode(run.Mode) });
                string violated = Violated(a);
                output.WriteLine(FormattableString.Invariant($"{run.Name}, {name}: {violated}: ")
                    + string.Join("; ", s_claims.Select(a.Claim).Where(c => c.RelativeError.IsKnown)
                    .Select(c => FormattableString.Invariant($"{c.Id} {c.RelativeError:e1}/{c.Budget?.Sum:e1} {c.Verdict}"))));
                foreach (string id in violated.Split(' ')) seen[i].Add(id);
                // What vectors can see they see without operators.
                ClaimsOnlyCheck.Same($"{run.Name}, {name}", altered, a, TestRuns.Options with { Mode = Named.Mode(run.Mode) });
                if (name == "nothing") Assert.True(violated == "", $"{run.Name}: {violated} without a mutation");
                return violated != "" ? violated : With(a, Verdict.Undecided) is { Length: > 0 } open ? $"none; undecided: {open}" : "none";
            });
            table.Append("| " + name + " | " + string.Join(" | ", cells) + " |\n");
        }
        foreach (string id in (string[])["C1", "C2", "C3", "C4", "C5", "C8"]) Assert.True(seen.Any(s => s.Contains(id)), $"{id} is never violated\n{table}");
        OnThePage(table.ToString());
    }

    [Fact]
    public void ThePageHoldsWhatFaultsInOperatorsShow()
    {
        // Copies of inputs: W_S has a kernel.
        var run = SmallNetworks.Record(SmallNetworks.Parity with { Duplicates = 2, Steps = 300, Checkpoints = 12, DType = StorageType.Float64 });
        var table = new StringBuilder("| fault | flow | descent |\n|---|---|---|\n");
        foreach (var (name, fault) in OperatorFaults)
        {
            string[] cells = [.. ((string[])["flow", "descent"]).Select(mode =>
            {
                var a = Faults.Analyse(run, TestRuns.Options with { Mode = Named.Mode(mode), Threshold = 1e-10 }, fault);
                string violated = Violated(a);
                output.WriteLine(FormattableString.Invariant($"{mode}, {name}: ")
                    + string.Join("; ", s_claims.Select(a.Claim).Where(c => c.RelativeError.IsKnown)
                    .Select(c => FormattableString.Invariant($"{c.Id} {c.RelativeError:e1}/{c.Budget?.Sum:e1} {c.Verdict}"))));
                return violated == "" ? "none" : violated;
            })];
            table.Append($"| {name} | {cells[0]} | {cells[1]} |\n");
            if (name == "nothing") Assert.All(cells, c => Assert.Equal("none", c));
            else Assert.All(cells, c => Assert.NotEqual("none", c));
        }
        foreach (string id in (string[])["C5", "C6", "C9", "C10", "C11"]) Assert.Contains(id, table.ToString());
        OnThePage(table.ToString());
    }

    private static IEnumerable<(string Name, Func<RunModel, RunModel> Fault)> OperatorFaults =>
    [
        ("nothing", m => m),
        ("W_S times 1.01", m => m.With(W_S: m.Propagation.W_S.Times(1.01))),
        ("P times 1.01", m => m.With(P: m.Propagation.P.Times(1.01))),
        ("G_Q times 1.01", m => m.With(G_Q: m.Propagation.G_Q.Times(1.01))),
        ("G_S times 1.01", m => m.With(G_S: m.Propagation.G_S.Times(1.01))),
        ("G_Q answers to a direction of ker W_S", m =>
            m.With(G_Q: (DenseMatrix)(m.Propagation.G_Q + Along(m, m.Propagation.G_Q.RowCount, 1e-3 * m.Propagation.G_Q.L2Norm())))),
        ("P moves a direction of ker W_S", m => m.With(P: (DenseMatrix)(m.Propagation.P + Along(m, m.Propagation.P.RowCount, 0.01)))),
        ("W_S of half the window larger than of the whole", m =>
            m.With(partial: [.. m.PartialGramians.Select((g, i) => i == m.PartialGramians.Count / 2 ? g with { W_S = m.Propagation.W_S.Times(1.01) } : g)])),
        ("W_S of two parts exchanged", m =>
            m.With(partial: [.. m.PartialGramians.Select((g, i) => i < 2 ? g with { W_S = m.PartialGramians[1 - i].W_S } : g)])),
    ];

    // size·e_0 zᵀ with z the mode of the smallest eigenvalue of W_S.
    private static DenseMatrix Along(RunModel model, int rows, double size)
    {
        var z = model.Propagation.W_S.Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric).EigenVectors.Column(0);
        return DenseMatrix.Create(rows, z.Count, (r, c) => r == 0 ? size * z[c] : 0);
    }

    /// <summary>The measured claims move when what they measure does: another kernel, other noise, other labels.</summary>
    [Fact]
    public void MeasuredClaimsFollowWhatTheyMeasure()
    {
        var run = SmallNetworks.Record(SmallNetworks.Parity with { Steps = 300, Checkpoints = 10 });
        var a = Analyze.Reservoir(run, TestRuns.Options);
        ReservoirAnalysis Altered(Func<int, TensorSource, TensorSource> edit, double[]? clean = null) =>
            Analyze.Reservoir(new CheckpointSequence(SmallNetworks.Edit(run, edit), run.Loss)
        {
            Optimizer = run.Optimizer, RunTensors = new Dictionary<string,
                TensorSource> { ["clean_S"] = new MemoryTensor("clean_S", clean ?? run.RunTensors["clean_S"].ReadAll(), run.Train, 1) },
        }, TestRuns.Options);
        // J of the last checkpoint doubled: K(T) is four times what it was.
        var larger = Altered((k, t) => k == run.Count - 1 && (t.Name is "J_S" or "J_Q") ? SmallNetworks.Map(t, v => [.. v.Select(x => 2 * x)]) : t);
        double[] first = run[0]["J_S"].ReadAll(), last = run[^1]["J_S"].ReadAll();
        var shape = (run.Train, (int)run.Parameters!.Value);
        DenseMatrix Rows(double[] v) => DenseMatrix.Create(shape.Item1, shape.Item2, (r, c) => v[r * shape.Item2 + c]);
        var J0 = Rows(first);
        var J1 = Rows(last);
        var (K0, K1) = (J0 * J0.Transpose(), J1 * J1.Transpose());
        Check.Close(a.KernelEvolution.EndDrift, (K1 - K0).L2Norm() / K0.L2Norm(), 1e-13, "C12");
        Check.Close(larger.KernelEvolution.EndDrift, (4 * K1 - K0).L2Norm() / K0.L2Norm(), 1e-13, "C12 with a larger kernel");
        Assert.NotEqual(a.Claim("C12").Reason, larger.Claim("C12").Reason);
        var otherNoise = Altered((_, t) => t, [.. run.RunTensors["clean_S"].ReadAll().Select((y, i) => i == 0 ? -y : y)]);
        Assert.NotEqual(a.Claim("C13").Reason, otherNoise.Claim("C13").Reason);
        // A factor common to all gradients leaves the gate as it is.
        Check.Small(Math.Abs(a.RiskGate.Value.Points[^1].Share - larger.RiskGate.Value.Points[^1].Share), 16 * Check.Eps, "C14 under a common factor");
        // Another sign of every second row of J_S changes the means of the gradients.
        var signs = Altered((k, t) => k == run.Count - 1 && t.Name == "J_S"
            ? SmallNetworks.Map(t, v => [.. v.Select((x, i) => i / shape.Item2 % 2 == 0 ? -x : x)]) : t);
        Assert.NotEqual(a.Claim("C14").Reason, signs.Claim("C14").Reason);
    }

    private static void OnThePage(string table)
    {
        string page = File.ReadAllText(SourceTree.PathOf("docs", "mutations.md"));
        Assert.True(page.Contains(table, StringComparison.Ordinal), "docs/mutations.md should hold this table:\n" + table);
    }
}
