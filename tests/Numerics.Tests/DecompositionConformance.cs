namespace KernelFlow.Numerics.Tests;

/// <summary>Symmetric eigenproblem, QR and SVD of every backend: closed forms, residuals, orthogonality, refused input.</summary>
public class DecompositionConformance
{
    private static readonly int[] s_orders = [0, 1, 2, 3, 5, 8, 17, 33, 65, 100];

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Eigenvalues_of_the_second_difference_are_the_closed_form(string label)
    {
        var backend = Backends.Get(label);
        foreach (int n in s_orders)
        {
            foreach (bool vectors in (bool[])[false, true])
            {
                var a = Oracle.Padded(n, n);
                a.Fill(0);
                for (int i = 0; i < n; i++)
                {
                    a[i, i] = 2;
                    if (i > 0) a[i, i - 1] = a[i - 1, i] = -1;
                }
                var values = new double[n];
                backend.SymmetricEigen(a, values, vectors);
                for (int i = 0; i < n; i++)
                {
                    double expected = 2 - 2 * Math.Cos((i + 1) * Math.PI / (n + 1));
                    Check.Small(Math.Abs(values[i] - expected), 4 * n * Check.Eps * 4, $"{label} n {n} eigenvalue {i}");
                }
                Oracle.SurroundingsUntouched(a, $"{label} SymmetricEigen {n}");
            }
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Eigenvectors_are_orthonormal_and_exact_to_rounding(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(21);
        foreach (int n in s_orders)
        {
            var indefinite = Oracle.Random(random, n, n);
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < j; i++) indefinite[i, j] = indefinite[j, i];
            }
            // Graded over twelve decades with a repeated end, as Gramians are.
            var graded = Oracle.Identity(n);
            for (int i = 0; i < n / 2; i++) graded[i, i] = Math.Pow(10, -12.0 * i / n);
            var rotation = Oracle.Random(random, n, n);
            if (n > 0) backend.Qr(rotation, Oracle.Padded(n, n));
            var spread = Oracle.Product(Oracle.Product(rotation, graded), Oracle.Transposed(rotation));
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < j; i++) spread[i, j] = spread[j, i];
            }
            foreach (var a in (MatrixView[])[indefinite, spread, Oracle.Identity(n)])
            {
                var v = Oracle.Copy(a);
                var values = new double[n];
                backend.SymmetricEigen(v, values, vectors: true);
                for (int i = 1; i < n; i++) Assert.True(values[i] >= values[i - 1], $"{label} n {n}: eigenvalues {i - 1} and {i} are not ascending");
                var scaled = Oracle.Copy(v);
                for (int j = 0; j < n; j++)
                {
                    for (int i = 0; i < n; i++) scaled[i, j] *= values[j];
                }
                double bound = 4 * n * Check.Eps;
                Check.Small(Oracle.Distance(Oracle.Product(a, v), scaled), bound * Oracle.Frobenius(a), $"{label} AV-VL n {n}");
                Check.Small(Oracle.Distance(Oracle.Product(Oracle.Transposed(v), v), Oracle.Identity(n)), bound, $"{label} VtV-I n {n}");
            }
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Qr_is_orthonormal_times_upper_triangular(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(22);
        foreach (var (m, n) in ((int, int)[])[(0, 0), (5, 0), (1, 1), (7, 1), (2, 2), (9, 5), (33, 33), (100, 17), (257, 65), (400, 130)])
        {
            var full = Oracle.Random(random, m, n);
            var deficient = Oracle.Copy(full);
            if (n > 2) deficient.Column(0).CopyTo(deficient.Column(n - 1));
            foreach (var a in (MatrixView[])[full, deficient])
            {
                MatrixView q = Oracle.Copy(a), r = Oracle.Padded(n, n, 2);
                backend.Qr(q, r);
                for (int j = 0; j < n; j++)
                {
                    for (int i = j + 1; i < n; i++) Assert.True(r[i, j] == 0, $"{label} {m}x{n}: R({i},{j}) = {r[i, j]}");
                }
                double bound = 4 * Math.Max(1, n) * Check.Eps;
                Check.Small(Oracle.Distance(Oracle.Product(q, r), a), bound * Oracle.Frobenius(a), $"{label} QR-A {m}x{n}");
                Check.Small(Oracle.Distance(Oracle.Product(Oracle.Transposed(q), q), Oracle.Identity(n)), bound, $"{label} QtQ-I {m}x{n}");
                Oracle.SurroundingsUntouched(q, $"{label} Qr {m}x{n}");
                Oracle.SurroundingsUntouched(r, $"{label} Qr {m}x{n}");
            }
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Qr_stays_orthonormal_for_extreme_scales_and_dependent_columns(string label)
    {
        // Monomials at 60 points: the columns are dependent to rounding from about the 30th on; scales whose squares overflow and underflow.
        var backend = Backends.Get(label);
        int m = 60, n = 45;
        foreach (double scale in (double[])[1, 1e-200, 1e200])
        {
            var a = Oracle.Padded(m, n);
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < m; i++) a[i, j] = scale * Math.Pow((i + 0.5) / m, j);
            }
            MatrixView q = Oracle.Copy(a), r = Oracle.Padded(n, n);
            backend.Qr(q, r);
            double bound = 4 * n * Check.Eps;
            Check.Small(Oracle.Distance(Oracle.Product(Oracle.Transposed(q), q), Oracle.Identity(n)), bound, $"{label} QtQ-I scale {scale:g1}");
            var back = Oracle.Map(Oracle.Product(q, r), x => x / scale);
            var unit = Oracle.Map(a, x => x / scale);
            Check.Small(Oracle.Distance(back, unit), bound * Oracle.Frobenius(unit), $"{label} QR-A scale {scale:g1}");
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Svd_reconstructs_with_orthonormal_factors(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(23);
        foreach (var (m, n) in ((int, int)[])[(0, 3), (1, 1), (1, 9), (9, 1), (5, 5), (17, 8), (8, 17), (65, 65), (257, 20), (20, 257), (120, 90)])
        {
            int k = Math.Min(m, n);
            var full = Oracle.Random(random, m, n);
            var deficient = Oracle.Copy(full);
            if (n > 2) deficient.Column(0).CopyTo(deficient.Column(n - 1));
            foreach (var a in (MatrixView[])[full, deficient])
            {
                MatrixView u = Oracle.Padded(m, k), vt = Oracle.Padded(k, n, 2);
                var sigma = new double[k];
                backend.Svd(Oracle.Copy(a), sigma, u, vt);
                for (int i = 1; i < k; i++)
                    Assert.True(sigma[i] <= sigma[i - 1] && sigma[i] >= 0, $"{label} {m}x{n}: singular values {i - 1}, {i} are not descending");
                var scaled = Oracle.Copy(u);
                for (int j = 0; j < k; j++)
                {
                    for (int i = 0; i < m; i++) scaled[i, j] *= sigma[j];
                }
                double bound = 4 * Math.Max(m, n) * Check.Eps;
                Check.Small(Oracle.Distance(Oracle.Product(scaled, vt), a), bound * Oracle.Frobenius(a), $"{label} USVt-A {m}x{n}");
                Check.Small(Oracle.Distance(Oracle.Product(Oracle.Transposed(u), u), Oracle.Identity(k)), bound, $"{label} UtU-I {m}x{n}");
                Check.Small(Oracle.Distance(Oracle.Product(vt, Oracle.Transposed(vt)), Oracle.Identity(k)), bound, $"{label} VtV-I {m}x{n}");
                Oracle.SurroundingsUntouched(u, $"{label} Svd {m}x{n}");
                Oracle.SurroundingsUntouched(vt, $"{label} Svd {m}x{n}");
            }
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Singular_values_of_the_summation_matrix_are_the_closed_form(string label)
    {
        // The lower triangle of ones: sigma_k = 1 / (2 sin((2k-1) pi / (4n+2))), k = 1..n.
        var backend = Backends.Get(label);
        foreach (int n in (int[])[1, 2, 10, 60])
        {
            var a = Oracle.Padded(n, n);
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < n; i++) a[i, j] = i >= j ? 1 : 0;
            }
            var sigma = new double[n];
            backend.Svd(a, sigma, Oracle.Padded(n, n), Oracle.Padded(n, n));
            for (int k = 1; k <= n; k++)
            {
                double expected = 1 / (2 * Math.Sin((2 * k - 1) * Math.PI / (4 * n + 2)));
                Check.Small(Math.Abs(sigma[k - 1] - expected), 4 * n * Check.Eps * n, $"{label} n {n} singular value {k}");
            }
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Non_finite_input_is_refused(string label)
    {
        var backend = Backends.Get(label);
        foreach (double bad in (double[])[double.NaN, double.PositiveInfinity, double.NegativeInfinity])
        {
            var a = Oracle.Random(new Random(24), 6, 6);
            a[2, 3] = bad;
            var failure = Assert.Throws<ArgumentException>(() => backend.SymmetricEigen(a, new double[6], true));
            Assert.Contains("(2,3)", failure.Message);
            Assert.Throws<ArgumentException>(() => backend.Qr(a, Oracle.Padded(6, 6)));
            Assert.Throws<ArgumentException>(() => backend.Svd(a, new double[6], Oracle.Padded(6, 6), Oracle.Padded(6, 6)));
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Wrong_shapes_are_refused(string label)
    {
        var backend = Backends.Get(label);
        MatrixView a = Oracle.Padded(4, 5), b = Oracle.Padded(4, 3), square = Oracle.Padded(4, 4);
        Assert.Throws<ArgumentException>(() => backend.Gemm(Op.None, Op.None, 1, a, b, 0, Oracle.Padded(4, 3)));
        Assert.Throws<ArgumentException>(() => backend.Gemm(Op.Transpose, Op.None, 1, a, b, 0, Oracle.Padded(4, 3)));
        Assert.Throws<ArgumentException>(() => backend.Syrk(Op.Transpose, 1, a, 0, square));
        Assert.Throws<ArgumentException>(() => backend.SymmetricProduct(1, a, b, 0, square));
        Assert.Throws<ArgumentException>(() => backend.Cholesky(a));
        Assert.Throws<ArgumentException>(() => backend.CholeskySolve(square, Oracle.Padded(3, 1)));
        Assert.Throws<ArgumentException>(() => backend.Lu(square, new int[3]));
        Assert.Throws<ArgumentException>(() => backend.SymmetricEigen(square, new double[3], false));
        Assert.Throws<ArgumentException>(() => backend.Qr(a, square));
        Assert.Throws<ArgumentException>(() => backend.Svd(a, new double[5], square, a));
    }
}
