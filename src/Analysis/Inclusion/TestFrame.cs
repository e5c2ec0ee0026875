using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>(C + Γ)^{-1/2} as a map of test displacements, each test output in the unit of its own √C_ii.</summary>
/// <remarks>σ does not depend on the units of the outputs, and with C̃_ii = 1 neither does what rounding can do to it: a row a million times larger than the
/// others would otherwise set a floor that hides them.</remarks>
internal sealed class TestFrame
{
    private readonly double[] _scale, _inverse;
    private readonly DenseMatrix _vectors;

    private TestFrame(double[] scale, DenseMatrix vectors, double[] inverse) => (_scale, _vectors, _inverse) = (scale, vectors, inverse);

    /// <summary>The frame of C.</summary>
    /// <param name="c">C, M×M symmetric.</param>
    /// <param name="g">G_Q or its images; its rows give the unit of an output whose C_ii is zero.</param>
    /// <param name="floor">Γ of a unit diagonal as a function of λ_max(C̃).</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static TestFrame Of(DenseMatrix c, in MatrixView g, Func<double, double> floor, Backend backend)
    {
        int M = c.RowCount;
        var scale = new double[M];
        var rows = RowNorms(g);
        for (int i = 0; i < M; i++)
        {
            double diagonal = Math.Abs(c.At(i, i));
            // An output that K_QQ says cannot move is measured by what it does: any movement is then far above the floor.
            scale[i] = diagonal > 0 ? 1 / Math.Sqrt(diagonal) : rows[i] > 0 ? 1 / rows[i] : 0;
        }
        var vectors = new DenseMatrix(M, M);
        for (int j = 0; j < M; j++)
            for (int i = 0; i < M; i++) vectors.At(i, j, c.At(i, j) * scale[i] * scale[j]);
        MatrixNorms.SymmetricPart(vectors);
        var values = new double[M];
        backend.SymmetricEigen(vectors, values, vectors: true);
        double added = floor(M > 0 ? Math.Max(values[^1], 0) : 0);
        // C that is not positive semidefinite beyond rounding belongs to no joint kernel.
        double[] inverse = [.. values.Select(v => v + added > 0 ? 1 / Math.Sqrt(v + added) : double.PositiveInfinity)];
        return new TestFrame(scale, vectors, inverse);
    }

    /// <summary>(C + Γ)^{-1/2} X for an M×k matrix, up to a rotation that no norm sees.</summary>
    public DenseMatrix Apply(in MatrixView x, Backend backend)
    {
        var scaled = x.ToMatrix();
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Multiply(_scale, x.Column(j), ((MatrixView)scaled).Column(j));
        var result = new DenseMatrix(x.Rows, x.Columns);
        backend.Gemm(Op.Transpose, Op.None, 1, _vectors, scaled, 0, result);
        for (int j = 0; j < x.Columns; j++)
        {
            var column = ((MatrixView)result).Column(j);
            for (int i = 0; i < column.Length; i++) column[i] = column[i] == 0 ? 0 : column[i] * _inverse[i];
        }
        return result;
    }

    /// <summary>‖X_i·‖, the norm of each row.</summary>
    public static double[] RowNorms(in MatrixView x)
    {
        double[] largest = new double[x.Rows], sum = new double[x.Rows];
        for (int j = 0; j < x.Columns; j++)
        {
            var column = x.Column(j);
            for (int i = 0; i < column.Length; i++) largest[i] = Math.Max(largest[i], Math.Abs(column[i]));
        }
        for (int j = 0; j < x.Columns; j++)
        {
            var column = x.Column(j);
            for (int i = 0; i < column.Length; i++)
                if (largest[i] > 0) sum[i] += column[i] / largest[i] * (column[i] / largest[i]);
        }
        for (int i = 0; i < sum.Length; i++) sum[i] = largest[i] * Math.Sqrt(sum[i]);
        return sum;
    }
}
