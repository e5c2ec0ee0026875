using System.Runtime.InteropServices;

namespace KernelFlow.Numerics.Tests;

public static unsafe partial class FaultyLibrary
{
    private static Op Of(byte letter) => letter == (byte)'T' ? Op.Transpose : Op.None;

    private static MatrixView Operand(Op op, double* a, int rows, int columns, int ld) =>
        op == Op.None ? In(a, rows, columns, ld) : In(a, columns, rows, ld);

    [UnmanagedCallersOnly]
    private static void Dgemm(byte* ta, byte* tb, int* m, int* n, int* k, double* alpha, double* a, int* lda, double* b, int* ldb, double* beta, double* c,
        int* ldc, nint l1, nint l2)
    {
        Op opA = Of(*ta), opB = Of(*tb);
        if (Has("dgemm", Fault.IgnoresTransposes)) opA = opB = Op.None;
        MatrixView left = Operand(opA, a, *m, *k, *lda), right = Operand(opB, b, *k, *n, *ldb), target = In(c, *m, *n, *ldc);
        s_right.Gemm(opA, opB, *alpha, left, right, *beta, target);
        if (Has("dgemm", Fault.TakesNanTimesZero) && *beta == 0) target[0, 0] = 0 * c[0];
        Out("dgemm", target, c, *ldc);
    }

    [UnmanagedCallersOnly]
    private static void Dsyrk(byte* lower, byte* t, int* n, int* k, double* alpha, double* a, int* lda, double* beta, double* c, int* ldc, nint l1, nint l2)
    {
        var op = Of(*t);
        var target = In(c, *n, *n, *ldc);
        s_right.Syrk(op, *alpha, Operand(op, a, *n, *k, *lda), *beta, target);
        Out("dsyrk", target, c, *ldc);
    }

    [UnmanagedCallersOnly]
    private static void Dpotrf(byte* lower, int* n, double* a, int* lda, int* info, nint l1)
    {
        var factor = In(a, *n, *n, *lda);
        *info = s_right.Cholesky(factor);
        if (Has("dpotrf", Fault.NeverSaysThatThereIsNoFactor))
        {
            *info = 0;
            // As a library does that computes with the absolute value of a pivot.
            for (int i = 0; i < *n; i++) factor[i, i] = Math.Abs(factor[i, i]);
        }
        Out("dpotrf", factor, a, *lda);
    }

    [UnmanagedCallersOnly]
    private static void Dpotrs(byte* lower, int* n, int* columns, double* f, int* ldf, double* x, int* ldx, int* info, nint l1)
    {
        var solution = In(x, *n, *columns, *ldx);
        s_right.CholeskySolve(In(f, *n, *n, *ldf), solution);
        *info = 0;
        Out("dpotrs", solution, x, *ldx);
    }

    [UnmanagedCallersOnly]
    private static void Dpotri(byte* lower, int* n, double* f, int* ldf, int* info, nint l1)
    {
        var inverse = In(f, *n, *n, *ldf);
        s_right.CholeskyInverse(inverse);
        *info = 0;
        Out("dpotri", inverse, f, *ldf);
    }

    [UnmanagedCallersOnly]
    private static void Dgetrf(int* m, int* n, double* a, int* lda, int* pivots, int* info)
    {
        var lu = In(a, *n, *n, *lda);
        int[] swaps = new int[*n];
        *info = s_right.Lu(lu, swaps);
        if (Has("dgetrf", Fault.NeverSaysThatThereIsNoFactor)) *info = 0;
        for (int i = 0; i < *n; i++) pivots[i] = swaps[i] + 1;
        // The loader asks for the order 2 before there are checks.
        Out(*n == 2 ? "" : "dgetrf", lu, a, *lda);
    }

    [UnmanagedCallersOnly]
    private static void Dgetrs(byte* t, int* n, int* columns, double* lu, int* ldlu, int* pivots, double* x, int* ldx, int* info, nint l1)
    {
        var solution = In(x, *n, *columns, *ldx);
        int[] swaps = new int[*n];
        for (int i = 0; i < *n; i++) swaps[i] = pivots[i] - 1;
        s_right.LuSolve(Has("dgetrs", Fault.IgnoresTransposes) ? Op.None : Of(*t), In(lu, *n, *n, *ldlu), swaps, solution);
        *info = 0;
        Out("dgetrs", solution, x, *ldx);
    }

    [UnmanagedCallersOnly]
    private static void Dsyevd(byte* job, byte* lower, int* n, double* a, int* lda, double* values, double* work, int* lwork, int* iwork, int* liwork,
        int* info, nint l1, nint l2)
    {
        *info = 0;
        (*work, *iwork) = (1, 1);
        if (*lwork < 0) return;
        var vectors = In(a, *n, *n, *lda);
        s_right.SymmetricEigen(vectors, new Span<double>(values, *n), vectors: true);
        Out("dsyevd", vectors, a, *lda);
    }

    [UnmanagedCallersOnly]
    private static void Dgeqrf(int* m, int* n, double* a, int* lda, double* tau, double* work, int* lwork, int* info)
    {
        *info = 0;
        *work = 1;
        if (*lwork < 0) return;
        MatrixView q = In(a, *m, *n, *lda), r = new(new double[*n * *n], *n, *n), packed = new(new double[*m * *n], *m, *n);
        s_right.Qr(q, r);
        s_q[(nint)a] = q;
        r.CopyTo(packed.Slice(0, 0, *n, *n));
        // The corner that a fault changes lies below R: R itself must be changed to be wrong.
        if (Has("dgeqrf", Fault.LastElementOff) || (Has("dgeqrf", Fault.LargeOrdersOff) && *n > 100)) packed[0, 0] += 1e-7;
        if (Has("dgeqrf", Fault.NotANumber)) packed[0, 0] = double.NaN;
        Out("dgeqrf", packed, a, *lda);
    }

    [UnmanagedCallersOnly]
    private static void Dorgqr(int* m, int* n, int* k, double* a, int* lda, double* tau, double* work, int* lwork, int* info)
    {
        *info = 0;
        *work = 1;
        if (*lwork >= 0) Out("dorgqr", s_q[(nint)a], a, *lda);
    }

    [UnmanagedCallersOnly]
    private static void Dgesdd(byte* job, int* m, int* n, double* a, int* lda, double* sigma, double* u, int* ldu, double* vt, int* ldvt, double* work,
        int* lwork, int* iwork, int* info, nint l1)
    {
        *info = 0;
        *work = 1;
        if (*lwork < 0) return;
        int k = Math.Min(*m, *n);
        MatrixView left = new(new double[*m * k], *m, k), right = new(new double[k * *n], k, *n);
        s_right.Svd(In(a, *m, *n, *lda), new Span<double>(sigma, k), left, right);
        Out("dgesdd", left, u, *ldu);
        Out("", right, vt, *ldvt);
    }
}
