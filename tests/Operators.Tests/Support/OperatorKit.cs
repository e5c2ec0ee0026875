using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Tests;

/// <summary>What every linear operator must do: be its dense columns, linear, repeatable, blockwise what it is vector by vector, transposed exactly, and
/// leave its input alone.</summary>
internal static class OperatorKit
{
    /// <summary>A as a matrix, from the columns of the identity.</summary>
    public static DenseMatrix Dense(LinearOperator a)
    {
        var result = new DenseMatrix(a.Rows, a.Columns);
        a.Apply(DenseMatrix.CreateIdentity(a.Columns), result);
        return result;
    }

    /// <summary>Aᵀ·Y.</summary>
    public static DenseMatrix Transposed(LinearOperator a, DenseMatrix y)
    {
        var result = new DenseMatrix(a.Columns, y.ColumnCount);
        a.ApplyTranspose(y, result);
        return result;
    }

    /// <summary>A·X.</summary>
    public static DenseMatrix Apply(LinearOperator a, DenseMatrix x)
    {
        var result = new DenseMatrix(a.Rows, x.ColumnCount);
        a.Apply(x, result);
        return result;
    }

    /// <summary>Checks all of it; bounds are relative to ‖A‖_F times the norms of the vectors.</summary>
    /// <remarks>Either side is a sum of products that rounding changes by less than √N·ε of these norms: a few ε for the sizes of tests.</remarks>
    /// <param name="a">The operator.</param>
    /// <param name="seed">Seed of the vectors.</param>
    /// <param name="bound">Rounding that is allowed; more than a few ε only where the operator is a long chain of products.</param>
    public static void Conforms(LinearOperator a, int seed, double bound = 32 * Check.Eps)
    {
        var random = new Random(seed);
        DenseMatrix x = RandomMatrices.Uniform(random, a.Columns, 3), y = RandomMatrices.Uniform(random, a.Rows, 3);
        DenseMatrix xBefore = DenseMatrix.OfMatrix(x), yBefore = DenseMatrix.OfMatrix(y);
        DenseMatrix ax = Apply(a, x), aty = Transposed(a, y), dense = Dense(a);
        Assert.Equal(xBefore, x);
        Assert.Equal(yBefore, y);
        Assert.Equal(ax, Apply(a, x));
        Assert.Equal(aty, Transposed(a, y));
        double scale = dense.FrobeniusNorm();
        Check.Positive(scale, "‖A‖, without which nothing is tested");
        Check.Small((ax - dense * x).FrobeniusNorm(), bound * scale * x.FrobeniusNorm(), "A·X against the dense columns");
        Check.Small((aty - dense.Transpose() * y).FrobeniusNorm(), bound * scale * y.FrobeniusNorm(), "Aᵀ·Y against the dense columns");
        // ⟨Ax, y⟩ = ⟨x, Aᵀy⟩ for all pairs of columns.
        Check.Small((y.TransposeThisAndMultiply(ax) - aty.TransposeThisAndMultiply(x)).FrobeniusNorm(), bound * scale * x.FrobeniusNorm() * y.FrobeniusNorm(),
            "⟨Ax,y⟩ − ⟨x,Aᵀy⟩");
        var combined = DenseMatrix.OfMatrix(2.5 * x.SubMatrix(0, a.Columns, 0, 1) - 3 * x.SubMatrix(0, a.Columns, 1, 1));
        var expected = 2.5 * ax.SubMatrix(0, a.Rows, 0, 1) - 3 * ax.SubMatrix(0, a.Rows, 1, 1);
        Check.Small((Apply(a, combined) - expected).FrobeniusNorm(), bound * scale * combined.FrobeniusNorm(), "linearity");
        // Buffers with a leading dimension of their own, filled with what must be overwritten.
        var wide = DenseMatrix.Create(a.Rows + 2, 5, double.NaN);
        MatrixView window = ((MatrixView)wide).Slice(1, 1, a.Rows, 3);
        a.Apply(x, window);
        Check.Small((window.ToMatrix() - ax).FrobeniusNorm(), bound * scale * x.FrobeniusNorm(), "A·X into a window");
        var tall = DenseMatrix.Create(a.Columns + 2, 5, double.NaN);
        window = ((MatrixView)tall).Slice(1, 1, a.Columns, 3);
        a.ApplyTranspose(y, window);
        Check.Small((window.ToMatrix() - aty).FrobeniusNorm(), bound * scale * y.FrobeniusNorm(), "Aᵀ·Y into a window");
        Assert.Throws<ArgumentException>(() => a.Apply(new DenseMatrix(a.Columns + 1, 1), new DenseMatrix(a.Rows, 1)));
    }
}
