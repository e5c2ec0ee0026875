using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>One kernel of an interpolant in the coordinates of a basis U of R vectors, and what it has outside of every leading part of it.</summary>
internal sealed class TermMeasures
{
    private readonly DenseMatrix _projected; // [UᵀKU; K_QSU], (R+M)×R
    private readonly double[] _outside; // ‖(I − UUᵀ)K u_j‖²
    private readonly double[] _test; // ‖K_QS u_j‖²
    private readonly double _restOutside, _testOutside; // ‖(I − UUᵀ)K(I − UUᵀ)‖_F, ‖K_QS(I − UUᵀ)‖_F

    /// <summary>Projects a kernel: 2N²R + 4NR² + 4MNR flops, and 4N²R more for the rest.</summary>
    /// <param name="term">The kernel.</param>
    /// <param name="weight">∫|c(θ)| over the window, bounded from above.</param>
    /// <param name="basis">U, N×R.</param>
    /// <param name="withRest">Whether the rest is wanted.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public TermMeasures(KernelTerm term, double weight, in MatrixView basis, bool withRest, Backend backend)
    {
        (Term, Weight) = (term, weight);
        int N = basis.Rows, R = basis.Columns, M = term.TestSize;
        using var held = term.Hold();
        _projected = new DenseMatrix(R + M, R);
        MatrixView projected = _projected, train = projected.Slice(0, 0, R, R), test = projected.Slice(R, 0, M, R), image = new DenseMatrix(N, R);
        backend.Gemm(Op.None, Op.None, 1, held.Train, basis, 0, image);
        backend.Gemm(Op.Transpose, Op.None, 1, basis, image, 0, train);
        var rest = withRest ? held.Train.ToMatrix() : null;
        if (rest is not null)
        {
            backend.Gemm(Op.None, Op.Transpose, -1, image, basis, 1, rest);
            backend.Gemm(Op.None, Op.None, -1, basis, train, 1, image);
            backend.Gemm(Op.None, Op.Transpose, -1, basis, image, 1, rest);
            _restOutside = MatrixNorms.Frobenius(rest);
        }
        else
        {
            backend.Gemm(Op.None, Op.None, -1, basis, train, 1, image);
        }
        MatrixNorms.SymmetricPart(train);
        _outside = Squares(image);
        if (M > 0)
        {
            backend.Gemm(Op.None, Op.None, 1, held.TestTrain, basis, 0, test);
            MatrixView left = held.TestTrain.ToMatrix();
            backend.Gemm(Op.None, Op.Transpose, -1, test, basis, 1, left);
            _testOutside = MatrixNorms.Frobenius(left);
            TestNorm = MatrixNorms.Frobenius(held.TestTrain);
        }
        _test = Squares(test);
        Norm = MatrixNorms.Frobenius(held.Train);
    }

    /// <summary>The kernel.</summary>
    public KernelTerm Term { get; }

    /// <summary>∫|c(θ)| over the window, bounded from above.</summary>
    public double Weight { get; }

    /// <summary>‖K_SS‖_F.</summary>
    public double Norm { get; }

    /// <summary>‖K_QS‖_F.</summary>
    public double TestNorm { get; }

    /// <summary>[VᵀK_SSV; K_QSV] with V the first vectors of the basis.</summary>
    public DenseMatrix Reduced(int rank)
    {
        int R = _projected.ColumnCount, M = _projected.RowCount - R;
        MatrixView source = _projected, target = new DenseMatrix(rank + M, rank);
        source.Slice(0, 0, rank, rank).CopyTo(target.Slice(0, 0, rank, rank));
        if (M > 0) source.Slice(R, 0, M, rank).CopyTo(target.Slice(rank, 0, M, rank));
        return target.ToMatrix();
    }

    /// <summary>K_QS u_j, M×R.</summary>
    public MatrixView Test => ((MatrixView)_projected).Slice(_projected.ColumnCount, 0, _projected.RowCount - _projected.ColumnCount,
        _projected.ColumnCount);

    /// <summary>‖(I − VVᵀ)K_SS V‖_F.</summary>
    public double Coupling(int rank)
    {
        double sum = 0;
        for (int j = 0; j < rank; j++)
        {
            sum += _outside[j];
            for (int i = rank; i < _projected.ColumnCount; i++) sum += _projected.At(i, j) * _projected.At(i, j);
        }
        return Math.Sqrt(sum);
    }

    /// <summary>‖(I − VVᵀ)K_SS(I − VVᵀ)‖_F.</summary>
    public double Rest(int rank)
    {
        double sum = _restOutside * _restOutside;
        for (int j = rank; j < _projected.ColumnCount; j++)
        {
            sum += 2 * _outside[j];
            for (int i = rank; i < _projected.ColumnCount; i++) sum += _projected.At(i, j) * _projected.At(i, j);
        }
        return Math.Sqrt(sum);
    }

    /// <summary>‖K_QS V‖_F.</summary>
    public double TestKernel(int rank) => Math.Sqrt(_test.Take(rank).Sum());

    /// <summary>‖K_QS(I − VVᵀ)‖_F.</summary>
    public double TestCoupling(int rank) => Math.Sqrt(_test.Skip(rank).Sum() + _testOutside * _testOutside);

    private static double[] Squares(in MatrixView a)
    {
        var squares = new double[a.Columns];
        for (int j = 0; j < squares.Length; j++)
        {
            var column = a.Column(j);
            squares[j] = VectorRoutines.Dot(column, column);
        }
        return squares;
    }
}
