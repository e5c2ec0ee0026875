using KernelFlow.Numerics.Managed;

namespace KernelFlow.Numerics;

/// <summary>Norms, distances and the symmetric part of dense matrices.</summary>
public static class MatrixNorms
{
    private const int Tile = 32;

    /// <summary>‖A‖_F = (Σ a_ij²)^½, without overflow or underflow on the way.</summary>
    public static double Frobenius(in MatrixView a)
    {
        double largest = Largest(a);
        if (largest == 0 || !double.IsFinite(largest)) return AnyNaN(a) ? double.NaN : largest;
        bool plain = largest is > 1e-140 and < 1e140;
        double sum = 0;
        for (int j = 0; j < a.Columns; j++)
        {
            var column = a.Column(j);
            if (plain) sum += VectorRoutines.Dot(column, column);
            else foreach (double x in column) sum += x / largest * (x / largest);
        }
        return plain ? Math.Sqrt(sum) : largest * Math.Sqrt(sum);
    }

    /// <summary>max |a_ij|; 0 for an empty matrix; NaN is passed over.</summary>
    public static double Largest(in MatrixView a)
    {
        double largest = 0;
        for (int j = 0; j < a.Columns; j++) largest = Math.Max(largest, VectorRoutines.LargestMagnitude(a.Column(j)));
        return largest;
    }

    /// <summary>‖A‖₂ = λ_max(AᵀA)^½, from the smaller of the two Gram matrices; 0 for an empty matrix. A is not changed.</summary>
    /// <remarks>The square loses what is below ε^½·‖A‖₂ of the <i>small</i> singular values; the largest one, which
    /// is the norm, keeps all its digits.</remarks>
    /// <param name="a">A, of any shape m×n; a copy of order min(m, n) is made.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <exception cref="ArgumentException">A has a NaN or infinite element, or one whose square is infinite.</exception>
    /// <exception cref="NumericalException">The eigensolver did not converge.</exception>
    public static double Spectral(in MatrixView a, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(backend);
        int order = Math.Min(a.Rows, a.Columns);
        if (order == 0) return 0;
        MatrixView gram = new(new double[ArraySize.Of(order, order)], order, order);
        backend.Syrk(a.Rows > a.Columns ? Op.Transpose : Op.None, 1, a, 0, gram);
        return Math.Sqrt(SymmetricEigenvalues.Largest(gram, backend));
    }

    /// <summary>‖A − B‖_F, without a temporary, and without overflow or underflow of squares.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static double Distance(in MatrixView a, in MatrixView b) => Combined(a, -1, b);

    /// <summary>‖A + B‖_F, in the same way.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static double OfSum(in MatrixView a, in MatrixView b) => Combined(a, 1, b);

    /// <summary>‖A − B‖_F / ‖B‖_F; 0 when both are zero, infinite when only B is.</summary>
    /// <exception cref="ArgumentException">The shapes differ.</exception>
    public static double RelativeDifference(in MatrixView a, in MatrixView b) =>
        Tolerances.Relative(Distance(a, b), Frobenius(b));

    /// <summary>A ← (A + Aᵀ)/2, exactly symmetric.</summary>
    /// <returns>‖A − Aᵀ‖_F of the matrix as it was: how far from symmetric it had been.</returns>
    /// <exception cref="ArgumentException">A is not square.</exception>
    public static double SymmetricPart(in MatrixView a)
    {
        if (a.Rows != a.Columns) throw new ArgumentException($"SymmetricPart: the matrix is {a.Rows}x{a.Columns}, not square.");
        MemoryTraffic.Add(2L * a.Rows * a.Columns);
        double sum = 0;
        // Tile by tile: rows of a large matrix lie on pages far apart.
        for (int first = 0; first < a.Columns; first += Tile)
        {
            int end = Math.Min(first + Tile, a.Columns);
            for (int top = first; top < a.Rows; top += Tile)
            {
                int bottom = Math.Min(top + Tile, a.Rows);
                for (int j = first; j < end; j++)
                {
                    var column = a.Column(j);
                    for (int i = Math.Max(top, j + 1); i < bottom; i++)
                    {
                        ref double mirrored = ref a[j, i];
                        double below = column[i], above = mirrored;
                        sum += 2 * (below - above) * (below - above);
                        column[i] = mirrored = below + (above - below) / 2;
                    }
                }
            }
        }
        return Math.Sqrt(sum);
    }

    private static double Combined(in MatrixView a, double sign, in MatrixView b)
    {
        if (a.Rows != b.Rows || a.Columns != b.Columns)
            throw new ArgumentException($"Matrices of {a.Rows}x{a.Columns} and {b.Rows}x{b.Columns} cannot be compared.");
        double sum = 0;
        for (int j = 0; j < a.Columns; j++) sum += VectorRoutines.SquaredSum(1, a.Column(j), sign, b.Column(j));
        if (sum is > 1e-280 and < 1e280 || double.IsNaN(sum)) return Math.Sqrt(sum);
        // Zero, or squares out of range: by the largest element.
        double largest = 0;
        for (int j = 0; j < a.Columns; j++)
            for (int i = 0; i < a.Rows; i++) largest = Math.Max(largest, Math.Abs(a[i, j] + sign * b[i, j]));
        if (largest == 0 || !double.IsFinite(largest)) return largest;
        sum = 0;
        for (int j = 0; j < a.Columns; j++)
            for (int i = 0; i < a.Rows; i++) sum += Math.Pow((a[i, j] + sign * b[i, j]) / largest, 2);
        return largest * Math.Sqrt(sum);
    }

    private static bool AnyNaN(in MatrixView a)
    {
        for (int j = 0; j < a.Columns; j++)
        {
            foreach (double x in a.Column(j))
            {
                if (double.IsNaN(x)) return true;
            }
        }
        return false;
    }
}
