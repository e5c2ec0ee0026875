using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>What the errors of intervals, each estimated on its own, come to in the operators of a window.</summary>
/// <remarks>
/// With P_{&lt;k} the propagator before interval k, W_{&gt;k} and G_{&gt;k} the operators after it and E_k the error of P_k, an interval adds to first order
/// <code>
/// δP: P_{&gt;k} E_k P_{&lt;k},   δG: (δG_k + G_{&gt;k} E_k) P_{&lt;k},   δW: P_{&lt;k}ᵀ (δW_k + E_kᵀ W_{&gt;k} P_k + P_kᵀ W_{&gt;k} E_k) P_{&lt;k}.
/// </code>
/// What stands left of P_{&lt;k} is known on the vectors of random signs on which the interval estimated its errors: they are carried through the later
/// intervals, so that an error is damped there as the flow damps it, and the terms of one interval, which nearly cancel, keep their signs. P_{&lt;k} enters by
/// its largest singular value, and nothing of different intervals is taken to cancel.
/// </remarks>
/// <param name="backend">The dense linear algebra to use.</param>
internal sealed class ComposedErrors(Backend backend)
{
    // Twice the estimate is reported, as for one integration.
    private const double Safety = 2;
    private const int PowerSteps = 6, Columns = 4, Purpose = 20261129;

    private readonly List<Part> _parts = [];

    /// <summary>Takes another interval in.</summary>
    /// <param name="next">The interval.</param>
    /// <param name="before">The propagator up to it; null for the first.</param>
    public void Add(IntervalOperators next, DenseMatrix? before)
    {
        foreach (var part in _parts) Carry(part, next);
        var errors = next.ErrorOnProbes ?? Stand(next);
        // Errors that were not followed on vectors have no direction that could cancel.
        var (w, g) = next.ErrorOnProbes is { Unresolved: var left } ? (left, left) : (next.Error.W, next.Error.G);
        _parts.Add(new Part(before is null ? 1 : SpectralNorm(before), errors)
        {
            W = w * MatrixNorms.Frobenius(next.W_S), GS = g * MatrixNorms.Frobenius(next.G_S), GQ = g * MatrixNorms.Frobenius(next.G_Q),
        });
    }

    /// <summary>The errors relative to the composed operators.</summary>
    public IntegrationError Of(DenseMatrix p, DenseMatrix w, DenseMatrix gs, DenseMatrix gq)
    {
        double ep = 0, ew = 0, egs = 0, egq = 0;
        foreach (var part in _parts)
        {
            ep += part.Rho * Safety * Spread(part.Errors);
            ew += part.Rho * part.Rho * (part.W + Safety * Pairs(part.Form));
            egs += part.Rho * (part.GS + Safety * Spread(part.Train));
            egq += part.Rho * (part.GQ + Safety * Spread(part.Test));
        }
        return new IntegrationError(Tolerances.Relative(ep, MatrixNorms.Frobenius(p)), Tolerances.Relative(ew, MatrixNorms.Frobenius(w)),
            Math.Max(Tolerances.Relative(egs, MatrixNorms.Frobenius(gs)), Tolerances.Relative(egq, MatrixNorms.Frobenius(gq))));
    }

    private void Carry(Part part, IntervalOperators next)
    {
        int n = part.Errors.RowCount, columns = part.Errors.ColumnCount;
        DenseMatrix product = new(n, columns), form = new(columns, columns);
        backend.Gemm(Op.None, Op.None, 1, next.W_S, part.Image, 0, product);
        backend.Gemm(Op.Transpose, Op.None, 1, part.Errors, product, 0, form);
        for (int i = 0; i < columns; i++)
            for (int j = 0; j < columns; j++) part.Form[i, j] += form[i, j] + form[j, i];
        backend.Gemm(Op.None, Op.None, 1, next.G_S, part.Errors, 1, part.Train);
        if (part.Test.RowCount > 0) backend.Gemm(Op.None, Op.None, 1, next.G_Q, part.Errors, 1, part.Test);
        var image = new DenseMatrix(n, columns);
        backend.Gemm(Op.None, Op.None, 1, next.P, part.Image, 0, image);
        backend.Gemm(Op.None, Op.None, 1, next.P, part.Errors, 0, product);
        (part.Image, part.Errors) = (image, product);
    }

    // Where the error of P was not followed on vectors, P itself stands for its direction, at the size of the error.
    private ProbedErrors Stand(IntervalOperators next)
    {
        var signs = Signs(next.P.ColumnCount);
        DenseMatrix image = new(next.P.RowCount, Columns), error = new(next.P.RowCount, Columns);
        backend.Gemm(Op.None, Op.None, 1, next.P, signs, 0, image);
        VectorRoutines.Scale(next.Error.P / Safety, image.Values, error.Values);
        return new ProbedErrors(image, error, new(Columns, Columns), new(next.G_S.RowCount, Columns), new(next.G_Q.RowCount, Columns), 0);
    }

    // A power iteration on a block: from below, by little after a few steps, and what it is a factor of is an estimate.
    private double SpectralNorm(DenseMatrix a)
    {
        DenseMatrix x = Signs(a.ColumnCount), y = new(a.RowCount, Columns);
        double norm = 0;
        for (int i = 0; i < PowerSteps; i++)
        {
            for (int j = 0; j < Columns; j++)
            {
                var column = ((MatrixView)x).Column(j);
                double size = VectorRoutines.Norm(column);
                if (size > 0) VectorRoutines.Divide(column, size);
            }
            backend.Gemm(Op.None, Op.None, 1, a, x, 0, y);
            for (int j = 0; j < Columns; j++) norm = Math.Max(norm, VectorRoutines.Norm(((MatrixView)y).Column(j)));
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

    // ‖D‖_F from DV.
    private static double Spread(DenseMatrix image) => MatrixNorms.Frobenius(image) / Math.Sqrt(image.ColumnCount);

    // ‖D‖_F of a symmetric D from VᵀDV: root mean square over pairs of different vectors.
    private static double Pairs(DenseMatrix form)
    {
        double sum = 0;
        int n = form.ColumnCount;
        for (int i = 0; i < n; i++)
            for (int j = 0; j < i; j++) sum += Math.Pow(0.5 * (form[i, j] + form[j, i]), 2);
        return Math.Sqrt(sum / (n * (n - 1) / 2));
    }

    private sealed class Part(double rho, ProbedErrors errors)
    {
        public double Rho => rho;

        public DenseMatrix Image { get; set; } = errors.Image;

        public DenseMatrix Errors { get; set; } = errors.P;

        public DenseMatrix Form { get; } = Copy(errors.W_S);

        public DenseMatrix Train { get; } = Copy(errors.G_S);

        public DenseMatrix Test { get; } = Copy(errors.G_Q);

        public double W { get; init; }

        public double GS { get; init; }

        public double GQ { get; init; }

        private static DenseMatrix Copy(DenseMatrix a) => new(a.RowCount, a.ColumnCount, (double[])a.Values.Clone());
    }
}
