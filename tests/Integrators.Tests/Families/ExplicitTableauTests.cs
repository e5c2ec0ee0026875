namespace KernelFlow.Integrators.Tests.Families;

/// <summary>Every order condition of Butcher's theory: b·Φ(τ) = 1/γ(τ) for all rooted trees τ up to the order, and b(θ)·Φ(τ) = θ^{|τ|}/γ(τ) for dense
/// outputs.</summary>
public class ExplicitTableauTests
{
    /// <summary>A rooted tree: order, density γ and Φ_i at every stage.</summary>
    private sealed record Tree(string Name, int Order, double Density, double[] Weights);

    public static TheoryData<string> Names => ["dopri5", "tsit5", "dop853"];

    private static ExplicitTableau Get(string name) =>
        new[] { ExplicitTableau.DormandPrince5, ExplicitTableau.Tsitouras5, ExplicitTableau.DormandPrince8 }.Single(t => t.Name == name);

    // All trees up to an order: a root with a multiset of smaller trees grafted on it; Φ_i = Π_k Σ_j a_ij Φ_j(τ_k), γ = |τ| Π γ(τ_k).
    private static List<Tree> Trees(ExplicitTableau t, int order)
    {
        int s = t.C.Length;
        var all = new List<Tree> { new("τ", 1, 1, Enumerable.Repeat(1.0, s).ToArray()) };
        for (int n = 2; n <= order; n++)
        {
            var smaller = all.ToArray();
            var found = new List<Tree>();
            void Graft(int from, int left, string name, double density, double[] weights)
            {
                if (left == 0)
                {
                    found.Add(new Tree($"[{name}]", n, n * density, weights));
                    return;
                }
                for (int k = from; k < smaller.Length; k++)
                {
                    var branch = smaller[k];
                    if (branch.Order > left) continue;
                    double[] product = Enumerable.Range(0, s).Select(i => weights[i] * Enumerable.Range(0, t.A[i].Length)
                        .Sum(j => t.A[i][j] * branch.Weights[j])).ToArray();
                    Graft(k, left - branch.Order, name + branch.Name, density * branch.Density, product);
                }
            }
            Graft(0, n - 1, "", 1, Enumerable.Repeat(1.0, s).ToArray());
            all.AddRange(found);
        }
        return all;
    }

    private static double Sum(IEnumerable<double> b, double[] weights) => b.Zip(weights, (x, y) => x * y).Sum();

    [Theory]
    [MemberData(nameof(Names))]
    public void AllRootedTreesUpToTheOrder(string name)
    {
        var t = Get(name);
        var trees = Trees(t, t.Order + 1);
        Assert.Equal(t.Order == 5 ? 17 : 200, trees.Count(x => x.Order <= t.Order)); // 1, 2, 4, 8, 17, 37, 85, 200 trees
        foreach (var tree in trees.Where(x => x.Order <= t.Order))
            Check.Small(Math.Abs(Sum(t.B, tree.Weights) - 1 / tree.Density), 1e-14 * t.B.Sum(Math.Abs), $"{name}: {tree.Name}");
        Check.AtLeast(trees.Where(x => x.Order == t.Order + 1).Max(x => Math.Abs(Sum(t.B, x.Weights) - 1 / x.Density)), 1e-9,
            $"{name}: largest defect beyond the order, which would be higher than stated");
        foreach (var tree in trees.Where(x => x.Order <= (t.Order == 5 ? 4 : 5)))
            Check.Small(Math.Abs(Sum(t.Embedded, tree.Weights) - 1 / tree.Density), 2e-14 * t.Embedded.Sum(Math.Abs), $"{name}, embedded: {tree.Name}");
        Check.AtLeast(t.Embedded.Zip(t.B).Max(x => Math.Abs(x.First - x.Second)), 1e-3, $"{name}: largest difference of the weights of the embedded method");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void DenseOutputHasItsOrder(string name)
    {
        var t = Get(name);
        var trees = Trees(t, t.DenseOrder + 1);
        double beyond = 0;
        foreach (double theta in (double[])[0.1, 0.37, 0.5, 0.88, 1])
        {
            double[] b = Enumerable.Range(0, t.C.Length).Select(i => t.DenseWeight(i, theta)).ToArray();
            double scale = t.Dense.Sum(row => row.Select((x, k) => Math.Abs(x) * Math.Pow(theta, k + 1)).Sum());
            foreach (var tree in trees)
            {
                double defect = Math.Abs(Sum(b, tree.Weights) - Math.Pow(theta, tree.Order) / tree.Density);
                if (tree.Order <= t.DenseOrder) Check.Small(defect, 1e-14 * scale, FormattableString.Invariant($"{name} at θ = {theta}: {tree.Name}"));
                else if (theta < 1) beyond = Math.Max(beyond, defect);
            }
        }
        Check.AtLeast(beyond, 1e-8, $"{name}: largest defect beyond the order of the dense output, which would be higher than stated");
        for (int i = 0; i < t.C.Length; i++) // at the end it is the step itself
            Check.Small(Math.Abs(t.DenseWeight(i, 1) - (i < t.B.Length ? t.B[i] : 0)), 2e-15 * t.Dense[i].Sum(x => 1 + Math.Abs(x)), $"{name}: b_{i}(1)");
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void RowSumsAndPositiveQuadrature(string name)
    {
        var t = Get(name);
        for (int i = 0; i < t.C.Length; i++) Check.Small(Math.Abs(t.A[i].Sum() - t.C[i]), 5e-15 * (1 + t.A[i].Sum(Math.Abs)), $"{name}: c_{i}");
        Check.Positive(t.Weights.Min(), $"{name}: smallest weight of the quadrature");
        for (int k = 1; k <= 2 * t.Nodes.Length; k++)
            Check.Small(Math.Abs(t.Nodes.Zip(t.Weights, (x, w) => w * Math.Pow(x, k - 1)).Sum() - 1.0 / k), 1e-14, $"{name}: quadrature of degree {k - 1}");
        Check.AtLeast(Math.Min(t.DenseOrder + 1, 2 * t.Nodes.Length), t.Order, $"{name}: order of W and G, which must not fall behind P");
    }

    /// <summary>R(z) = Σ (−z)^k/k! to the order.</summary>
    [Theory]
    [MemberData(nameof(Names))]
    public void StabilityFunction(string name)
    {
        var t = Get(name);
        double factorial = Enumerable.Range(1, t.Order + 1).Aggregate(1.0, (product, k) => product * k);
        foreach (double z in (double[])[0.1, 0.5, 1, 2])
            Check.Small(Math.Abs(t.Stability(z) - Math.Exp(-z)), 3 * Math.Pow(z, t.Order + 1) / factorial + 1e-15,
                FormattableString.Invariant($"{name}: R − e^(−z) at z = {z}"));
    }
}
