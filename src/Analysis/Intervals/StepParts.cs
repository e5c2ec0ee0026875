using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>What an interval of recorded steps has beside its operators. The two bounds are sums over steps, whatever came before them, so that those of a
/// window are the sums of its intervals' (theory, section 8).</summary>
/// <param name="Response">Σ η_k J̄_Q,kJ̄_Q,kᵀ, M×M.</param>
/// <param name="Motion">Σ η_k B̄_k J̄_S,kJ̄_S,kᵀ B̄_k, N×N.</param>
/// <param name="HasTestKernel">Whether the first comes from J̄_Q itself or K_QQ.</param>
/// <param name="Epsilon">Relative rounding of the kernels.</param>
internal sealed record StepParts(DenseMatrix Response, DenseMatrix Motion, bool HasTestKernel, double Epsilon)
{
    private const string ResponseName = "response bound", MotionName = "motion bound", FactsName = "kernel facts", DriftName = "drift of ";

    /// <summary>What weight decay adds; null where nothing decays.</summary>
    public Drift? Drift { get; init; }

    /// <summary>Adds them to the matrices of an entry.</summary>
    public void AddTo(Dictionary<string, DenseMatrix> matrices)
    {
        matrices.Add(ResponseName, Response);
        matrices.Add(MotionName, Motion);
        matrices.Add(FactsName, new DenseMatrix(1, 2, [HasTestKernel ? 1 : 0, Epsilon]));
        if (Drift is not { } d) return;
        foreach (var (name, vector) in d.Named) matrices.Add(DriftName + name, new DenseMatrix(vector.Length, 1, vector));
    }

    /// <summary>From the matrices of an entry; null where it is one of a flow.</summary>
    public static StepParts? From(Dictionary<string, DenseMatrix> matrices)
    {
        if (!matrices.TryGetValue(ResponseName, out var response) || !matrices.TryGetValue(MotionName, out var motion)
            || !matrices.TryGetValue(FactsName, out var facts)) return null;
        double[]? Vector(string name) => matrices.GetValueOrDefault(DriftName + name)?.Values;
        return new StepParts(response, motion, facts.Values[0] != 0, facts.Values[1])
        {
            Drift = Vector(nameof(Drift.Gradient)) is { } r && Vector(nameof(Drift.Train)) is { } u && Vector(nameof(Drift.Test)) is { } v
                ? new Drift(r, u, v) : null,
        };
    }
}

/// <summary>What weight decay adds over an interval or a window: g(T) = P g(s) + r, ΔU_S = −G_S g(s) + u, ΔU_Q = −G_Q g(s) + v. It does not depend on
/// g.</summary>
/// <param name="Gradient">r, N numbers.</param>
/// <param name="Train">u, N numbers.</param>
/// <param name="Test">v, M numbers.</param>
internal sealed record Drift(double[] Gradient, double[] Train, double[] Test)
{
    /// <summary>The vectors with their names.</summary>
    public IEnumerable<(string Name, double[] Vector)> Named => [(nameof(Gradient), Gradient), (nameof(Train), Train), (nameof(Test), Test)];

    /// <summary>Of a window and then an interval: r ← P_k r + r_k, u ← u − G_S,k r + u_k, v ← v − G_Q,k r + v_k.</summary>
    /// <param name="before">Of the window; null for none.</param>
    /// <param name="next">The interval.</param>
    public static Drift? Composed(Drift? before, IntervalOperators next)
    {
        var added = next.Recorded?.Drift;
        if (before is not { Gradient: var r }) return added;
        Drift moved = new(VectorMath.Multiply(1, next.P, r), VectorMath.Subtract(before.Train, VectorMath.Multiply(1, next.G_S, r)),
            before.Test.Length == 0 ? before.Test : VectorMath.Subtract(before.Test, VectorMath.Multiply(1, next.G_Q, r)));
        return added is null ? moved : new Drift(VectorMath.Add(moved.Gradient, added.Gradient), VectorMath.Add(moved.Train, added.Train),
            VectorMath.Add(moved.Test, added.Test));
    }
}
