namespace KernelFlow.Recording.Tests.Optimizers;

/// <summary>The recursions against the optimizers' own update rules, run on a few numbers; nothing here forms a Jacobian.</summary>
public class DescentRuleTests
{
    private static readonly double[] _gradients = [1.5, -0.25, 0.75, 2, -1];

    // w_{k+1} − w_k = −f_k M_k (Z_k + φ_k g_k) with Z_k = d_k Z_{k−1} + c_k g_k.
    private static double[] ByRule(DescentRule rule, double eta, double[]? preconditioner = null)
    {
        double z = 0;
        return [.. _gradients.Select((g, k) =>
        {
            z = rule.DecayAt(k) * z + rule.GainAt(k) * g;
            return -rule.StepFactor(k, eta) * (preconditioner?[k] ?? 1) * (z + rule.FreshAt(k) * g);
        })];
    }

    private static void Same(double[] expected, double[] found)
    {
        for (int k = 0; k < expected.Length; k++)
            Check.Small(Math.Abs(found[k] - expected[k]), 4e-16 * Math.Max(1, Math.Abs(expected[k])), $"step {k}: {found[k]:R}, expected {expected[k]:R}");
    }

    [Fact]
    public void GradientDescent() => Same([.. _gradients.Select(g => -0.5 * g)], ByRule(new GradientDescent(0.5).Rule, 0.5));

    [Fact]
    public void HeavyBall()
    {
        double v = 0;
        Same([.. _gradients.Select(g => -0.5 * (v = 0.75 * v + g))], ByRule(new Momentum(0.5, 0.75).Rule, 0.5));
    }

    [Fact]
    public void DampenedHeavyBallTakesTheFirstGradientWhole()
    {
        double v = 0;
        Same([.. _gradients.Select((g, k) => -0.5 * (v = k == 0 ? g : 0.75 * v + (1 - 0.375) * g))],
            ByRule(new Momentum(0.5, 0.75) { Dampening = 0.375 }.Rule, 0.5));
    }

    [Fact]
    public void Nesterov()
    {
        double v = 0;
        Same([.. _gradients.Select(g => -0.5 * (g + 0.75 * (v = 0.75 * v + g)))], ByRule(new Momentum(0.5, 0.75) { Nesterov = true }.Rule, 0.5));
    }

    /// <summary>The largest root of one step on a quadratic: it leaves the unit circle at the edge and not before.</summary>
    [Theory]
    [InlineData(0.5, 0, false)]
    [InlineData(0.9, 0.5, false)]
    [InlineData(0.5, 0, true)]
    [InlineData(0.95, 0, true)]
    public void TheEdgeIsWhereAQuadraticDiverges(double momentum, double dampening, bool nesterov)
    {
        var rule = new Momentum(1, momentum) { Dampening = dampening, Nesterov = nesterov }.Rule;
        double Size(double z)
        {
            double x = 1, buffer = 0, largest = 0;
            for (int k = 0; k < 4000; k++)
            {
                buffer = rule.DecayAt(k + 1) * buffer + rule.GainAt(k + 1) * z * x;
                x -= buffer + rule.FreshAt(k + 1) * z * x;
                if (k >= 3900) largest = Math.Max(largest, Math.Abs(x));
            }
            return largest;
        }
        Check.Small(Size(0.99 * rule.StabilityEdge), 1e-3, "|x| below the edge");
        Check.AtLeast(Size(1.01 * rule.StabilityEdge), 1e3, "|x| above the edge");
    }

    [Fact]
    public void Adam()
    {
        double m = 0, v = 0;
        var steps = new List<double>();
        var diagonal = new List<double>();
        for (int k = 0; k < _gradients.Length; k++)
        {
            m = 0.9 * m + (1 - 0.9) * _gradients[k];
            v = 0.99 * v + (1 - 0.99) * _gradients[k] * _gradients[k];
            diagonal.Add(1 / (Math.Sqrt(v / (1 - Math.Pow(0.99, k + 1))) + 1e-8));
            steps.Add(-0.5 * (m / (1 - Math.Pow(0.9, k + 1))) * diagonal[k]);
        }
        var rule = new Adam(0.5, 0.9, 0.99, 1e-8).Rule;
        Assert.True(rule.NeedsPreconditioner);
        Same([.. steps], ByRule(rule, 0.5, [.. diagonal]));
    }

    /// <summary>The first step of Adam is η times the preconditioned gradient: the correction undoes the zero start of the running mean.</summary>
    [Fact]
    public void TheFirstStepOfAdamIsCorrected() => Same([-0.5 * _gradients[0]], [ByRule(new Adam(0.5, 0.9, 0.99, 0).Rule, 0.5)[0]]);

    [Theory]
    [InlineData(0.5, 3)]
    [InlineData(0.9, 3.8)]
    public void TheEdgeOfHeavyBall(double coefficient, double edge) => Assert.Equal(edge, new Momentum(0.1, coefficient).Rule.StabilityEdge, 15);

    [Fact]
    public void TheEdgesOfGradientDescentAndAdam()
    {
        Assert.Equal(2, DescentRule.Plain.StabilityEdge);
        Assert.Equal(38, new Adam(0.1, 0.9, 0.999, 0).Rule.StabilityEdge, 12);
    }

    [Fact]
    public void OnlyPlainDescentNeedsNoBuffer()
    {
        Assert.False(DescentRule.Plain.HasBuffer);
        Assert.Same(DescentRule.Plain, new GradientDescent(0.1).Rule);
        Assert.True(new Momentum(0.1, 0).Rule.HasBuffer);
        Assert.True(new Adam(0.1, 0, 0, 0).Rule.HasBuffer);
    }

    /// <summary>A recursion of one's own: averaging with weights that grow, Z_k = (k Z_{k−1} + g_k)/(k + 1), the mean of all gradients so far.</summary>
    private sealed class Averaging() : DescentRule("averaging", 1, 1)
    {
        public override double DecayAt(long step) => step / (step + 1.0);

        public override double GainAt(long step) => 1 / (step + 1.0);
    }

    [Fact]
    public void CoefficientsMayChangeFromStepToStep() =>
        Same([.. _gradients.Select((_, k) => -0.5 * _gradients.Take(k + 1).Average())], ByRule(new Averaging(), 0.5));

    private sealed class Bad(double decay, double gain) : DescentRule("bad", decay, gain);

    [Theory]
    [InlineData(-0.1, 1)]
    [InlineData(double.NaN, 1)]
    [InlineData(0, 0)]
    [InlineData(0, double.PositiveInfinity)]
    public void CoefficientsOutsideTheirRange(double decay, double gain) => Assert.Throws<ArgumentOutOfRangeException>(() => new Bad(decay, gain));
}
