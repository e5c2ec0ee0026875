using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>J̄ J_S(θ₀)ᵀ on an interpolant: Σ_ab ℓ̄_a ℓ_b(θ₀) J_a J_S,bᵀ, ℓ̄_a the mean of ℓ_a over the step.</summary>
internal abstract class ChordKernels
{
    /// <summary>y ← J̄ J_S(θ₀)ᵀ x for several columns, each over a step of its own within one interval: what is stored is read once for all of them.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="steps">θ₀ and θ₁ of each column.</param>
    /// <param name="x">N rows.</param>
    /// <param name="y">Receives N + M rows.</param>
    /// <param name="spare">Threads that may compute beside this one.</param>
    public void Apply(int interval, ReadOnlySpan<(double From, double To)> steps, in MatrixView x, in MatrixView y, ThreadBudget spare)
    {
        y.Fill(0);
        var summands = new Summand[steps.Length][];
        for (int c = 0; c < steps.Length; c++) summands[c] = Summands(interval, steps[c].From, steps[c].To);
        var factors = new double[steps.Length];
        for (int t = 0; t < summands[0].Length; t++)
        {
            for (int c = 0; c < factors.Length; c++) factors[c] = summands[c][t].Factor;
            if (factors.All(f => f == 0)) continue;
            using var held = summands[0][t].Hold();
            // As bound by memory as element-wise passes are; every piece of rows goes through all columns.
            int pieces = 2 * (1 + spare.Capacity);
            SharedColumns.Run(spare, pieces, 0.5 * x.Rows * y.Rows, new RowProducts(held.Matrix, factors, x, y, pieces));
        }
    }

    /// <summary>Writes A ← J̄ J_S(θ₀)ᵀ.</summary>
    public void Fill(int interval, double from, double to, in MatrixView a)
    {
        a.Fill(0);
        foreach (var summand in Summands(interval, from, to)) AddScaled(summand, a);
    }

    /// <summary>From cross-checkpoint kernels.</summary>
    public static ChordKernels FromTerms(IReadOnlyList<JacobianInterpolant> intervals, IReadOnlyDictionary<(int A, int B), KernelTerm> terms) =>
        new Crossed(intervals, terms);

    /// <summary>From kernels alone: J̄J_Sᵀ = K + ½ΔJ·J_Sᵀ, and of ΔK = ΔJ·Jᵀ + J·ΔJᵀ only the symmetric half of the first summand, ¼ΔK, is known.</summary>
    public static ChordKernels FromKernels(IReadOnlyList<IReadOnlyList<WeightedTerm>> intervals) => new Symmetric(intervals);

    /// <summary>What the chord is a sum of; the same terms in the same order for every step of an interval.</summary>
    protected abstract Summand[] Summands(int interval, double from, double to);

    private static void AddScaled(in Summand summand, in MatrixView target)
    {
        if (summand.Factor == 0) return;
        using var held = summand.Hold();
        MatrixView view = held.Matrix;
        for (int j = 0; j < view.Columns; j++) VectorRoutines.Axpy(summand.Factor, view.Column(j), target.Column(j));
    }

    /// <summary>The kernels of a term, or their skew part, times a factor.</summary>
    protected readonly record struct Summand(KernelTerm Term, bool IsSkew, double Factor)
    {
        public HeldMatrix Hold() => IsSkew ? Term.HoldSkew() : Term.HoldKernels();
    }

    private readonly struct RowProducts(MatrixView kernels, double[] factors, MatrixView x, MatrixView y, int pieces) : IColumnWork
    {
        // Columns whose piece stays in the first-level cache for all vectors.
        private const int Together = 4;

        public void Run(int first, int last)
        {
            int start = (int)((long)y.Rows * first / pieces), count = (int)((long)y.Rows * last / pieces) - start;
            Span<double> weights = stackalloc double[Together];
            for (int j = 0; j < x.Rows; j += Together)
            {
                int columns = Math.Min(Together, x.Rows - j);
                for (int c = 0; c < factors.Length; c++)
                {
                    var from = x.Column(c);
                    for (int i = 0; i < columns; i++) weights[i] = factors[c] * from[j + i];
                    VectorRoutines.AddProduct(kernels.Slice(start, j, count, columns), weights[..columns], y.Column(c).Slice(start, count));
                }
            }
        }
    }

    private sealed class Crossed(IReadOnlyList<JacobianInterpolant> intervals, IReadOnlyDictionary<(int A, int B), KernelTerm> terms) : ChordKernels
    {
        protected override Summand[] Summands(int interval, double from, double to)
        {
            var interpolant = intervals[interval];
            int count = interpolant.Checkpoints.Count;
            var summands = new List<Summand>();
            Span<double> mean = stackalloc double[count], start = stackalloc double[count];
            for (int a = 0; a < count; a++) (mean[a], start[a]) = (interpolant.Mean(a, from, to), interpolant.At(a, from));
            for (int a = 0; a < count; a++)
            {
                summands.Add(new(terms[(interpolant.Checkpoints[a], interpolant.Checkpoints[a])], false, mean[a] * start[a]));
                for (int b = a + 1; b < count; b++)
                {
                    // J_a J_bᵀ = (sum − skew)/2 with weight ℓ̄_a ℓ_b, J_b J_aᵀ = (sum + skew)/2 with weight ℓ̄_b ℓ_a.
                    var cross = terms[(interpolant.Checkpoints[a], interpolant.Checkpoints[b])];
                    double ab = mean[a] * start[b], ba = mean[b] * start[a];
                    summands.Add(new(cross, false, 0.5 * (ab + ba)));
                    if (cross.HasSkew) summands.Add(new(cross, true, 0.5 * (ba - ab)));
                }
            }
            return [.. summands];
        }
    }

    private sealed class Symmetric(IReadOnlyList<IReadOnlyList<WeightedTerm>> intervals) : ChordKernels
    {
        protected override Summand[] Summands(int interval, double from, double to)
        {
            double theta = from + 0.25 * (to - from);
            return [.. intervals[interval].Select(t => new Summand(t.Term, false, t.At(theta)))];
        }
    }
}
