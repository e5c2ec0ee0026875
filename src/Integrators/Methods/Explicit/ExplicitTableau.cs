using System.Collections.Immutable;

namespace KernelFlow.Integrators;

/// <summary>An explicit Runge–Kutta method as data: stages c and a, weights b, embedded weights b̂ and a dense output b(θ) of its stages.</summary>
/// <remarks>
/// Weights b may be negative, so they cannot carry W and G: those take positive Gauss–Legendre nodes on the dense output, X(t + θh) = X + hΣ b_i(θ)k_i. A dense
/// output of order q leaves an error O(h^{q+1}) at a node and O(h^{q+2}) in the step's W and G: their global order is min(q + 1, twice the nodes), here the
/// order of P.
/// </remarks>
public sealed partial class ExplicitTableau
{
    private ExplicitTableau(string name, int order, int denseOrder, int quadratureNodes, string reference, double[] c, double[][] a, double[] b,
        double[] embedded, double[][] dense)
    {
        (Name, Order, DenseOrder, Reference) = (name, order, denseOrder, reference);
        (C, B, Embedded) = ([.. c], [.. b], [.. embedded]);
        (A, Dense) = (Rows(a), Rows(dense));
        var (nodes, weights) = GaussLegendre.OnUnitInterval(quadratureNodes);
        (Nodes, Weights) = ([.. nodes], [.. weights]);
    }

    /// <summary>Name as on the command line.</summary>
    public string Name { get; }

    /// <summary>p: global error of P, W and G O(h^p).</summary>
    public int Order { get; }

    /// <summary>q: the dense output's local error is O(h^{q+1}).</summary>
    public int DenseOrder { get; }

    /// <summary>Where the coefficients come from.</summary>
    public string Reference { get; }

    /// <summary>c_i of all stages, those of the dense output last.</summary>
    public ImmutableArray<double> C { get; }

    /// <summary>a_ij for j &lt; i, the weights of the stages.</summary>
    public ImmutableArray<ImmutableArray<double>> A { get; }

    /// <summary>b_i of the stages a step needs; the following stages serve the dense output.</summary>
    public ImmutableArray<double> B { get; }

    /// <summary>b̂_i of the embedded method of lower order.</summary>
    public ImmutableArray<double> Embedded { get; }

    /// <summary>b_i(θ) = Σ_k Dense[i][k]·θ^{k+1}.</summary>
    public ImmutableArray<ImmutableArray<double>> Dense { get; }

    /// <summary>Gauss–Legendre nodes in [0, 1] on which W and G are formed.</summary>
    public ImmutableArray<double> Nodes { get; }

    /// <summary>Their weights, positive.</summary>
    public ImmutableArray<double> Weights { get; }

    /// <summary>b_i(θ), the weight of a stage for the dense output at t + θh.</summary>
    public double DenseWeight(int stage, double theta)
    {
        double value = 0;
        for (int k = Dense[stage].Length - 1; k >= 0; k--) value = (value + Dense[stage][k]) * theta;
        return value;
    }

    /// <summary>R(z) of one step of ẋ = −(z/h)x.</summary>
    public double Stability(double z)
    {
        double[] k = Slopes(z);
        double result = 1;
        for (int i = 0; i < B.Length; i++) result += B[i] * k[i];
        return result;
    }

    /// <summary>2z Σ ω x(θ)² over one step of ẋ = −(z/h)x.</summary>
    internal double Dissipated(double z)
    {
        double[] k = Slopes(z);
        double sum = 0;
        for (int node = 0; node < Nodes.Length; node++)
        {
            double x = 1;
            for (int i = 0; i < k.Length; i++) x += DenseWeight(i, Nodes[node]) * k[i];
            sum += Weights[node] * x * x;
        }
        return 2 * z * sum;
    }

    private double[] Slopes(double z)
    {
        var k = new double[C.Length];
        for (int i = 0; i < k.Length; i++)
        {
            double x = 1;
            for (int j = 0; j < A[i].Length; j++) x += A[i][j] * k[j];
            k[i] = -z * x;
        }
        return k;
    }

    private static ImmutableArray<ImmutableArray<double>> Rows(double[][] rows) => [.. rows.Select(row => row.ToImmutableArray())];
}
