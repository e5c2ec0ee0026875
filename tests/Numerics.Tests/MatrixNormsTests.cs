namespace KernelFlow.Numerics.Tests;

/// <summary>Norms against closed forms, including the ranges where squares overflow.</summary>
public class MatrixNormsTests
{
    [Theory]
    [InlineData(1.0)]
    [InlineData(1e-200)]
    [InlineData(1e200)]
    [InlineData(1e-310)]
    public void Frobenius_is_the_closed_form_at_every_scale(double scale)
    {
        // Entries i + j over a 3x2 window: squares 0+1+4+1+4+9 = 19.
        var a = Oracle.Padded(3, 2);
        for (int j = 0; j < 2; j++)
        {
            for (int i = 0; i < 3; i++) a[i, j] = (i + j) * scale;
        }
        double expected = Math.Sqrt(19) * scale;
        Check.Small(Math.Abs(MatrixNorms.Frobenius(a) - expected), 4 * Check.Eps * expected + 2 * double.Epsilon, "Frobenius");
        Assert.Equal(3 * scale, MatrixNorms.Largest(a));
    }

    [Fact]
    public void Frobenius_does_not_hide_bad_elements()
    {
        var a = Oracle.Identity(4);
        a[1, 2] = double.NaN;
        Assert.True(double.IsNaN(MatrixNorms.Frobenius(a)));
        a.Fill(double.NaN);
        Assert.True(double.IsNaN(MatrixNorms.Frobenius(a)));
        a.Fill(double.NegativeInfinity);
        Assert.Equal(double.PositiveInfinity, MatrixNorms.Frobenius(a));
        Assert.Equal(0, MatrixNorms.Frobenius(Oracle.Padded(0, 5)));
    }

    [Fact]
    public void Spectral_norm_is_that_of_a_known_spectrum()
    {
        // The second difference minus 3: eigenvalues -1 - 2cos(k pi/(n+1)), the largest magnitude at k = 1.
        int n = 20;
        var a = Oracle.Padded(n, n);
        a.Fill(0);
        for (int i = 0; i < n; i++)
        {
            a[i, i] = -1;
            if (i > 0) a[i, i - 1] = a[i - 1, i] = -1;
        }
        var before = Oracle.Copy(a);
        double expected = 1 + 2 * Math.Cos(Math.PI / (n + 1));
        Check.Small(Math.Abs(MatrixNorms.Spectral(a, Backend.Managed(1)) - expected), n * Check.Eps * expected, "spectral norm");
        Assert.Equal(0, Oracle.Distance(a, before));
        // The largest eigenvalue of the same matrix is -1 + 2cos(pi/(n+1)); of its negative, the norm.
        Check.Small(Math.Abs(SymmetricEigenvalues.Largest(Oracle.Copy(a), Backend.Managed(1)) - (expected - 2)),
            n * Check.Eps * expected, "largest eigenvalue");
        Check.Small(Math.Abs(SymmetricEigenvalues.Largest(Oracle.Map(a, x => -x), Backend.Managed(1)) - expected), n * Check.Eps * expected, "of the negative");
    }

