namespace KernelFlow.Analysis.Tests.Support;

/// <summary>Recorded runs with one thing wrong.</summary>
internal static class Mutations
{
    /// <summary>In the order of the table.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "nothing", "K_QS leaks into ker K_SS by 1e-4", "test kernel times 1.1", "test kernel of another network", "test outputs shuffled",
            "training outputs shuffled at the end",
        "loss: sum for mean", "loss: squared for cross-entropy", "training labels shuffled", "recorded loss 5% off", "learning rate 5% off",
            "two checkpoints swapped", "late checkpoints missing",
    ];

    private static bool IsTestKernel(TensorSource t) => t.Name is "K_QS" or "K_QS_next" or "K_QS_mid" or "J_Q" or "J_Q_mid";

    /// <summary>The run with the mutation; null where there is no such mutation of this run.</summary>
    public static CheckpointSequence? Apply(string name, CheckpointSequence run, Func<CheckpointSequence> foreign)
    {
        int last = run.Count - 1, early = last / 5, late = last * 4 / 5, p = run.Outputs;
        int Swapped(int k) => k == early ? late : k == late ? early : k;
        CheckpointSequence Each(Func<int, TensorSource, TensorSource?> edit, double time = 1) => SmallNetworks.Edit(run, edit, time);
        // g contradicts another loss and is refused when the run is read; a recorder that is wrong in both would leave it consistent, or out.
        CheckpointSequence Judged(LossModel loss) => new(Each((_, t) => t.Name is "g" or "loss" ? null : t), loss) { Optimizer = run.Optimizer };
        switch (name)
        {
            case "nothing": return run;
            case "K_QS leaks into ker K_SS by 1e-4": return run.HasJacobians ? null
                : Each((_, t) => t.Name == "K_QS" ? SmallNetworks.Map(t, v => Leak(v, Copies(run))) : t);
            case "test kernel times 1.1": return Each((_, t) => IsTestKernel(t) ? SmallNetworks.Map(t, v => [.. v.Select(x => 1.1 * x)]) : t);
            case "test kernel of another network":
                var other = foreign();
                return Each((k, t) => IsTestKernel(t) ? other[k][t.Name] : t);
            case "test outputs shuffled": return Each((_, t) => t.Name == "U_Q" ? SmallNetworks.Map(t, u => [.. u[p..], .. u[..p]]) : t);
            case "training outputs shuffled at the end": return Each((k, t) => k == last && t.Name == "U_S" ? SmallNetworks.Map(t, u => [.. u[p..], .. u[..p]])
                : k == last && t.Name is "g" or "loss" ? null : t);
            case "loss: sum for mean": return Judged(Of(run, run.Loss.Targets.ToArray(), true));
            case "loss: squared for cross-entropy": return run.Loss.Kind == "squared" ? null : Judged(LossModel.Squared(run.Loss.Targets.ToArray(), p));
            case "training labels shuffled": return Judged(Of(run, [.. run.Loss.Targets[p..], .. run.Loss.Targets[..p]], false));
            case "recorded loss 5% off":
                double start = run.Loss.Value(run[0]["U_S"].ReadAll());
                return new CheckpointSequence(run.Select(c => c with
                {
                    Tensors = c.Tensors.Values.Where(t => t.Name != "loss")
                        .Append(new MemoryTensor("loss", [start + 1.05 * (run.Loss.Value(c["U_S"].ReadAll()) - start)], 1)).ToDictionary(t => t.Name),
                }), run.Loss) { Optimizer = run.Optimizer };
            case "learning rate 5% off": return Each((_, t) => t, 1.05);
            case "two checkpoints swapped": return Each((k, t) => run[Swapped(k)].Find(t.Name) ?? t);
            case "late checkpoints missing": return run.Subset(Enumerable.Range(0, run.Count).Where(k => k <= last / 2 || k == last));
            default: throw new ArgumentException(name);
        }
    }

    private static LossModel Of(CheckpointSequence run, double[] targets, bool sum) => run.Loss.Kind == "squared"
        ? LossModel.Squared(targets, run.Outputs, sum) : LossModel.SoftmaxCrossEntropy(targets, run.Outputs, sum);

    // K_QS + 1e-4 ‖K_QS‖ u zᵀ with z = (e_a − e_b)/√2 for output 0 of two training examples that are copies: K_SS z = 0.
    private static double[] Leak(double[] k, (int A, int B) copies)
    {
        double size = 1e-4 * Math.Sqrt(k.Sum(x => x * x)) / Math.Sqrt(2);
        double[] leaking = (double[])k.Clone();
        leaking[copies.A] += size;
        leaking[copies.B] -= size;
        return leaking;
    }

    private static (int A, int B) Copies(CheckpointSequence run)
    {
        double[] u = run[^1]["U_S"].ReadAll();
        int p = run.Outputs;
        for (int a = 0; a < run.Train; a++)
            for (int b = a + 1; b < run.Train; b++)
                if (Enumerable.Range(0, p).All(c => Math.Abs(u[a * p + c] - u[b * p + c]) < 1e-9)) return (a * p, b * p);
        throw new InvalidOperationException("No two examples are copies.");
    }
}
