namespace KernelFlow.Operators;

/// <summary>On one interval: J(θ) = Σ_a ℓ_a(θ) J_a with polynomials ℓ_a, θ ∈ [0, 1].</summary>
/// <param name="Checkpoints">The indices a, increasing.</param>
/// <param name="Basis">Coefficients of ℓ_a, constant first.</param>
public sealed record JacobianInterpolant(IReadOnlyList<int> Checkpoints, IReadOnlyList<double[]> Basis)
{
    /// <summary>The linear interpolant, with the weights ℓ = 1 − θ and θ.</summary>
    /// <param name="chosen">Indices of the checkpoints of the grid.</param>
    /// <param name="interval">Between chosen[interval] and chosen[interval + 1].</param>
    public static JacobianInterpolant Linear(IReadOnlyList<int> chosen, int interval)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        return new([chosen[interval], chosen[interval + 1]], [[1, -1], [0, 1]]);
    }

    /// <summary>Cubic Hermite with three-point slopes on the non-uniform grid (one-sided at the ends): third order; with two checkpoints it is the straight
    /// line.</summary>
    /// <param name="chosen">Indices of the checkpoints of the grid.</param>
    /// <param name="times">Times of all checkpoints.</param>
    /// <param name="interval">Between chosen[interval] and chosen[interval + 1].</param>
    public static JacobianInterpolant Cubic(IReadOnlyList<int> chosen, IReadOnlyList<double> times, int interval)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        ArgumentNullException.ThrowIfNull(times);
        if (chosen.Count == 2) return Linear(chosen, 0);
        int first = Math.Max(0, interval - 1), last = Math.Min(chosen.Count - 1, interval + 2);
        double h = times[chosen[interval + 1]] - times[chosen[interval]];
        // Hermite basis on [0, 1]: values at both ends, slopes (in units of 1/θ) at both ends.
        double[] h00 = [1, 0, -3, 2], h10 = [0, 1, -2, 1], h01 = [0, 0, 3, -2], h11 = [0, 0, -1, 1];
        var basis = new double[last - first + 1][];
        for (int i = 0; i < basis.Length; i++) basis[i] = new double[4];
        void Add(int position, double[] polynomial, double factor)
        {
            for (int j = 0; j < 4; j++) basis[position - first][j] += factor * polynomial[j];
        }
        Add(interval, h00, 1);
        Add(interval + 1, h01, 1);
        foreach (var (position, weight) in Slope(chosen, times, interval)) Add(position, h10, h * weight);
        foreach (var (position, weight) in Slope(chosen, times, interval + 1)) Add(position, h11, h * weight);
        return new JacobianInterpolant(Enumerable.Range(first, basis.Length).Select(i => chosen[i]).ToArray(), basis);
    }

    /// <summary>The parabola through both ends of an interval and the checkpoint before; on the first interval, through the checkpoint after.</summary>
    /// <param name="chosen">Indices of the checkpoints of the grid.</param>
    /// <param name="times">Times of all checkpoints.</param>
    /// <param name="interval">Between chosen[interval] and chosen[interval + 1].</param>
    public static JacobianInterpolant Parabola(IReadOnlyList<int> chosen, IReadOnlyList<double> times, int interval)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        ArgumentNullException.ThrowIfNull(times);
        if (chosen.Count == 2) return Linear(chosen, 0);
        int first = Math.Max(0, interval - 1);
        double start = times[chosen[interval]], h = times[chosen[interval + 1]] - start;
        int[] points = [chosen[first], chosen[first + 1], chosen[first + 2]];
        double[] x = Array.ConvertAll(points, k => (times[k] - start) / h);
        return new JacobianInterpolant(points, [.. Enumerable.Range(0, 3).Select(i =>
        {
            double a = x[(i + 1) % 3], b = x[(i + 2) % 3], scale = (x[i] - a) * (x[i] - b);
            return new[] { a * b / scale, -(a + b) / scale, 1 / scale };
        })]);
    }

    /// <summary>Whether the products of its value and slopes stand in for those of its checkpoints, because its weights are large.</summary>
    public bool IsWrittenInSlopes => ValueSlopeForm.IsNeeded(this);

    /// <summary>ℓ_a(θ), the weight of knot a.</summary>
    public double At(int a, double theta) => Polynomial.At(Basis[a], theta);

    /// <summary>The mean of ℓ_a over [from, to].</summary>
    public double Mean(int a, double from, double to)
    {
        if (to == from) return At(a, from);
        double Integral(double x)
        {
            double sum = 0, power = x;
            for (int j = 0; j < Basis[a].Length; j++, power *= x) sum += Basis[a][j] * power / (j + 1);
            return sum;
        }
        return (Integral(to) - Integral(from)) / (to - from);
    }

    // Derivative at the middle (or an end) of the parabola through three neighbours: exact for quadratics.
    private static (int Position, double Weight)[] Slope(IReadOnlyList<int> chosen, IReadOnlyList<double> times, int k)
    {
        int middle = Math.Clamp(k, 1, chosen.Count - 2);
        int[] p = [middle - 1, middle, middle + 1];
        double[] t = p.Select(i => times[chosen[i]]).ToArray();
        double x = times[chosen[k]];
        var weights = new (int, double)[3];
        for (int i = 0; i < 3; i++)
        {
            int j = (i + 1) % 3, l = (i + 2) % 3;
            weights[i] = (p[i], (2 * x - t[j] - t[l]) / ((t[i] - t[j]) * (t[i] - t[l])));
        }
        return weights;
    }
}

/// <summary>Polynomials as coefficient arrays, constant first.</summary>
internal static class Polynomial
{
    public static double At(double[] coefficients, double x)
    {
        double value = 0;
        for (int j = coefficients.Length - 1; j >= 0; j--) value = value * x + coefficients[j];
        return value;
    }

    /// <summary>A bound of |p| on [0, 1]: its coefficients in Bernstein's form enclose it there.</summary>
    public static double LargestMagnitude(double[] coefficients)
    {
        int degree = coefficients.Length - 1;
        double largest = 0;
        for (int i = 0; i <= degree; i++)
        {
            // b_i = Σ_j C(i,j)/C(degree,j)·a_j
            double value = 0, ratio = 1;
            for (int j = 0; j <= i; j++)
            {
                value += ratio * coefficients[j];
                ratio *= (i - j) / (double)Math.Max(degree - j, 1);
            }
            largest = Math.Max(largest, Math.Abs(value));
        }
        return largest;
    }

    public static double[] Product(double[] a, double[] b)
    {
        var result = new double[a.Length + b.Length - 1];
        for (int i = 0; i < a.Length; i++)
            for (int j = 0; j < b.Length; j++) result[i + j] += a[i] * b[j];
        return result;
    }
}
