namespace KernelFlow.Numerics.Native;

/// <summary>Eigenvalues, QR and singular values by their definitions: residuals and orthogonality, measured with managed products.</summary>
internal static class SpectralChecks
{
    public static bool Run(RoutineChecks checks, int n) => Eigen(checks, n) && Qr(checks, n + 2, n) && Qr(checks, n, n)
        && Svd(checks, n, n, n) && Svd(checks, n, 2 * n + 3, n) && Svd(checks, n, n, n + 4);

    private static bool Eigen(RoutineChecks checks, int n)
    {
        MatrixView a = CheckMatrix.Symmetric(CheckMatrix.Filled(n, n, 21)), vectors = CheckMatrix.Copy(a);
        double[] values = new double[n], alone = new double[n];
        double size = Math.Sqrt(n);
        return checks.Check("dsyevd", n, "with vectors", size, () =>
            {
                checks.Native.SymmetricEigen(vectors, values, vectors: true);
                if (!Ordered(values, descending: false)) return double.PositiveInfinity;
                MatrixView image = Product(checks, Op.None, a, vectors), scaled = Scaled(vectors, values);
                return Largest(CheckMatrix.Distance(image, scaled), Unorthogonal(checks, vectors), CheckMatrix.Distance(vectors, vectors));
            })
            && checks.Check("dsyevd", n, "values alone", size, () =>
            {
                checks.Native.SymmetricEigen(CheckMatrix.Copy(a), alone, vectors: false);
                return CheckMatrix.Distance(Row(alone), Row(values));
            });
    }

    private static bool Qr(RoutineChecks checks, int rows, int n) =>
        checks.Check("dgeqrf and dorgqr", n, FormattableString.Invariant($"{rows}×{n}"), Math.Sqrt(n), () =>
        {
            MatrixView a = CheckMatrix.Filled(rows, n, 22), q = CheckMatrix.Copy(a), r = CheckMatrix.New(n, n);
            checks.Native.Qr(q, r);
            return Largest(CheckMatrix.Distance(Product(checks, Op.None, q, r), a), Unorthogonal(checks, q), CheckMatrix.Distance(q, q));
        });

    private static bool Svd(RoutineChecks checks, int n, int rows, int columns) =>
        checks.Check("dgesdd", n, FormattableString.Invariant($"{rows}×{columns}"), Math.Sqrt(Math.Max(rows, columns)), () =>
        {
            int k = Math.Min(rows, columns);
            MatrixView a = CheckMatrix.Filled(rows, columns, 23), u = CheckMatrix.New(rows, k), vt = CheckMatrix.New(k, columns);
            var sigma = new double[k];
            checks.Native.Svd(CheckMatrix.Copy(a), sigma, u, vt);
            if (!Ordered(sigma, descending: true) || sigma[^1] < 0) return double.PositiveInfinity;
            double residual = CheckMatrix.Distance(Product(checks, Op.None, Scaled(u, sigma), vt), a);
            return Largest(residual, Unorthogonal(checks, u), Unorthogonal(checks, Transposed(vt)), CheckMatrix.Distance(u, u), CheckMatrix.Distance(vt, vt));
        });

    private static MatrixView Product(RoutineChecks checks, Op opA, in MatrixView a, in MatrixView b)
    {
        var c = CheckMatrix.New(opA == Op.None ? a.Rows : a.Columns, b.Columns);
        checks.Managed.Gemm(opA, Op.None, 1, a, b, 0, c);
        return c;
    }

    /// <summary>The largest element of QᵀQ − I.</summary>
    private static double Unorthogonal(RoutineChecks checks, in MatrixView q)
    {
        var identity = CheckMatrix.New(q.Columns, q.Columns);
        identity.Fill(0);
        for (int i = 0; i < q.Columns; i++) identity[i, i] = 1;
        return CheckMatrix.Distance(Product(checks, Op.Transpose, q, q), identity);
    }

    private static MatrixView Scaled(in MatrixView a, double[] factors)
    {
        var result = CheckMatrix.Copy(a);
        for (int j = 0; j < a.Columns; j++)
        {
            foreach (ref double x in result.Column(j)) x *= factors[j];
        }
        return result;
    }

    private static MatrixView Transposed(in MatrixView a)
    {
        var result = CheckMatrix.New(a.Columns, a.Rows);
        for (int j = 0; j < a.Columns; j++)
        {
            for (int i = 0; i < a.Rows; i++) result[j, i] = a[i, j];
        }
        return result;
    }

    private static MatrixView Row(double[] values) => new(values, 1, values.Length);

    private static bool Ordered(double[] values, bool descending)
    {
        for (int i = 1; i < values.Length; i++)
        {
            if (!(descending ? values[i - 1] >= values[i] : values[i - 1] <= values[i])) return false;
        }
        return true;
    }

    // Math.Max keeps NaN.
    private static double Largest(params ReadOnlySpan<double> defects)
    {
        double largest = 0;
        foreach (double defect in defects) largest = Math.Max(largest, defect);
        return largest;
    }
}
