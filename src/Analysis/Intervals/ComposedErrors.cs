using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>What the errors of intervals, each estimated on its own, come to in the operators of a window.</summary>
/// <remarks>
/// With P_{&lt;k} and P_{&gt;k} the propagators before and after interval k, W_{&gt;k} and G_{&gt;k} the operators after it, ρ_k = ‖P_{&lt;k}‖₂ and E_k
/// the error of P_k, to first order
/// <code>
/// ‖δP‖ ≤ Σ ρ_k ‖P_{&gt;k} E_k‖,   ‖δG‖ ≤ Σ ρ_k (‖δG_k‖ + ‖G_{&gt;k} E_k‖),   ‖δW‖ ≤ Σ ρ_k² ‖δW_k‖ + 2 √λ_max(W) Σ ρ_k ‖W_{&gt;k}^½ E_k‖,
/// </code>
/// the last because P_{≤k}ᵀ W_{&gt;k} P_{≤k} = W(s,T) − W(s,t_{k+1}) ⪯ W(s,T). Norms of what is left of E_k are those of E_k·V on its random signs V,
/// carried through the later intervals: an error is damped there as the flow damps it. Nothing of different intervals is taken to cancel.
/// </remarks>
/// <param name="backend">The dense linear algebra to use.</param>
internal sealed class ComposedErrors(Backend backend)
{
    // Twice the estimate is reported, as for one integration.
    private const double Safety = 2;
    private const int PowerSteps = 6;

    private readonly List<Part> _parts = [];

    /// <summary>Takes another interval in.</summary>
    /// <param name="next">The interval.</param>
    /// <param name="before">The propagator up to it; null for the first.</param>
    public void Add(IntervalOperators next, DenseMatrix? before)
    {
        foreach (var part in _parts) Carry(part, next);
        double rho = before is null ? 1 : SpectralNorm(before);
        var probes = next.ErrorOnProbes is { } e ? e : Stand(next);
        _parts.Add(new Part(rho, new DenseMatrix(probes.RowCount, probes.ColumnCount, (double[])probes.Values.Clone()),
            new DenseMatrix(next.G_S.RowCount, probes.ColumnCount), new DenseMatrix(next.G_Q.RowCount, probes.ColumnCount),
            next.Error.W * MatrixNorms.Frobenius(next.W_S), next.Error.G * MatrixNorms.Frobenius(next.G_S), next.Error.G * MatrixNorms.Frobenius(next.G_Q)));
    }

    /// <summary>The errors relative to the composed operators.</summary>
    public IntegrationError Of(DenseMatrix p, DenseMatrix w, DenseMatrix gs, DenseMatrix gq)
    {
        double ep = 0, ew = 0, crossed = 0, egs = 0, egq = 0;
        foreach (var part in _parts)
        {
            double spread = Safety / Math.Sqrt(part.Errors.ColumnCount);
            ep += part.Rho * spread * MatrixNorms.Frobenius(part.Errors);
            ew += part.Rho * part.Rho * part.W;
            crossed += part.Rho * spread * Math.Sqrt(Math.Max(0, part.Energy));
            egs += part.Rho * (part.GS + spread * MatrixNorms.Frobenius(part.Train));
            egq += part.Rho * (part.GQ + spread * MatrixNorms.Frobenius(part.Test));
        }
        if (_parts.Count > 1) ew += 2 * Math.Sqrt(SpectralNorm(w)) * crossed;
        return new IntegrationError(Tolerances.Relative(ep, MatrixNorms.Frobenius(p)), Tolerances.Relative(ew, MatrixNorms.Frobenius(w)),
            Math.Max(Tolerances.Relative(egs, MatrixNorms.Frobenius(gs)), Tolerances.Relative(egq, MatrixNorms.Frobenius(gq))));
    }

    private void Carry(Part part, IntervalOperators next)
    {
        int n = part.Errors.RowCount, columns = part.Errors.ColumnCount;
        var product = new DenseMatrix(n, columns);
        backend.Gemm(Op.None, Op.None, 1, next.W_S, part.Errors, 0, product);
        part.Energy += VectorRoutines.Dot(part.Errors.Values, product.Values);
        backend.Gemm(Op.None, Op.None, 1, next.G_S, part.Errors, 1, part.Train);
        if (part.Test.RowCount > 0) backend.Gemm(Op.None, Op.None, 1, next.G_Q, part.Errors, 1, part.Test);
        backend.Gemm(Op.None, Op.None, 1, next.P, part.Errors, 0, product);
        part.Errors = product;
    }

    // Where E was not carried on vectors, P itself stands for its direction, at the size of the error.
    private DenseMatrix Stand(IntervalOperators next)
    {
        var signs = Signs(next.P.ColumnCount);
        var image = new DenseMatrix(next.P.RowCount, signs.ColumnCount);
        backend.Gemm(Op.None, Op.None, next.Error.P / Safety, next.P, signs, 0, image);
        return image;
    }

    // A power iteration on a block: from below, by little after a few steps, and what it is a factor of is an estimate.
    private double SpectralNorm(DenseMatrix a)
    {
        DenseMatrix x = Signs(a.ColumnCount), y = new(a.RowCount, x.ColumnCount);
        double norm = 0;
        for (int i = 0; i < PowerSteps; i++)
        {
            for (int j = 0; j < x.ColumnCount; j++)
            {
                var column = ((MatrixView)x).Column(j);
                double size = VectorRoutines.Norm(column);
                if (size > 0) VectorRoutines.Divide(column, size);
            }
            backend.Gemm(Op.None, Op.None, 1, a, x, 0, y);
            for (int j = 0; j < x.ColumnCount; j++) norm = Math.Max(norm, VectorRoutines.Norm(((MatrixView)y).Column(j)));
            backend.Gemm(Op.Transpose, Op.None, 1, a, y, 0, x);
        }
        return norm;
    }

    private static DenseMatrix Signs(int rows)
    {
        var signs = new DenseMatrix(rows, Columns);
        var random = Seeds.Generator(Purpose, 0);
        foreach (ref double x in signs.Values.AsSpan()) x = random.Next(2) == 0 ? -1 : 1;
        return signs;
    }

    private const int Columns = 4, Purpose = 20261129;

    private sealed class Part(double rho, DenseMatrix errors, DenseMatrix train, DenseMatrix test, double w, double gs, double gq)
    {
        public double Rho => rho;

        public DenseMatrix Errors { get; set; } = errors;

        public DenseMatrix Train => train;

        public DenseMatrix Test => test;

        public double Energy { get; set; }

        public double W => w;

        public double GS => gs;

        public double GQ => gq;
    }
}
