namespace KernelFlow.Numerics.Tests;

/// <summary>Products with few columns against the definition.</summary>
public class ColumnProductTests
{
    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void AddTransposed_is_the_definition(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(4);
        foreach (var (rows, columns, width) in ((int, int, int)[])[(1, 1, 1), (7, 5, 1), (8, 4, 2), (33, 18, 3), (100, 41, 4),
            (101, 40, 7), (300, 301, 18), (5, 1, 9)])
        {
            MatrixView a = Oracle.Random(random, rows, columns, 1), x = Oracle.Random(random, rows, width, 2), start = Oracle.Random(random, columns, width, 1);
            double[] factors = [.. Enumerable.Range(0, width).Select(i => i - 1.5)];
            MatrixView product = Oracle.Product(Oracle.Transposed(a), x), size = Oracle.Product(Oracle.Abs(Oracle.Transposed(a)), Oracle.Abs(x));
            var y = Oracle.Copy(start, 3);
            backend.AddTransposed(a, x, factors, y);
            for (int i = 0; i < columns; i++)
                for (int j = 0; j < width; j++)
                {
                    double expected = start[i, j] + factors[j] * product[i, j];
                    double bound = (rows + 4) * Tolerances.Epsilon * (Math.Abs(start[i, j]) + Math.Abs(factors[j]) * size[i, j]);
                    Assert.True(Math.Abs(y[i, j] - expected) <= bound, $"{label} {rows}x{columns}x{width} ({i},{j}): {y[i, j]:R}, expected {expected:R}");
                }
            Oracle.SurroundingsUntouched(y, $"{label} {rows}x{columns}x{width}");
        }
    }

    [Theory, MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void AddTransposedSums_is_the_definition(string label)
    {
        var backend = Backends.Get(label);
        var random = new Random(6);
        foreach (var (rows, columns, width, count, groups) in ((int, int, int, int, int)[])[(1, 1, 1, 1, 1), (7, 5, 9, 3, 2), (8, 4, 2, 2, 1),
            (33, 18, 5, 4, 3), (101, 101, 16, 3, 3), (300, 301, 33, 3, 2), (64, 30, 8, 1, 4)])
        {
            MatrixView[] terms = [.. Enumerable.Range(0, count).Select(t => Oracle.Random(random, rows, columns, t))];
            MatrixView x = Oracle.Random(random, rows, width * groups, 2), start = Oracle.Random(random, columns, width * groups, 1);
            double[] weights = [.. Enumerable.Range(0, count * groups).Select(i => i % 5 == 4 ? 0 : 1.5 - i)];
            MatrixView[] products = [.. terms.Select(a => Oracle.Product(Oracle.Transposed(a), x))];
            MatrixView[] sizes = [.. terms.Select(a => Oracle.Product(Oracle.Abs(Oracle.Transposed(a)), Oracle.Abs(x)))];
            var y = Oracle.Copy(start, 3);
            backend.AddTransposedSums(terms, weights, x, y);
            for (int i = 0; i < columns; i++)
                for (int j = 0; j < width * groups; j++)
                {
                    double expected = start[i, j], size = Math.Abs(start[i, j]);
                    for (int t = 0; t < count; t++)
                    {
                        double weight = weights[j / width * count + t];
                        expected += weight * products[t][i, j];
                        size += Math.Abs(weight) * sizes[t][i, j];
                    }
                    double bound = (rows + count + 4) * Tolerances.Epsilon * size;
                    Assert.True(Math.Abs(y[i, j] - expected) <= bound,
                        $"{label} {rows}x{columns}x{width}, {count} terms ({i},{j}): {y[i, j]:R}, expected {expected:R}");
                }
            Oracle.SurroundingsUntouched(y, $"{label} {rows}x{columns}x{width}");
        }
    }

    [Fact]
    public void Two_threads_give_the_same_sums()
    {
        var random = new Random(7);
        MatrixView[] terms = [Oracle.Random(random, 611, 611), Oracle.Random(random, 611, 611)];
        MatrixView x = Oracle.Random(random, 611, 18), one = Oracle.Copy(x), two = Oracle.Copy(x);
        one.Fill(0);
        two.Fill(0);
        Backend.Managed(1).AddTransposedSums(terms, [1, 2, 3, 4], x, one);
        Backend.Managed(2).AddTransposedSums(terms, [1, 2, 3, 4], x, two);
        Assert.Equal(one.ToMatrix(), two.ToMatrix());
    }

    [Fact]
    public void Two_threads_give_the_same_bits()
    {
        var random = new Random(5);
        MatrixView a = Oracle.Random(random, 611, 611), x = Oracle.Random(random, 611, 6);
        double[] factors = [1, 2, 3, 4, 5, 6];
        MatrixView one = Oracle.Copy(x), two = Oracle.Copy(x);
        one.Fill(0);
        two.Fill(0);
        Backend.Managed(1).AddTransposed(a, x, factors, one);
        Backend.Managed(2).AddTransposed(a, x, factors, two);
        Assert.Equal(one.ToMatrix(), two.ToMatrix());
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused()
    {
        MatrixView a = new(new double[6], 3, 2), x = new(new double[3], 3, 1), y = new(new double[2], 2, 1);
        Assert.Contains("A is 3x2", Assert.Throws<ArgumentException>(() => Backend.Managed(1).AddTransposed(a, x, [], y)).Message, StringComparison.Ordinal);
        Assert.Contains("3 weights", Assert.Throws<ArgumentException>(() => Backend.Managed(1).AddTransposedSums([a, a], [1, 2, 3], x, y)).Message,
            StringComparison.Ordinal);
        Assert.Contains("A is 3x2", Assert.Throws<ArgumentException>(() => Backend.Managed(1).AddTransposedSums([a, a], [1, 2], x, x)).Message,
            StringComparison.Ordinal);
        Assert.Contains("Y 3x1", Assert.Throws<ArgumentException>(() => Backend.Managed(1).AddTransposed(a, x, [1], x)).Message, StringComparison.Ordinal);
    }
}
