using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>The structural and empirical checks of ker W_S ⊆ ker G_Q and the verdict (theory, section 5).</summary>
internal static class InclusionCheck
{
    // A reservoir mode whose response cannot be told from zero better than this share of √(c_h λ_1) leaves the verdict open.
    private const double Resolution = 1e-6;

    public static InclusionResult Run(ClaimContext c, SpectrumResult spectrum)
    {
        var (G, pairs, backend) = (c.Propagation.G_Q, c.Pairs, c.Backend);
        int N = G.ColumnCount, M = G.RowCount;
        double epsilon = c.Model.Epsilon;
        double constant = c.Model.ResponseBound;
        var response = new DenseMatrix(M, N);
        backend.Gemm(Op.None, Op.None, 1, G, pairs.Vectors, 0, response);
        double norm = Eigen.SpectralNorm(response, backend), floor = N * epsilon * norm;
        double first = Math.Max(pairs.Values[0], 0);
        // Rounding of W: each λ_j is known to N·ε·λ_1, or √λ_j to N·ε·√λ_1. Without it a mode far below would be held to a bound that rounding has already eaten.
        double noise = N * epsilon * first;
        var measure = spectrum.DissipatedFraction ?? spectrum.RelativeEigenvalues;
        var modes = new ModeVisibility[N];
        for (int j = 0; j < N; j++)
            modes[j] = new ModeVisibility(pairs.Values[j], measure[j], VectorMath.Norm(((MatrixView)response).Column(j)),
                Math.Sqrt(constant) * c.Solution.Root(pairs.Values[j], epsilon), floor, measure[j] < spectrum.Threshold);
        int worst = Enumerable.Range(0, N).MaxBy(j => modes[j].Ratio);
        var (verdict, reason) = Judge(modes, worst, spectrum, constant, Math.Sqrt(constant) * c.Solution.UnresolvedRoot(epsilon), floor, first);
        double? visibility = verdict == Verdict.Violated && modes[worst].Eigenvalue <= noise ? null : Visibility(response, pairs.Values, noise, backend);
        return new InclusionResult
        {
            Verdict = verdict,
            Reason = reason,
            Structural = new StructuralCheck(modes[worst].Ratio, worst, floor),
            IndependentReason = "a second method and grid are not run in this version",
            Empirical = Empirical(c, spectrum, measure),
            Visibility = visibility,
            VisibilityBound = Math.Sqrt(constant),
            BoundFromTestKernel = c.Model.HasTestKernel,
            Modes = modes,
        };
    }

    private static (Verdict, string?) Judge(ModeVisibility[] modes, int worst, SpectrumResult spectrum, double constant, double hidden, double floor, double first)
    {
        if (modes[worst].Ratio > 1)
            return (Verdict.Violated, FormattableString.Invariant(
                $"mode {worst + 1} (λ = {modes[worst].Eigenvalue:G3}) moves the test outputs by {modes[worst].Response:G3}, its bound is {modes[worst].Bound + floor:G3}"));
        double unresolved = floor + hidden, coarse = Resolution * Math.Sqrt(constant * first);
        int open = Array.FindIndex(modes, m => m.InReservoir && unresolved > coarse && unresolved > Math.Sqrt(constant * Math.Max(m.Eigenvalue, 0)));
        if (open >= 0)
            return (Verdict.Undecided, FormattableString.Invariant(
                $"rounding (floor {floor:G3}, √(c·N·ε·λ₁) {hidden:G3}) hides reservoir mode {open + 1}; kernels or Jacobians stored in a wider type would shrink it"));
        if (spectrum.ReservoirDimension == 0)
            return (Verdict.Vacuous, FormattableString.Invariant($"no mode below the threshold {spectrum.Threshold:G6}"));
        return (Verdict.Holds, null);
    }

    private static EmpiricalCheck Empirical(ClaimContext c, SpectrumResult spectrum, IReadOnlyList<double> measure)
    {
        double[] recorded = c.TestDisplacement, g = c.StartGradient;
        double scale = VectorMath.Norm(recorded);
        if (scale == 0) return new EmpiricalCheck(null, null);
        var signal = new double[g.Length];
        for (int j = 0; j < measure.Count; j++)
        {
            if (measure[j] < spectrum.Threshold) continue;
            var mode = ((MatrixView)c.Pairs.Vectors).Column(j);
            double part = VectorKernels.Dot(mode, g);
            VectorKernels.Axpy(part, mode, signal);
        }
        double Error(double[] v) => VectorMath.Distance(VectorMath.Multiply(-1, c.Propagation.G_Q, v), recorded) / scale;
        return new EmpiricalCheck(Error(g), Error(signal));
    }

    // ‖G W^{+1/2}‖₂ over the modes above rounding.
    private static double Visibility(DenseMatrix response, IReadOnlyList<double> values, double noise, Backend backend)
    {
        int rank = values.Count(v => v > noise);
        if (rank == 0 || response.RowCount == 0) return 0;
        var scaled = ((MatrixView)response).ColumnRange(0, rank).ToMatrix();
        for (int j = 0; j < rank; j++)
            foreach (ref double v in ((MatrixView)scaled).Column(j)) v /= Math.Sqrt(values[j]);
        return Eigen.SpectralNorm(scaled, backend);
    }
}
