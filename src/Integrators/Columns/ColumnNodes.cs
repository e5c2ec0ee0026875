namespace KernelFlow.Integrators;

/// <summary>Radau IIA with q stages as data for <see cref="ColumnFlow"/>: order 2q − 1, stiffly accurate, positive weights; the last node is the end of the
/// step.</summary>
internal sealed class ColumnNodes
{
    private static readonly int[] s_counts = [2, 3, 4, 5, 6, 8];

    private ColumnNodes(int count, ColumnNodes? before)
    {
        C = Radau(count);
        var (nodes, weights) = GaussLegendre.OnUnitInterval(count);
        var a = new double[count * count];
        for (int i = 0; i < count; i++)
            for (int j = 0; j < count; j++)
                for (int g = 0; g < count; g++) a[i + j * count] += C[i] * weights[g] * Lagrange(C, j, C[i] * nodes[g]);
        Transposed = new double[count * count];
        for (int i = 0; i < count; i++)
            for (int j = 0; j < count; j++) Transposed[j + i * count] = a[i + j * count];
        B = [.. Enumerable.Range(0, count).Select(j => a[count - 1 + j * count])];
        if (before is null) return;
        double[] points = [0, .. before.C];
        FromBefore = [.. C.Select(c => Enumerable.Range(0, points.Length).Select(j => Lagrange(points, j, c)).ToArray())];
    }

    /// <summary>The rules in the order in which they are tried on a step.</summary>
    public static IReadOnlyList<ColumnNodes> Levels { get; } = Make();

    /// <summary>q, the number of stages.</summary>
    public int Count => C.Length;

    /// <summary>The nodes in (0, 1].</summary>
    public double[] C { get; }

    /// <summary>The weights, positive.</summary>
    public double[] B { get; }

    /// <summary>Aᵀ of the tableau, q×q column-major: values at nodes stand in columns, which it multiplies from the right.</summary>
    public double[] Transposed { get; }

    /// <summary>For each node the weights of the step's start and of the nodes of the level before, by which its polynomial continues to this node.</summary>
    public double[][] FromBefore { get; } = [];

    private static ColumnNodes[] Make()
    {
        var levels = new ColumnNodes[s_counts.Length];
        for (int l = 0; l < levels.Length; l++) levels[l] = new ColumnNodes(s_counts[l], l == 0 ? null : levels[l - 1]);
        return levels;
    }

    // The zeros of P_q − P_{q−1} on [−1, 1]; those of the Chebyshev polynomials of the same kind are close.
    private static double[] Radau(int count)
    {
        var nodes = new double[count];
        for (int i = 0; i < count; i++)
        {
            double x = Math.Cos(2 * Math.PI * (count - 1 - i) / (2 * count - 1));
            if (i < count - 1)
                for (int iteration = 0; iteration < 50; iteration++)
                {
                    double before = 1, value = x, slopeBefore = 0, slope = 1;
                    for (int k = 2; k <= count; k++)
                    {
                        (slopeBefore, slope) = (slope, slopeBefore + (2 * k - 1) * value);
                        (before, value) = (value, ((2 * k - 1) * x * value - (k - 1) * before) / k);
                    }
                    double step = (value - before) / (slope - slopeBefore);
                    x -= step;
                    if (Math.Abs(step) < 1e-15) break;
                }
            nodes[i] = 0.5 * (1 + x);
        }
        return nodes;
    }

    private static double Lagrange(double[] points, int j, double x)
    {
        double product = 1;
        for (int k = 0; k < points.Length; k++)
            if (k != j) product *= (x - points[k]) / (points[j] - points[k]);
        return product;
    }
}
