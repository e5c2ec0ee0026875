using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>J̄ J_S(θ₀)ᵀ on an interpolant: Σ_ab ℓ̄_a ℓ_b(θ₀) J_a J_S,bᵀ, ℓ̄_a the mean of ℓ_a over the step.</summary>
internal abstract class ChordKernels
{
    /// <summary>y ← J̄ J_S(θ₀)ᵀ x.</summary>
    public abstract void Apply(int interval, double from, double to, ReadOnlySpan<double> x, Span<double> y);

    /// <summary>Writes A ← J̄ J_S(θ₀)ᵀ.</summary>
    public abstract void Fill(int interval, double from, double to, in MatrixView a);

    /// <summary>From cross-checkpoint kernels.</summary>
    public static ChordKernels FromTerms(IReadOnlyList<JacobianInterpolant> intervals, IReadOnlyDictionary<(int A, int B), KernelTerm> terms) =>
        new Crossed(intervals, terms);

    /// <summary>From kernels alone: J̄J_Sᵀ = K + ½ΔJ·J_Sᵀ, and of ΔK = ΔJ·Jᵀ + J·ΔJᵀ only the symmetric half of the first summand, ¼ΔK, is known.</summary>
    public static ChordKernels FromKernels(IReadOnlyList<IReadOnlyList<WeightedTerm>> intervals) => new Symmetric(intervals);

    protected static void AddProduct(in Summand summand, ReadOnlySpan<double> x, Span<double> y)
    {
        double factor = summand.Factor;
        if (factor == 0) return;
        using var held = summand.Hold();
        MatrixView view = held.Matrix;
        for (int j = 0; j < view.Columns; j++) VectorRoutines.Axpy(factor * x[j], view.Column(j), y);
    }

    protected static void AddScaled(in Summand summand, in MatrixView target)
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

    private sealed class Crossed(IReadOnlyList<JacobianInterpolant> intervals, IReadOnlyDictionary<(int A, int B), KernelTerm> terms) : ChordKernels
    {
        public override void Apply(int interval, double from, double to, ReadOnlySpan<double> x, Span<double> y)
        {
            y.Clear();
            foreach (var summand in Summands(interval, from, to)) AddProduct(summand, x, y);
        }

        public override void Fill(int interval, double from, double to, in MatrixView a)
        {
            a.Fill(0);
            foreach (var summand in Summands(interval, from, to)) AddScaled(summand, a);
        }

        private List<Summand> Summands(int interval, double from, double to)
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
            return summands;
        }
    }

    private sealed class Symmetric(IReadOnlyList<IReadOnlyList<WeightedTerm>> intervals) : ChordKernels
    {
        public override void Apply(int interval, double from, double to, ReadOnlySpan<double> x, Span<double> y)
        {
            y.Clear();
            double theta = from + 0.25 * (to - from);
            foreach (var t in intervals[interval]) AddProduct(new Summand(t.Term, false, t.At(theta)), x, y);
        }

        public override void Fill(int interval, double from, double to, in MatrixView a)
        {
            a.Fill(0);
            double theta = from + 0.25 * (to - from);
            foreach (var t in intervals[interval]) AddScaled(new Summand(t.Term, false, t.At(theta)), a);
        }
    }
}
