using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>Modes that fade early in a long window: found by undoing the flow until then, where an iteration would take hundreds of vectors.</summary>
/// <remarks>
/// A Krylov space tells modes that have faded (‖Pψ‖ = 0 to rounding) from the many that are about to by polynomials in 1 − ‖Pψ‖², and the continuum between
/// them leaves no gap. P⁻¹ does it at once: what fades by e^{−a} grows by e^{a} when time runs backwards, and nothing else does.
/// </remarks>
internal static class FadingModes
{
    // e^{−25} is far below the residual asked for, and leaves room for the rate being an estimate.
    private const double Decay = 25;

    // The steps until then are exponentials, which are the dearer ones where kernels change much: they may fill so much of the window.
    private const double Share = 0.25;

    /// <summary>When the last of the wanted modes has faded, in flow time; null where that is late in the window or never.</summary>
    /// <param name="products">The kernels.</param>
    /// <param name="integral">Its eigenvalue of ∫e^{−(t−s)/τ}K dt.</param>
    /// <param name="lifetime">τ.</param>
    public static double? Until(KernelProducts products, double integral, double lifetime)
    {
        if (products.Beta is not { } beta) return null;
        double window = products.Knots[^1] - products.Knots[0];
        double until = Decay / (beta * integral) * lifetime * (1 - Math.Exp(-window / lifetime));
        return until > 0 && until <= Share * window ? products.Knots[0] + until : null;
    }

    /// <summary>An orthonormal basis of what fades.</summary>
    /// <param name="sweep">The steps, of which those until the modes have faded are exponentials.</param>
    /// <param name="near">Vectors near the modes.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    public static DenseMatrix Basis(FlowSweep sweep, in MatrixView near, CancellationToken cancellation)
    {
        var basis = near.ToMatrix();
        sweep.Undo(basis, cancellation);
        return basis;
    }

    /// <summary>The modes, by Rayleigh and Ritz; null where one has a larger residual than the tolerance.</summary>
    /// <param name="gramian">W_S by the same steps.</param>
    /// <param name="basis">What fades, more directions than are wanted.</param>
    /// <param name="count">How many are wanted.</param>
    /// <param name="tolerance">Relative to the largest eigenvalue.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static FoundPairs? Find(LinearOperator gramian, DenseMatrix basis, int count, double tolerance, Backend backend)
    {
        int c = basis.ColumnCount;
        DenseMatrix image = new(basis.RowCount, c), projected = new(c, c);
        gramian.Apply(basis, image);
        backend.Gemm(Op.Transpose, Op.None, 1, basis, image, 0, projected);
        MatrixNorms.SymmetricPart(projected);
        var ascending = new double[c];
        backend.SymmetricEigen(projected, ascending, vectors: true);
        var turn = new DenseMatrix(c, count);
        for (int j = 0; j < count; j++) ((MatrixView)projected).Column(c - 1 - j).CopyTo(((MatrixView)turn).Column(j));
        DenseMatrix vectors = new(basis.RowCount, count), images = new(basis.RowCount, count);
        backend.Gemm(Op.None, Op.None, 1, basis, turn, 0, vectors);
        backend.Gemm(Op.None, Op.None, 1, image, turn, 0, images);
        var (values, residuals) = LeadingPairs.Residuals(vectors, images);
        if (!residuals.All(r => r <= tolerance * Math.Max(values[0], double.Epsilon))) return null;
        var gram = new DenseMatrix(count, count);
        backend.Gemm(Op.Transpose, Op.None, 1, vectors, vectors, 0, gram);
        for (int j = 0; j < count; j++) gram.At(j, j, gram.At(j, j) - 1);
        var pairs = new EigenPairs(values, vectors, residuals, VectorRoutines.LargestMagnitude(gram.Values), c, true);
        return new FoundPairs(pairs, Complete: false, [.. ascending.Reverse()]);
    }
}
