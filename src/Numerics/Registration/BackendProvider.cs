using KernelFlow.Numerics;
using System.Numerics;
using MathNet.Numerics;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics.Registration;

/// <summary>A backend behind MathNet's provider contract: float64 products and factorizations here, everything else by MathNet's managed code.</summary>
/// <remarks>Arrays are column-major, as in MathNet. The unfactored solves (LUSolve and the like), which MathNet's matrices never call, stay managed.</remarks>
internal sealed class BackendProvider(Backend backend) : ILinearAlgebraProvider,
    IManagedProvider<double>, IManagedProvider<float>, IManagedProvider<Complex>, IManagedProvider<Complex32>
{
    /// <summary>What computes.</summary>
    public Backend Backend => backend;

    public bool IsAvailable() => true;

    public void InitializeVerify() { }

    public void FreeResources() { }

    public override string ToString() => $"KernelFlow: {backend.Name}, core {backend.Core}";

    public void MatrixMultiply(double[] x, int rowsX, int columnsX, double[] y, int rowsY, int columnsY, double[] result) =>
        MatrixMultiplyWithUpdate(Transpose.DontTranspose, Transpose.DontTranspose, 1, x, rowsX, columnsX, y, rowsY, columnsY, 0, result);

    public void MatrixMultiplyWithUpdate(
        Transpose transposeA, Transpose transposeB, double alpha, double[] a, int rowsA, int columnsA, double[] b, int rowsB,
        int columnsB, double beta, double[] c)
    {
        Op opA = Of(transposeA), opB = Of(transposeB);
        // MathNet allows the result to be an operand.
        MatrixView left = new(ReferenceEquals(a, c) ? (double[])a.Clone() : a, rowsA, columnsA),
            right = new(ReferenceEquals(b, c) ? (double[])b.Clone() : b, rowsB, columnsB);
        backend.Gemm(opA, opB, alpha, left, right, beta, new MatrixView(c, opA == Op.None ? rowsA : columnsA, opB == Op.None ? columnsB : rowsB));
    }

    public void CholeskyFactor(double[] a, int order)
    {
        var view = Square(a, order);
        if (backend.Cholesky(view) > 0) throw new ArgumentException("Matrix must be positive definite.");
        for (int j = 1; j < order; j++) view.Column(j)[..j].Clear();
    }

    public void CholeskySolveFactored(double[] a, int orderA, double[] b, int columnsB) =>
        backend.CholeskySolve(Square(a, orderA), new MatrixView(b, orderA, columnsB));

    public void LUFactor(double[] data, int order, int[] ipiv) => backend.Lu(Square(data, order), ipiv);

    public void LUSolveFactored(int columnsOfB, double[] a, int order, int[] ipiv, double[] b) =>
        backend.LuSolve(Op.None, Square(a, order), ipiv, new MatrixView(b, order, columnsOfB));

    public void LUInverseFactored(double[] a, int order, int[] ipiv)
    {
        var inverse = Square(new double[a.Length], order);
        for (int i = 0; i < order; i++) inverse[i, i] = 1;
        backend.LuSolve(Op.None, Square(a, order), ipiv, inverse);
        inverse.CopyTo(Square(a, order));
    }

    public void ThinQRFactor(double[] a, int rowsA, int columnsA, double[] r, double[] tau) =>
        backend.Qr(new MatrixView(a, rowsA, columnsA), Square(r, columnsA));

    public void QRFactor(double[] a, int rowsA, int columnsA, double[] q, double[] tau)
    {
        // [A 0] = Q·[R 0]: the reflections of A's columns make all of Q, those of the zero columns are none.
        MatrixView full = Square(q, rowsA), r = Square(new double[q.Length], rowsA), input = new(a, rowsA, columnsA);
        full.Fill(0);
        input.CopyTo(full.ColumnRange(0, columnsA));
        backend.Qr(full, r);
        r.ColumnRange(0, columnsA).CopyTo(input);
    }

    public void SingularValueDecomposition(bool computeVectors, double[] a, int rowsA, int columnsA, double[] s, double[] u, double[] vt)
    {
        int k = Math.Min(rowsA, columnsA);
        MatrixView left = new(new double[ArraySize.Of(rowsA, k)], rowsA, k), right = new(new double[ArraySize.Of(k, columnsA)], k, columnsA);
        Convergent(() => backend.Svd(new MatrixView(a, rowsA, columnsA), s.AsSpan(0, k), left, right));
        if (!computeVectors) return;
        // MathNet's factors are square.
        Complete(left, Square(u, rowsA));
        MatrixView vectors = new(new double[ArraySize.Of(columnsA, k)], columnsA, k), v = Square(new double[ArraySize.Of(columnsA, columnsA)], columnsA);
        Transposed(right, vectors);
        Complete(vectors, v);
        Transposed(v, Square(vt, columnsA));
    }

    public void EigenDecomp(bool isSymmetric, int order, double[] matrix, double[] matrixEv, Complex[] vectorEv, double[] matrixD)
    {
        if (!isSymmetric)
        {
            ManagedLinearAlgebraProvider.Instance.EigenDecomp(isSymmetric, order, matrix, matrixEv, vectorEv, matrixD);
            return;
        }
        var values = new double[order];
        matrix.AsSpan(0, order * order).CopyTo(matrixEv);
        Convergent(() => backend.SymmetricEigen(Square(matrixEv, order), values, vectors: true));
        Array.Clear(matrixD);
        for (int i = 0; i < order; i++) vectorEv[i] = matrixD[i * order + i] = values[i];
    }

    /// <summary>An orthogonal matrix whose first columns are the given orthonormal ones.</summary>
    private void Complete(in MatrixView columns, in MatrixView square)
    {
        int n = square.Rows, k = columns.Columns;
        square.Fill(0);
        columns.CopyTo(square.ColumnRange(0, k));
        if (k == n) return;
        backend.Qr(square, Square(new double[ArraySize.Of(n, n)], n));
        columns.CopyTo(square.ColumnRange(0, k)); // QR may have turned their signs.
    }

    private static void Transposed(in MatrixView from, in MatrixView to)
    {
        for (int j = 0; j < from.Columns; j++)
            for (int i = 0; i < from.Rows; i++) to[j, i] = from[i, j];
    }

    private static void Convergent(Action decompose)
    {
        try
        {
            decompose();
        }
        catch (NumericalException failure)
        {
            throw new NonConvergenceException(failure.Message, failure); // what callers of MathNet catch
        }
    }

    private static Op Of(Transpose transpose) => transpose == Transpose.DontTranspose ? Op.None : Op.Transpose;

    private static MatrixView Square(double[] a, int order) => new(a, order, order);
}
