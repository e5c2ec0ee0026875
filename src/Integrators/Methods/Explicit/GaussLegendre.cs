namespace KernelFlow.Integrators;

/// <summary>Gauss–Legendre quadrature on [0, 1]: s nodes, all weights positive, exact for polynomials of degree 2s − 1.</summary>
internal static class GaussLegendre
{
    public static (double[] Nodes, double[] Weights) OnUnitInterval(int count)
    {
        double[] nodes = new double[count], weights = new double[count];
        for (int i = 0; i < count; i++)
        {
            double x = -Math.Cos(Math.PI * (i + 0.75) / (count + 0.5)), slope = 0;
            for (int iteration = 0; iteration < 20; iteration++)
            {
                var (value, derivative) = Legendre(count, x);
                slope = derivative;
                double step = value / derivative;
                x -= step;
                if (Math.Abs(step) < 1e-15) break;
            }
            (nodes[i], weights[i]) = (0.5 * (1 + x), 1 / ((1 - x * x) * slope * slope));
        }
        return (nodes, weights);
    }

    private static (double Value, double Derivative) Legendre(int degree, double x)
    {
        double previous = 1, value = x;
        for (int k = 2; k <= degree; k++) (previous, value) = (value, ((2 * k - 1) * x * value - (k - 1) * previous) / k);
        return (value, degree * (x * value - previous) / (x * x - 1));
    }
}
