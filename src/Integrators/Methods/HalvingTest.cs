namespace KernelFlow.Integrators;

/// <summary>How many times larger the difference between a step and two half steps is than the error of the halves, on the test equation ẋ = −(z/h)x.</summary>
/// <remarks>2^p − 1 in the asymptotic range; where z = h·rate is large the order is lost and the ratio falls towards 1 or 2. The smallest ratio up to
/// z is used.</remarks>
internal sealed class HalvingTest
{
    private const double Smallest = 0.25, Growth = 1.189207115002721; // 2^(1/4)
    private const int Points = 80;
    private readonly double[] _ratio = new double[Points];
    private readonly double _asymptotic;

    /// <param name="order">p, the order of the method.</param>
    /// <param name="stability">R(z), the stability function: one step of length h on x′ = −(z/h)·x multiplies x by it.</param>
    public HalvingTest(int order, Func<double, double> stability)
        : this(order, z => (stability(z), Math.Pow(stability(0.5 * z), 2), Math.Exp(-z))) { }

    /// <param name="order">p, the order of the method.</param>
    /// <param name="stability">R(z), the stability function: one step of length h on x′ = −(z/h)·x multiplies x by it.</param>
    /// <param name="dissipated">2z∫x² over a step of the method's quadrature: 1 − e^{−2z} if it were exact. Nodes apart from the stages have ratios
    /// of their own.</param>
    public HalvingTest(int order, Func<double, double> stability, Func<double, double> dissipated)
        : this(order, z => (stability(z), Math.Pow(stability(0.5 * z), 2), Math.Exp(-z)),
            z => (dissipated(z), dissipated(0.5 * z) * (1 + Math.Pow(stability(0.5 * z), 2)), 2 * z * PhiFunctions.Phi1(2 * z))) { }

    /// <summary>The ratios of a method that does not know R(z) in closed form, from steps that it takes on the test equation.</summary>
    public static HalvingTest Measured(IntegrationMethod method) =>
        new(method.Order, z => TestEquation.Step(method, z).Stability, z => TestEquation.Step(method, z).Dissipated);

    private HalvingTest(int order, params Func<double, (double Coarse, double Fine, double Exact)>[] quantities)
    {
        _asymptotic = Math.Pow(2, order) - 1;
        double lowest = _asymptotic, z = Smallest;
        for (int i = 0; i < Points; i++, z *= Growth)
        {
            foreach (var solve in quantities)
            {
                var (coarse, fine, exact) = solve(z);
                double error = Math.Abs(fine - exact);
                // Below this the two errors are rounding and their ratio means nothing.
                if (error > 1e-13 && Math.Abs(coarse - fine) / error is var ratio && ratio < lowest) lowest = ratio;
            }
            _ratio[i] = Math.Max(1, lowest);
        }
    }

    /// <summary>2^p − 1, the ratio for small steps.</summary>
    public double Asymptotic => _asymptotic;

    /// <summary>The divisor for a difference that lives at rates up to z/h.</summary>
    public double Divisor(double z)
    {
        if (!(z > Smallest)) return _asymptotic;
        int index = (int)Math.Ceiling(Math.Log(z / Smallest) / Math.Log(Growth));
        return _ratio[Math.Min(index, Points - 1)];
    }
}
