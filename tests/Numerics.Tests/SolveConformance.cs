namespace KernelFlow.Numerics.Tests;

/// <summary>LU, Cholesky and their solves on every backend: residuals against n·ε·norm, and what is reported for singular and indefinite input.</summary>
public class SolveConformance
{
    private static readonly int[] s_orders = [.. Oracle.Sizes, 64, 128, 129, 300];

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Lu_factors_and_solves(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(11);
        foreach (int n in s_orders)
        {
            MatrixView a = Oracle.Random(random, n, n), lu = Oracle.Copy(a);
            var pivots = new int[n];
            Assert.Equal(0, backend.Lu(lu, pivots));
            Oracle.SurroundingsUntouched(lu, $"{label} Lu {n}");

            MatrixView l = Oracle.Triangle(lu, lower: true, unit: true), u = Oracle.Triangle(lu, lower: false), permuted = Oracle.Copy(a);
            for (int i = 0; i < n; i++)
            {
                Assert.InRange(pivots[i], i, n - 1);
                for (int j = 0; j < n; j++) (permuted[i, j], permuted[pivots[i], j]) = (permuted[pivots[i], j], permuted[i, j]);
                for (int j = 0; j < i; j++) Check.Small(Math.Abs(lu[i, j]), 1 + Check.Eps, $"{label} n {n}: |L({i},{j})| under partial pivoting");
            }
            double scale = Check.Eps * Math.Max(1, n) * Oracle.Frobenius(l) * Oracle.Frobenius(u);
            Check.Small(Oracle.Distance(permuted, Oracle.Product(l, u)), scale, $"{label} PA-LU n {n}");

            foreach (int columns in (int[])[0, 1, 3, 33, 70])
            {
                var b = Oracle.Random(random, n, columns);
                foreach (Op op in Enum.GetValues<Op>())
                {
                    var x = Oracle.Copy(b, 2);
                    backend.LuSolve(op, lu, pivots, x);
                    double error = Oracle.Distance(Oracle.Product(op == Op.None ? a : Oracle.Transposed(a), x), b);
                    Check.Small(error, 3 * scale * Oracle.Frobenius(x), $"{label} LuSolve {op} n {n} columns {columns}");
                    Oracle.SurroundingsUntouched(x, $"{label} LuSolve {n}");
                }
            }
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Lu_reports_the_first_zero_pivot(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(12);
        foreach (var (n, zero) in ((int, int)[])[(1, 0), (3, 1), (20, 5), (100, 70), (130, 129), (200, 0)])
        {
            // A zero column stays exactly zero through the elimination.
            var a = Oracle.Random(random, n, n);
            a.Column(zero).Clear();
            Assert.Equal(zero + 1, backend.Lu(a, new int[n]));
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Lu_solve_is_backward_stable_for_ill_conditioned_matrices(string label)
    {
        // The Hilbert matrix: condition 1e16 at order 12 and beyond; the residual must not notice.
        var backend = Backends.Get(label);
        foreach (int n in (int[])[12, 40, 100])
        {
            var a = Oracle.Padded(n, n);
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < n; i++) a[i, j] = 1.0 / (i + j + 1);
            }
            MatrixView lu = Oracle.Copy(a), b = Oracle.Random(new Random(13), n, 20), x = Oracle.Copy(b);
            var pivots = new int[n];
            // Singular to rounding: MathNet's own order of sums makes the last pivot of order 100 exactly zero, and says so.
            int zero = backend.Lu(lu, pivots);
            if (n == 100 && zero == n && label.StartsWith("mathnet", StringComparison.Ordinal)) continue;
            Assert.Equal(0, zero);
            backend.LuSolve(Op.None, lu, pivots, x);
            Check.Small(Oracle.Distance(Oracle.Product(a, x), b), 0.5 * n * Check.Eps * Oracle.Frobenius(a) * Oracle.Frobenius(x), $"{label} Hilbert {n}");
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Cholesky_factors_solves_and_inverts(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(14);
        foreach (int n in s_orders)
        {
            MatrixView a = Oracle.PositiveDefinite(random, n), factor = Oracle.Copy(a);
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < j; i++) factor[i, j] = -99;
            }
            Assert.Equal(0, backend.Cholesky(factor));
            Oracle.SurroundingsUntouched(factor, $"{label} Cholesky {n}");
            for (int j = 0; j < n; j++)
            {
                for (int i = 0; i < j; i++) Assert.True(factor[i, j] == -99, $"{label} n {n}: the upper triangle was written at ({i},{j})");
            }
            var l = Oracle.Triangle(factor, lower: true);
            double scale = Check.Eps * Math.Max(1, n) * Oracle.Frobenius(a);
            Check.Small(Oracle.Distance(a, Oracle.Product(l, Oracle.Transposed(l))), scale, $"{label} A-LLt n {n}");

            foreach (int columns in (int[])[0, 1, 33])
            {
                MatrixView b = Oracle.Random(random, n, columns), x = Oracle.Copy(b, 2);
                backend.CholeskySolve(factor, x);
                Check.Small(Oracle.Distance(Oracle.Product(a, x), b), 3 * scale * Oracle.Frobenius(x), $"{label} CholeskySolve n {n} columns {columns}");
                Oracle.SurroundingsUntouched(x, $"{label} CholeskySolve {n}");
            }

            var inverse = Oracle.Copy(factor);
            backend.CholeskyInverse(inverse);
            Oracle.SurroundingsUntouched(inverse, $"{label} CholeskyInverse {n}");
            double condition = Oracle.Frobenius(a) * Oracle.Frobenius(inverse);
            Check.Small(Oracle.Distance(Oracle.Product(a, inverse), Oracle.Identity(n)), 3 * n * Check.Eps * condition, $"{label} CholeskyInverse n {n}");
            Assert.Equal(0, Oracle.Distance(inverse, Oracle.Transposed(inverse)));
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void Cholesky_reports_the_first_bad_minor(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(15);
        foreach (var (n, bad) in ((int, int)[])[(1, 0), (5, 4), (16, 9), (40, 20), (100, 0), (257, 200)])
        {
            // Leading minors before `bad` do not see the changed diagonal element.
            var a = Oracle.PositiveDefinite(random, n);
            a[bad, bad] = -1;
            Assert.Equal(bad + 1, backend.Cholesky(a));

            var withNan = Oracle.PositiveDefinite(random, n);
            withNan[bad, bad] = double.NaN;
            Assert.Equal(bad + 1, backend.Cholesky(withNan));
            if (bad < 10) continue;
            withNan = Oracle.PositiveDefinite(random, n);
            withNan[bad, 3] = double.NaN;
            Assert.Equal(bad + 1, backend.Cholesky(withNan));
        }
    }
}
