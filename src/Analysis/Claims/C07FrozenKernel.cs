using KernelFlow.Numerics;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>C7: for constant K and B = βI the operators are functions of K_SS: in flow P = e^{−βKt}, W = (I − e^{−2βKt})/(2β), G = [K_SS; K_QS] φ(K) with
/// φ(κ) = (1 − e^{−βκt})/(βκ), φ(0) = t.</summary>
/// <remarks>φ(0) = t is the term t·K_QS Π_ker of a joint kernel that is not PSD. In descent with steps η_k: P = Π(I − η_kβK), W = Σ η_k P_kKP_k,
/// G = [K_SS; K_QS] Σ η_k P_k. The number is the relative Frobenius defect of P, W_S, G_S or G_Q that is nearest to its bound. Source: theory, section
/// 3.</remarks>
internal sealed class C07FrozenKernel() : Claim("C7", "frozen kernel", ClaimKind.Code)
{
    private const double SmallestPropagator = 1e-140; // below it the integration has no relative accuracy

    public override string Statement => "With a kernel that does not move, the operators are those of the closed form.";

    public override string Equation => "P = e^{−βKt}, W = (I − e^{−2βKt})/(2β), G_Q = K_QS K_SS⁺ (I − e^{−βKt})/β for constant K and B = βI";

    public override string Needs => "a constant kernel, B = βI and, in descent, gradient descent";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        if (evidence.Checkpoints.Loss.Beta is not { } beta) return NotApplicable("B is not a multiple of the identity, so there is no closed form");
        if (!evidence.Model.FrozenModes(beta).TryGet(out var mode)) return NotApplicable(evidence.Model.FrozenModes(beta).Reason!);
        int N = evidence.Checkpoints.TrainSize;
        double rounding = N * Tolerances.Epsilon, moved = Moved(evidence, rounding);
        if (double.IsInfinity(moved)) return NotApplicable("the kernel is not constant: it is zero at the start and not later");
        if (!(moved <= rounding)) return NotApplicable(FormattableString.Invariant($"the kernel is not constant: it moved by {moved:G3} of its norm"));

        using var start = evidence.Kernels.At(0).Hold();
        var pairs = DenseEigen.Decompose(start.Train, evidence.Backend);
        FrozenMode[] f = [.. pairs.Values.Select(mode)];
        DenseMatrix Function(Func<FrozenMode, double> value) => FunctionOf(pairs, j => value(f[j]), evidence.Backend);
        var g = new DenseMatrix(start.Kernels.RowCount, N);
        evidence.Backend.Gemm(Op.None, Op.None, 1, start.Kernels, Function(m => m.G), 0, g);
        MatrixView view = g;
        var p = evidence.Propagation;
        var cut = evidence.Truncation?.Bound;
        (string, double, double, double?)[] parts =
        [
            Compare("P", p.P, Function(m => m.P), p.Error.P, SmallestPropagator, cut?.FrobeniusP.Frobenius),
            Compare("W_S", p.W_S, Function(m => m.W), p.Error.W, 0, cut?.FrobeniusW.Frobenius),
            Compare("G_S", p.G_S, view.Slice(0, 0, N, N), p.Error.G, 0, cut?.FrobeniusG.Frobenius),
            Compare("G_Q", p.G_Q, view.Slice(N, 0, g.RowCount - N, N), p.Error.G, 0, cut?.FrobeniusOfTest),
        ];
        // κ is known to ε·κ_1, so a decay e^{−βκt} to ε·βκ_1t.
        double z = beta * Math.Max(pairs.Values[0], 0) * (evidence.Outputs.Times[^1] - evidence.Outputs.Times[0]);
        return JudgeNearest(parts, (rounding + evidence.ArithmeticRounding) * (1 + z),
            FormattableString.Invariant($"{evidence.Model.Name} with a constant kernel, βκ_1(T − s) = {z:G3}"));
    }

    // The largest relative Frobenius distance of [K_SS; K_QS] from its start; the search ends where it is no longer constant.
    private static double Moved(ClaimEvidence evidence, double rounding)
    {
        double moved = evidence.KernelEvolution.Points.Max(p => p.FrobeniusDrift);
        using var start = evidence.Kernels.At(0).Hold();
        double size = MatrixNorms.Frobenius(start.Kernels);
        for (int k = 1; moved <= rounding && k < evidence.Checkpoints.Count; k++)
        {
            using var held = evidence.Kernels.At(k).Hold();
            double distance = MatrixNorms.Distance(held.Kernels, start.Kernels);
            moved = Math.Max(moved, distance == 0 ? 0 : size > 0 ? distance / size : double.PositiveInfinity);
        }
        return moved;
    }

    // Ψ diag(value) Ψᵀ
    private static DenseMatrix FunctionOf(EigenPairs pairs, Func<int, double> value, Backend backend)
    {
        int N = pairs.Values.Count;
        var scaled = ((MatrixView)pairs.Vectors).ToMatrix();
        for (int j = 0; j < N; j++) VectorRoutines.Scale(value(j), ((MatrixView)scaled).Column(j), ((MatrixView)scaled).Column(j));
        var result = new DenseMatrix(N, N);
        backend.Gemm(Op.None, Op.Transpose, 1, scaled, pairs.Vectors, 0, result);
        return result;
    }

    private static (string, double, double, double?) Compare(string name, in MatrixView found, in MatrixView expected, double error, double smallest,
        double? truncated)
    {
        double scale = Math.Max(MatrixNorms.Frobenius(expected), smallest), distance = MatrixNorms.Distance(found, expected);
        return scale > 0 ? (name, distance / scale, error, truncated / scale) : (name, distance, 0, truncated);
    }
}
