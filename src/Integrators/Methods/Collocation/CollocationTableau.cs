using System.Collections.Immutable;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Integrators;

/// <summary>A collocation Runge–Kutta method as data: nodes c, matrix A, weights b, all positive.</summary>
/// <remarks>
/// Gauss–Legendre: order 2s, A-stable, symplectic (b_i a_ij + b_j a_ji = b_i b_j), so stage values keep the energy identity at any step.
/// Radau IIA: order 2s − 1, L-stable; I − PᵀP − 2βW_h ⪰ 0. W and G use the stage values with the weights b: they are the quadratures of the same
/// Runge–Kutta method, hence of its full order. Source: Hairer &amp; Wanner, <i>Solving ODEs II</i>, IV.5.
/// </remarks>
public sealed class CollocationTableau
{
    // Solved for when they are first needed: who only wants the names of the methods waits for nothing.
    private readonly Lazy<Coefficients> _coefficients;

    private CollocationTableau(string name, bool symplectic, double[] c)
    {
        Symplectic = symplectic;
        Name = name;
        Order = symplectic ? 2 * c.Length : 2 * c.Length - 1;
        C = [.. c];
        _coefficients = new Lazy<Coefficients>(() => Solve(c));
    }

    private static Coefficients Solve(double[] c)
    {
        int s = c.Length;
        Matrix<double> a = Matrix<double>.Build.Dense(s, s);
        // Collocation: Σ_j a_ij c_j^{k-1} = c_i^k / k and Σ_j b_j c_j^{k-1} = 1/k for k = 1..s: Vandermonde systems.
        var powers = Matrix<double>.Build.Dense(s, s, (k, j) => Math.Pow(c[j], k));
        for (int i = 0; i < s; i++)
        {
            var row = powers.Solve(Vector<double>.Build.Dense(s, k => Math.Pow(c[i], k + 1) / (k + 1)));
            a.SetRow(i, row);
        }
        var b = powers.Solve(Vector<double>.Build.Dense(s, k => 1.0 / (k + 1)));
        var inverse = a.Inverse();
        return new Coefficients(Rows(a), [.. b], Rows(inverse), [.. inverse.RowSums()], [.. b * inverse]);
    }

    /// <summary>One-stage Gauss–Legendre (implicit midpoint), order 2.</summary>
    public static CollocationTableau Gauss2 { get; } = new("gauss-2", true, [0.5]);

    /// <summary>Two-stage Gauss–Legendre, order 4.</summary>
    public static CollocationTableau Gauss4 { get; } = new("gauss-4", true, [0.5 - Math.Sqrt(3) / 6, 0.5 + Math.Sqrt(3) / 6]);

    /// <summary>Three-stage Gauss–Legendre, order 6.</summary>
    public static CollocationTableau Gauss6 { get; } = new("gauss-6", true, [0.5 - Math.Sqrt(15) / 10, 0.5, 0.5 + Math.Sqrt(15) / 10]);

    /// <summary>Two-stage Radau IIA, order 3.</summary>
    public static CollocationTableau Radau3 { get; } = new("radau-3", false, [1.0 / 3, 1]);

    /// <summary>Three-stage Radau IIA, order 5.</summary>
    public static CollocationTableau Radau5 { get; } = new("radau-5", false, [(4 - Math.Sqrt(6)) / 10, (4 + Math.Sqrt(6)) / 10, 1]);

    /// <summary>The tableaus there are.</summary>
    public static IReadOnlyList<CollocationTableau> All { get; } = [Gauss2, Gauss4, Gauss6, Radau3, Radau5];

    /// <summary>The tableau of a name, or null.</summary>
    public static CollocationTableau? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return All.FirstOrDefault(t => t.Name == name);
    }

    /// <summary>R(z) = 1 − z bᵀ(I + zA)⁻¹1 = 1 − Σd + dᵀ(α + zI)⁻¹α1, the factor of one step of ẋ = −(z/h)x.</summary>
    public double Stability(double z)
    {
        int s = Stages;
        var a = new double[s, s + 1];
        for (int i = 0; i < s; i++)
        {
            for (int j = 0; j < s; j++) a[i, j] = Inverse[i][j] + (i == j ? z : 0);
            a[i, s] = InverseRowSums[i];
        }
        // Gauss–Jordan without pivoting: the symmetric part of diag(b)α is positive semidefinite and z ≥ 0.
        for (int k = 0; k < s; k++)
            for (int i = 0; i < s; i++)
            {
                if (i == k) continue;
                double factor = a[i, k] / a[k, k];
                for (int j = k; j <= s; j++) a[i, j] -= factor * a[k, j];
            }
        double value = 1;
        for (int i = 0; i < s; i++) value += StageWeights[i] * (a[i, s] / a[i, i] - 1);
        return value;
    }

    /// <summary>Name as on the command line.</summary>
    public string Name { get; }

    /// <summary>Whether quadratic invariants are kept: Gauss.</summary>
    public bool Symplectic { get; }

    /// <summary>Classical order p of P, W and G: global error O(h^p).</summary>
    public int Order { get; }

    /// <summary>s, the number of stages.</summary>
    public int Stages => C.Length;

    /// <summary>The nodes c_i in [0, 1].</summary>
    public ImmutableArray<double> C { get; }

    /// <summary>a_ij, the weights of the stages, s×s.</summary>
    public ImmutableArray<ImmutableArray<double>> A => _coefficients.Value.A;

    /// <summary>b_i &gt; 0, summing to 1.</summary>
    public ImmutableArray<double> B => _coefficients.Value.B;

    /// <summary>α = A⁻¹, s×s.</summary>
    public ImmutableArray<ImmutableArray<double>> Inverse => _coefficients.Value.Inverse;

    /// <summary>The row sums of A⁻¹.</summary>
    public ImmutableArray<double> InverseRowSums => _coefficients.Value.InverseRowSums;

    /// <summary>d = bᵀA⁻¹: P(t+h) = (1 − Σd)·P(t) + Σ d_i Y_i, which never multiplies by a large hA.</summary>
    public ImmutableArray<double> StageWeights => _coefficients.Value.StageWeights;

    private static ImmutableArray<ImmutableArray<double>> Rows(Matrix<double> a) => [.. a.EnumerateRows().Select(row => row.ToImmutableArray())];

    private sealed record Coefficients(ImmutableArray<ImmutableArray<double>> A, ImmutableArray<double> B, ImmutableArray<ImmutableArray<double>> Inverse,
        ImmutableArray<double> InverseRowSums, ImmutableArray<double> StageWeights);
}
