namespace KernelFlow.Numerics.Tests;

/// <summary>Gemm, Syrk and SymmetricProduct of every backend against the definition, element by element within the rounding bound.</summary>
public class ProductConformance
{
    private static readonly (double Alpha, double Beta)[] s_factors = [(1, 0), (-0.5, 1), (2.5, -0.75), (0, 0.5), (0, 0)];

    private static readonly (int M, int N, int K)[] s_shapes =
    [
        .. Oracle.Sizes.Select(n => (n, n, n)),
        .. Oracle.Sizes.Select(n => (n, 17, 33)), .. Oracle.Sizes.Select(n => (33, n, 17)), .. Oracle.Sizes.Select(n => (17, 33, n)),
        (250, 5, 520), (3, 2050, 9), (500, 40, 300), (41, 300, 1030), (1, 300, 300), (300, 1, 300), (260, 250, 300),
    ];

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Gemm_is_the_definition_for_every_shape_transpose_and_factor(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(1);
        foreach (var (m, n, k) in s_shapes)
        {
            MatrixView a = Oracle.Random(random, m, k), b = Oracle.Random(random, k, n, 1), start = Oracle.Random(random, m, n, 2);
            MatrixView at = Oracle.Transposed(a), bt = Oracle.Transposed(b);
            MatrixView product = Oracle.Product(a, b), size = Oracle.Product(Oracle.Abs(a), Oracle.Abs(b));
            foreach (Op opA in Enum.GetValues<Op>())
            {
                foreach (Op opB in Enum.GetValues<Op>())
                {
                    foreach (var (alpha, beta) in s_factors)
                    {
                        var c = Oracle.Copy(start, 5);
                        if (beta == 0) c.Fill(double.NaN);
                        backend.Gemm(opA, opB, alpha, opA == Op.None ? a : at, opB == Op.None ? b : bt, beta, c);
                        string what = FormattableString.Invariant($"{label} {m}x{n}x{k} {opA},{opB} alpha {alpha} beta {beta}");
                        Compare(c, start, product, size, alpha, beta, k, what);
                        Oracle.SurroundingsUntouched(c, what);
                    }
                }
            }
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Syrk_and_SymmetricProduct_write_both_triangles_of_the_definition(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(2);
        (int N, int K)[] shapes = [.. Oracle.Sizes.Select(n => (n, n)), .. Oracle.Sizes.Select(n => (n, 5)),
            (17, 0), (33, 257), (100, 600), (450, 7), (2030, 3)];
        foreach (var (n, k) in shapes)
        {
            MatrixView a = Oracle.Random(random, n, k), at = Oracle.Transposed(a), scaled = Oracle.Copy(at);
            for (int i = 0; i < k; i++)
            {
                for (int j = 0; j < n; j++) scaled[i, j] *= i - 1.5;
            }
            var start = Oracle.Random(random, n, n);
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < j; i++) start[i, j] = start[j, i];
            }
            MatrixView square = Oracle.Product(a, at), squareSize = Oracle.Product(Oracle.Abs(a), Oracle.Abs(at));
            MatrixView weighted = Oracle.Product(a, scaled), weightedSize = Oracle.Product(Oracle.Abs(a), Oracle.Abs(scaled));
            foreach (var (alpha, beta) in n > 1000 ? s_factors[..2] : s_factors)
            {
                Run("Syrk AAt", square, squareSize, c => backend.Syrk(Op.None, alpha, a, beta, c));
                Run("Syrk AtA", square, squareSize, c => backend.Syrk(Op.Transpose, alpha, at, beta, c));
                Run("SymmetricProduct", weighted, weightedSize, c => backend.SymmetricProduct(alpha, at, scaled, beta, c));

                void Run(string operation, MatrixView product, MatrixView size, Action<MatrixView> compute)
                {
                    var c = Oracle.Copy(start, 4);
                    if (beta == 0) c.Fill(double.NaN);
                    compute(c);
                    string what = FormattableString.Invariant($"{label} {operation} {n}x{k} alpha {alpha} beta {beta}");
                    Compare(c, start, product, size, alpha, beta, k, what);
                    Oracle.SurroundingsUntouched(c, what);
                    for (int j = 0; j < n; j++)
                    {
                        for (int i = 0; i < j; i++) Assert.True(c[i, j] == c[j, i], $"{what}: element ({i},{j}) is not mirrored");
                    }
                }
            }
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Nan_in_an_operand_reaches_exactly_its_row_or_column(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(3);
        foreach (int n in (int[])[5, 33, 100])
        {
            MatrixView a = Oracle.Random(random, n, n), b = Oracle.Random(random, n, n), c = Oracle.Padded(n, n);
            a[3, 4] = double.NaN;
            backend.Gemm(Op.None, Op.None, 1, a, b, 0, c);
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < n; i++) Assert.True(double.IsNaN(c[i, j]) == (i == 3), $"{label} n {n}: element ({i},{j}) is {c[i, j]}");
            }
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Concurrent_calls_give_what_single_calls_give(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(4);
        int[] sizes = [12, 60, 100, 257, 520];
        var cases = sizes.Select(n => (A: Oracle.Random(random, n, n), B: Oracle.Random(random, n, n))).ToArray();
        var expected = cases.Select(pair => Oracle.Product(pair.A, pair.B)).ToArray();
        var bounds = cases.Select(pair => pair.A.Rows * Check.Eps * Oracle.Frobenius(pair.A) * Oracle.Frobenius(pair.B)).ToArray();
        Parallel.For(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 4 }, i =>
        {
            int which = i % cases.Length, n = sizes[which];
            var c = Oracle.Padded(n, n);
            backend.Gemm(Op.None, Op.None, 1, cases[which].A, cases[which].B, 0, c);
            Check.Small(Oracle.Distance(c, expected[which]), bounds[which], $"{label} call {i} of order {n}");
        });
    }

    [Fact]
    public void Managed_products_do_not_depend_on_threads_to_the_last_bit()
    {
        var random = new Random(5);
        foreach (var (m, n, k) in ((int, int, int)[])[(301, 299, 300), (1000, 35, 400), (35, 1000, 400)])
        {
            MatrixView a = Oracle.Random(random, m, k), b = Oracle.Random(random, k, n);
            MatrixView one = Oracle.Padded(m, n), several = Oracle.Padded(m, n), gramOne = Oracle.Padded(m, m), gramSeveral = Oracle.Padded(m, m);
            Backend.Managed(1).Gemm(Op.None, Op.None, 1.5, a, b, 0, one);
            Backend.Managed(3).Gemm(Op.None, Op.None, 1.5, a, b, 0, several);
            Backend.Managed(1).Syrk(Op.None, 1.5, a, 0, gramOne);
            Backend.Managed(3).Syrk(Op.None, 1.5, a, 0, gramSeveral);
            Assert.Equal(0, Oracle.Distance(one, several));
            Assert.Equal(0, Oracle.Distance(gramOne, gramSeveral));
        }
    }

    [Theory, MemberData(nameof(Backends.InPlace), MemberType = typeof(Backends))]
    public void A_warm_product_allocates_nothing_on_one_thread(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(6);
        MatrixView a = Oracle.Random(random, 100, 100), b = Oracle.Random(random, 100, 100), c = Oracle.Random(random, 100, 100);
        void Calls()
        {
            backend.Gemm(Op.None, Op.Transpose, 1, a, b, 0, c);
            backend.Syrk(Op.None, 1, a, 0, c);
            backend.SymmetricProduct(1, a, b, 0, c);
        }
        for (int i = 0; i < 50; i++) Calls();
        // The least of five: a collection may trim pooled buffers once, an allocation in the loop shows every time.
        long allocated = Enumerable.Range(0, 5).Min(_ =>
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            for (int i = 0; i < 50; i++) Calls();
            return GC.GetAllocatedBytesForCurrentThread() - before;
        });
        Assert.True(allocated == 0, $"{label}: {allocated} bytes in 150 calls");
    }

    private static void Compare(in MatrixView c, in MatrixView start, in MatrixView product, in MatrixView size, double alpha, double beta, int k, string what)
    {
        // |fl(x) − x| ≤ γ_{k+3}(|α||A||B| + |β||C|) for any order of summation; twice, as the reference rounds too.
        for (int j = 0; j < c.Columns; j++)
        {
            for (int i = 0; i < c.Rows; i++)
            {
                double expected = alpha * product[i, j] + (beta == 0 ? 0 : beta * start[i, j]);
                double bound = 2 * (k + 3) * Check.Eps * (Math.Abs(alpha) * size[i, j] + Math.Abs(beta * start[i, j]));
                double error = Math.Abs(c[i, j] - expected);
                if (!(error <= bound)) Check.Small(error, bound, FormattableString.Invariant($"{what}: element ({i},{j}) is {c[i, j]}, expected {expected}"));
            }
        }
    }
}
