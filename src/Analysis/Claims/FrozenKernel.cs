using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>C7: for constant K and B = βI, P = e^{−βKt}, W = (I − e^{−2βKt})/(2β), G = [K_SS; K_QS] φ(K) with φ(κ) = (1 − e^{−βκt})/(βκ), φ(0) = t; tests the code.</summary>
/// <remarks>φ(0) = t is the term t·K_QS Π_ker of a joint kernel that is not PSD. In descent with steps η_k: P = Π(I − η_kβK), W = Σ η_k P_kKP_k, G = [K_SS; K_QS] Σ η_k P_k.
/// The number is the relative Frobenius defect of P, W_S, G_S or G_Q that is nearest to its bound. Source: theory, section 3.</remarks>
internal static class FrozenKernel
{
    private const double SmallestPropagator = 1e-140; // below it the integration has no relative accuracy
    private const string Id = "C7", Name = "frozen kernel";

    public static ClaimResult Check(ClaimContext c, TrajectoryBuilder builder, KernelEvolution evolution)
    {
        if (c.Checkpoints.Loss.Beta is not { } beta) return DataClaim.NotApplicable(Id, Name, "B is not a multiple of the identity, so there is no closed form");
        if (c.Model.Descent is { Optimizer: not "gradient-descent" and var optimizer }) return DataClaim.NotApplicable(Id, Name, $"the closed form is that of gradient descent, and the optimizer is {optimizer}");
        int N = c.Checkpoints.TrainSize;
        double rounding = N * Tolerances.Epsilon, moved = evolution.Points.Max(p => p.FrobeniusDrift);
        var kernels = builder.At(0).Kernels;
        double size = MatrixNorms.Frobenius(kernels);
        for (int k = 1; moved <= rounding && k < c.Checkpoints.Count; k++) moved = Math.Max(moved, size > 0 ? MatrixNorms.Distance(builder.At(k).Kernels, kernels) / size : 0);
        if (!(moved <= rounding)) return DataClaim.NotApplicable(Id, Name, FormattableString.Invariant($"the kernel is not constant: it moved by {moved:G3} of its norm"));

        var pairs = DenseEigen.Decompose(builder.At(0).Train, c.Backend);
        double time = c.Outputs.Times[^1] - c.Outputs.Times[0];
        double[] rates = c.Model.Descent is null ? [] : Rates(c.Checkpoints);
        (double P, double W, double G)[] f = [.. pairs.Values.Select(kappa => c.Model.Descent is null ? Flow(beta, kappa, time) : Descent(beta, kappa, rates))];
        DenseMatrix Function(Func<int, double> value)
        {
            var scaled = ((MatrixView)pairs.Vectors).ToMatrix();
            for (int j = 0; j < N; j++) VectorKernels.Scale(value(j), ((MatrixView)scaled).Column(j), ((MatrixView)scaled).Column(j));
            var result = new DenseMatrix(N, N);
            c.Backend.Gemm(Op.None, Op.Transpose, 1, scaled, pairs.Vectors, 0, result);
            return result;
        }
        var g = new DenseMatrix(kernels.RowCount, N);
        c.Backend.Gemm(Op.None, Op.None, 1, kernels, Function(j => f[j].G), 0, g);
        MatrixView view = g;
        var p = c.Propagation;
        (string, double, double)[] parts =
        [
            Compare("P", p.P, Function(j => f[j].P), p.Error.P, SmallestPropagator), Compare("W_S", p.W_S, Function(j => f[j].W), p.Error.W, 0),
            Compare("G_S", p.G_S, view.Slice(0, 0, N, N), p.Error.G, 0), Compare("G_Q", p.G_Q, view.Slice(N, 0, kernels.RowCount - N, N), p.Error.G, 0),
        ];
        // κ is known to ε·κ_1, so a decay e^{−βκt} to ε·βκ_1t.
        double z = beta * Math.Max(pairs.Values[0], 0) * time;
        return CodeClaim.JudgeNearest(Id, Name, parts, (rounding + c.ArithmeticRounding) * (1 + z), FormattableString.Invariant($"{(c.Model.Descent is null ? "flow" : "descent")} with a constant kernel, βκ_1(T − s) = {z:G3}"));
    }

    private static (double, double, double) Flow(double beta, double kappa, double t)
    {
        double x = beta * kappa * t;
        return (Math.Exp(-x), -Expm1(-2 * x) / (2 * beta), Math.Abs(x) < 1e-300 ? t : t * (-Expm1(-x) / x));
    }

    // e^x − 1 without cancellation: double.ExpM1 subtracts.
    private static double Expm1(double x) => Math.Abs(x) > 1e-2 ? Math.Exp(x) - 1 : 2 * Math.Exp(x / 2) * Math.Sinh(x / 2);

    private static (double P, double W, double G) Descent(double beta, double kappa, double[] rates)
    {
        double p = 1, w = 0, g = 0;
        foreach (double eta in rates)
        {
            w += eta * kappa * p * p;
            g += eta * p;
            p *= 1 - eta * beta * kappa;
        }
        return (p, w, g);
    }

    private static double[] Rates(CheckpointSequence c) => [.. Enumerable.Range(1, c.Count - 1).SelectMany(k =>
    {
        int steps = checked((int)(c[k].Step - c[k - 1].Step));
        return Enumerable.Repeat((c[k].Time - c[k - 1].Time) / steps, steps);
    })];

    private static (string, double, double) Compare(string name, in MatrixView found, in MatrixView expected, double error, double smallest)
    {
        double scale = Math.Max(MatrixNorms.Frobenius(expected), smallest), distance = MatrixNorms.Distance(found, expected);
        return scale > 0 ? (name, distance / scale, error) : (name, distance, 0);
    }
}