    [Theory]
    [InlineData(7, 3)]
    [InlineData(3, 7)]
    [InlineData(1, 4)]
    public void Spectral_norm_of_a_rectangle_is_its_largest_singular_value(int rows, int columns)
    {
        // u·vᵀ has the one singular value ‖u‖·‖v‖; the entries are small integers, so that nothing is rounded before the eigensolver.
        var a = Oracle.Padded(rows, columns);
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < rows; i++) a[i, j] = (i + 1) * (j - 2);
        }
        double squares = Enumerable.Range(1, rows).Sum(i => (double)i * i) * Enumerable.Range(0, columns).Sum(j => (j - 2.0) * (j - 2));
        double expected = Math.Sqrt(squares);
        Check.Small(Math.Abs(MatrixNorms.Spectral(a, Backend.Managed(1)) - expected), 10 * Check.Eps * expected, "spectral norm");
    }

    [Fact]
    public void Correlation_is_that_of_the_deviations_from_the_means()
    {
        // Deviations (-1, 0, 1) and (-1, 2, -1): orthogonal; and (-1, 0, 1) against (-1, -1, 2): 3/sqrt(2*6).
        Check.Small(Math.Abs(VectorRoutines.Correlation([4, 5, 6], [1, 4, 1])!.Value), Check.Eps, "orthogonal deviations");
        Check.Close(VectorRoutines.Correlation([4, 5, 6], [-11, -11, -8]), 0.86602540378443865, 4 * Check.Eps, "correlation");
        Check.Close(VectorRoutines.Correlation([1, 2, 4], [-2, -4, -8]), -1, 4 * Check.Eps, "opposite");
        Assert.Null(VectorRoutines.Correlation([1, 1, 1], [1, 2, 3]));
        Assert.Null(VectorRoutines.Correlation([1], [2]));
        Assert.Throws<ArgumentException>(() => VectorRoutines.Correlation([1, 2], [1, 2, 3]));
    }

    [Fact]
    public void Nothing_is_larger_than_zero()
    {
        var negative = Oracle.Map(Oracle.Identity(3), x => -x);
        Assert.Equal(0, SymmetricEigenvalues.Largest(negative, Backend.Managed(1)));
        Assert.Equal(0, SymmetricEigenvalues.Largest(Oracle.Padded(0, 0), Backend.Managed(1)));
        Assert.Equal(0, MatrixNorms.Spectral(Oracle.Padded(0, 4), Backend.Managed(1)));
        Assert.Throws<ArgumentException>(() => SymmetricEigenvalues.Largest(Oracle.Padded(2, 3), Backend.Managed(1)));
        Assert.Throws<ArgumentException>(() => MatrixNorms.Spectral(Oracle.Map(negative, _ => double.NaN), Backend.Managed(1)));
    }

    [Fact]
    public void Symmetric_part_reports_the_asymmetry()
    {
        var a = Oracle.Random(new Random(31), 9, 9);
        MatrixView before = Oracle.Copy(a), transposed = Oracle.Transposed(a);
        double asymmetry = MatrixNorms.SymmetricPart(a);
        Check.Small(Math.Abs(asymmetry - Oracle.Distance(before, transposed)), 1e-14, "asymmetry");
        Assert.Equal(0, Oracle.Distance(a, Oracle.Transposed(a)));
        for (int j = 0; j < 9; j++)
        {
            for (int i = 0; i < 9; i++) Check.Small(Math.Abs(2 * a[i, j] - before[i, j] - transposed[i, j]), 1e-15, "mean");
        }
    }

    [Fact]
    public void Relative_difference_is_relative_to_the_second()
    {
        MatrixView a = Oracle.Identity(4), b = Oracle.Identity(4), zero = Oracle.Padded(4, 4);
        zero.Fill(0);
        a[0, 0] = 2;
        Assert.Equal(0.5, MatrixNorms.RelativeDifference(a, b), 15);
        Assert.Equal(0, MatrixNorms.RelativeDifference(zero, zero));
        Assert.Equal(double.PositiveInfinity, MatrixNorms.RelativeDifference(a, zero));
        Assert.Equal(0.25, Tolerances.Relative(1, 4));
        Assert.Equal(0, Tolerances.Relative(0, 0));
        Assert.Equal(double.PositiveInfinity, Tolerances.Relative(1, 0));
        Assert.Throws<ArgumentException>(() => MatrixNorms.Distance(a, Oracle.Padded(3, 4)));
    }

    [Theory]
    [InlineData(1.0)]
    [InlineData(1e-200)]
    [InlineData(1e200)]
    public void Distance_and_norm_of_a_sum_are_the_closed_forms_at_every_scale(double scale)
    {
        // a_ij = i + j, b_ij = 1 on 3x2: the sum has squares 1+4+9+4+9+16 = 43, the difference 1+0+1+0+1+4 = 7.
        MatrixView a = Oracle.Padded(3, 2), b = Oracle.Padded(3, 2);
        b.Fill(scale);
        for (int j = 0; j < 2; j++)
        {
            for (int i = 0; i < 3; i++) a[i, j] = (i + j) * scale;
        }
        Check.Small(Math.Abs(MatrixNorms.OfSum(a, b) / scale - Math.Sqrt(43)), 1e-14, "norm of the sum");
        Check.Small(Math.Abs(MatrixNorms.Distance(a, b) / scale - Math.Sqrt(7)), 1e-14, "distance");
        Assert.Equal(0, MatrixNorms.Distance(a, a));
        a[1, 1] = double.NaN;
        Assert.True(double.IsNaN(MatrixNorms.Distance(a, b)));
        a[1, 1] = double.PositiveInfinity;
        Assert.Equal(double.PositiveInfinity, MatrixNorms.OfSum(a, b));
        Assert.Throws<ArgumentException>(() => MatrixNorms.OfSum(a, Oracle.Padded(2, 2)));
    }

    [Fact]
    public void Rounding_floor_scales_with_order_and_norm()
    {
        Assert.Equal(Tolerances.Epsilon, Math.BitIncrement(1.0) - 1);
        Assert.Equal(100 * Tolerances.Epsilon * 3, Tolerances.RoundingFloor(100, 3));
        Assert.Equal(10 * 0.25 * 2, Tolerances.RoundingFloor(10, 0.25, 2));
        Assert.Equal(Tolerances.Epsilon, Tolerances.RoundingFloor(0, 1));
    }

    [Fact]
    public void A_view_without_rows_can_be_filled_copied_and_sliced()
    {
        var view = new MatrixView(new double[4], 4, 0, 3, 5);
        view.Fill(1);
        view.CopyTo(new MatrixView([], 0, 3));
        Assert.Equal(0, view.Column(2).Length);
        Assert.Equal(0, view.ColumnRange(1, 2).Rows);
    }
}
