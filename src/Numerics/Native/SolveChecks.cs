namespace KernelFlow.Numerics.Native;

/// <summary>Cholesky and LU with their solves, on matrices so well conditioned that factors and solutions are known to rounding.</summary>
internal static class SolveChecks
{
    private const string Singular = "a matrix that has no factor";

    public static bool Run(RoutineChecks checks, int n) => Cholesky(checks, n) && Lu(checks, n);

    private static bool Cholesky(RoutineChecks checks, int n)
    {
        var square = CheckMatrix.New(n, n);
        checks.Managed.Syrk(Op.None, 1.0 / n, CheckMatrix.Filled(n, n, 11), 0, square);
        MatrixView a = CheckMatrix.Shifted(1, square, 1), factor = CheckMatrix.Copy(a), indefinite = CheckMatrix.Copy(a);
        checks.Managed.Cholesky(factor);
        int bad = 2 * n / 3;
        indefinite[bad, bad] = -1;

        // The upper triangle is compared too: it stays as it was.
        return checks.Check("dpotrf", n, "a positive definite matrix", 1, () =>
            {
                var found = CheckMatrix.Copy(a);
                return checks.Native.Cholesky(found) == 0 ? CheckMatrix.Distance(found, factor) : double.PositiveInfinity;
            })
            && checks.Check("dpotrf", n, Singular, 1, () => checks.Native.Cholesky(CheckMatrix.Copy(indefinite)) == bad + 1 ? 0 : double.PositiveInfinity)
            && Solve(checks, "dpotrs", n, "", (backend, x) => backend.CholeskySolve(factor, x))
            && checks.Check("dpotri", n, "the inverse", 1, () =>
            {
                MatrixView found = CheckMatrix.Copy(factor), expected = CheckMatrix.Copy(factor);
                checks.Native.CholeskyInverse(found);
                checks.Managed.CholeskyInverse(expected);
                return CheckMatrix.Distance(found, expected);
            });
    }

    private static bool Lu(RoutineChecks checks, int n)
    {
        // The largest elements of the columns stand on a shifted diagonal: which rows are swapped is beyond rounding.
        MatrixView dominant = CheckMatrix.Shifted(1.0 / n, CheckMatrix.Filled(n, n, 12), 1), a = CheckMatrix.New(n, n);
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < n; i++) a[(i + n / 3 + 1) % n, j] = dominant[i, j];
        }
        MatrixView lu = CheckMatrix.Copy(a), singular = CheckMatrix.Copy(a);
        int[] pivots = new int[n];
        checks.Managed.Lu(lu, pivots);
        int bad = 2 * n / 3;
        singular.Column(bad).Clear();

        return checks.Check("dgetrf", n, "a matrix whose rows must be swapped", 1, () =>
            {
                var found = CheckMatrix.Copy(a);
                int[] swaps = new int[n];
                return checks.Native.Lu(found, swaps) == 0 && swaps.AsSpan().SequenceEqual(pivots) ? CheckMatrix.Distance(found, lu) : double.PositiveInfinity;
            })
            && checks.Check("dgetrf", n, Singular, 1, () => checks.Native.Lu(CheckMatrix.Copy(singular), new int[n]) == bad + 1 ? 0 : double.PositiveInfinity)
            && Solve(checks, "dgetrs", n, "not transposed, ", (backend, x) => backend.LuSolve(Op.None, lu, pivots, x))
            && Solve(checks, "dgetrs", n, "transposed, ", (backend, x) => backend.LuSolve(Op.Transpose, lu, pivots, x));
    }

    private static bool Solve(RoutineChecks checks, string routine, int n, string what, Action<Backend, MatrixView> solve)
    {
        foreach (int columns in (int[])[1, n + 2])
        {
            bool passed = checks.Check(routine, n, FormattableString.Invariant($"{what}{columns} right-hand sides"), 1, () =>
            {
                MatrixView found = CheckMatrix.Filled(n, columns, 13), expected = CheckMatrix.Copy(found);
                solve(checks.Native, found);
                solve(checks.Managed, expected);
                return CheckMatrix.Distance(found, expected);
            });
            if (!passed) return false;
        }
        return true;
    }
}
