namespace KernelFlow.Numerics.Tests;

/// <summary>Random operands in awkward storage, naive references and norms.</summary>
internal static class Oracle
{
    public static readonly int[] Sizes = [0, 1, 2, 3, 5, 7, 8, 9, 16, 17, 31, 33, 63, 65, 100, 257];

    /// <summary>A view with an offset and a leading dimension larger than its rows; what lies around it is 7.25.</summary>
    public static MatrixView Padded(int rows, int columns, int pad = 3)
    {
        int ld = Math.Max(1, rows + pad);
        var storage = new double[pad + ld * columns + 1];
        Array.Fill(storage, 7.25);
        return new MatrixView(storage, pad, rows, columns, ld);
    }

    public static MatrixView Random(Random random, int rows, int columns, int pad = 3)
    {
        var view = Padded(rows, columns, pad);
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < rows; i++) view[i, j] = 2 * random.NextDouble() - 1;
        }
        return view;
    }

    public static MatrixView Copy(in MatrixView a, int pad = 3)
    {
        var copy = Padded(a.Rows, a.Columns, pad);
        a.CopyTo(copy);
        return copy;
    }

    public static MatrixView Transposed(in MatrixView a)
    {
        var result = Padded(a.Columns, a.Rows);
        for (int j = 0; j < a.Columns; j++)
        {
            for (int i = 0; i < a.Rows; i++) result[j, i] = a[i, j];
        }
        return result;
    }

    public static MatrixView Identity(int n)
    {
        var result = Padded(n, n);
        result.Fill(0);
        for (int i = 0; i < n; i++) result[i, i] = 1;
        return result;
    }

    /// <summary>A·B by the definition.</summary>
    public static MatrixView Product(in MatrixView a, in MatrixView b)
    {
        var result = new MatrixView(new double[a.Rows * b.Columns], a.Rows, b.Columns);
        for (int j = 0; j < b.Columns; j++)
        {
            var column = result.Column(j);
            for (int k = 0; k < a.Columns; k++)
            {
                double factor = b[k, j];
                var from = a.Column(k);
                for (int i = 0; i < column.Length; i++) column[i] += from[i] * factor;
            }
        }
        return result;
    }

    public static MatrixView Abs(in MatrixView a) => Map(a, Math.Abs);

    public static MatrixView Map(in MatrixView a, Func<double, double> f)
    {
        var result = new MatrixView(new double[a.Rows * a.Columns], a.Rows, a.Columns);
        for (int j = 0; j < a.Columns; j++)
        {
            for (int i = 0; i < a.Rows; i++) result[i, j] = f(a[i, j]);
        }
        return result;
    }

    public static double Frobenius(in MatrixView a)
    {
        double sum = 0;
        for (int j = 0; j < a.Columns; j++)
        {
            foreach (double x in a.Column(j)) sum += x * x;
        }
        return Math.Sqrt(sum);
    }

    public static double Distance(in MatrixView a, in MatrixView b)
    {
        double sum = 0;
        for (int j = 0; j < a.Columns; j++)
        {
            for (int i = 0; i < a.Rows; i++) sum += (a[i, j] - b[i, j]) * (a[i, j] - b[i, j]);
        }
        return Math.Sqrt(sum);
    }

    /// <summary>The part of a square matrix on and below (or on and above) the diagonal; with unit, ones on it.</summary>
    public static MatrixView Triangle(in MatrixView a, bool lower, bool unit = false)
    {
        var result = new MatrixView(new double[a.Rows * a.Columns], a.Rows, a.Columns);
        for (int j = 0; j < a.Columns; j++)
        {
            for (int i = 0; i < a.Rows; i++)
            {
                if (i == j) result[i, j] = unit ? 1 : a[i, j];
                else if (i > j == lower) result[i, j] = a[i, j];
            }
        }
        return result;
    }

    /// <summary>M·Mᵀ + shift·I for a random M, by the definition.</summary>
    public static MatrixView PositiveDefinite(Random random, int n, double shift = 1)
    {
        var m = Random(random, n, n);
        var a = Padded(n, n);
        Product(m, Transposed(m)).CopyTo(a);
        for (int i = 0; i < n; i++) a[i, i] += shift;
        return a;
    }

    /// <summary>Fails when anything outside the window was written.</summary>
    public static void SurroundingsUntouched(in MatrixView a, string what)
    {
        for (int index = 0; index < a.Array.Length; index++)
        {
            int inside = index - a.Offset;
            if (inside >= 0 && a.Columns > 0 && inside / a.LeadingDimension < a.Columns && inside % a.LeadingDimension < a.Rows) continue;
            Assert.True(a.Array[index] == 7.25, $"{what}: storage element {index} outside the view was overwritten");
        }
    }
}
