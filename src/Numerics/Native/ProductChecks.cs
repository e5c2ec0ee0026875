namespace KernelFlow.Numerics.Native;

/// <summary>dgemm, dsyrk and the symmetric product, with the transposes and factors that are in use.</summary>
internal static class ProductChecks
{
    // With β = 0 the target holds NaN, which must not reach the result.
    private static readonly (double Alpha, double Beta)[] s_factors = [(1, 0), (-0.5, 1), (2, -0.75)];

    public static bool Run(RoutineChecks checks, int n) => General(checks, n) && Symmetric(checks, n);

    private static bool General(RoutineChecks checks, int n)
    {
        int turn = 0;
        foreach (var opA in (Op[])[Op.None, Op.Transpose])
        {
            foreach (var opB in (Op[])[Op.None, Op.Transpose])
            {
                // Rows, columns and depth differ, so that none can be taken for another; one column is a product with a vector.
                foreach (var (rows, columns, depth) in ((int, int, int)[])[(n + 1, n, n + 2), (n, 1, n)])
                {
                    var (alpha, beta) = s_factors[turn++ % s_factors.Length];
                    MatrixView a = opA == Op.None ? CheckMatrix.Filled(rows, depth, 1) : CheckMatrix.Filled(depth, rows, 2);
                    MatrixView b = opB == Op.None ? CheckMatrix.Filled(depth, columns, 3) : CheckMatrix.Filled(columns, depth, 4);
                    string what = FormattableString.Invariant($"{rows}×{depth} by {depth}×{columns}, {opA} and {opB}, factors {alpha} and {beta}");
                    if (!Same(checks, "dgemm", n, what, rows, columns, beta, symmetric: false,
                        (backend, c) => backend.Gemm(opA, opB, alpha, a, b, beta, c))) return false;
                }
            }
        }
        return true;
    }

    private static bool Symmetric(RoutineChecks checks, int n)
    {
        MatrixView tall = CheckMatrix.Filled(n + 2, n, 5), wide = CheckMatrix.Filled(n, n + 2, 6), scaled = CheckMatrix.Copy(tall);
        for (int j = 0; j < n; j++)
        {
            for (int i = 0; i < n + 2; i++) scaled[i, j] *= 1.5 - (double)i / n;
        }
        foreach (var (alpha, beta) in s_factors)
        {
            string factors = FormattableString.Invariant($"factors {alpha} and {beta}");
            if (!Same(checks, "dsyrk", n, $"{Op.None}, {factors}", n, n, beta, true, (backend, c) => backend.Syrk(Op.None, alpha, wide, beta, c))
                || !Same(checks, "dsyrk", n, $"{Op.Transpose}, {factors}", n, n, beta, true, (backend, c) => backend.Syrk(Op.Transpose, alpha, tall, beta, c))
                || !Same(checks, "symmetric product (dgemmt or dgemm)", n, factors, n, n, beta, true,
                    (backend, c) => backend.SymmetricProduct(alpha, tall, scaled, beta, c))) return false;
        }
        return true;
    }

    private static bool Same(RoutineChecks checks, string routine, int n, string what, int rows, int columns, double beta, bool symmetric,
        Action<Backend, MatrixView> compute) => checks.Check(routine, n, what, n, () =>
    {
        MatrixView start = beta == 0 ? CheckMatrix.New(rows, columns) : CheckMatrix.Filled(rows, columns, 7);
        if (symmetric && beta != 0) start = CheckMatrix.Symmetric(start);
        MatrixView found = CheckMatrix.Copy(start), expected = CheckMatrix.Copy(start);
        compute(checks.Native, found);
        compute(checks.Managed, expected);
        return CheckMatrix.Distance(found, expected);
    });
}
