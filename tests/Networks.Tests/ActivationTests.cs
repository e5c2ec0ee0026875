using KernelFlow.Networks.Layers;
using MathNet.Numerics;

namespace KernelFlow.Networks.Tests;

public class ActivationTests
{
    private static readonly double[] s_points = Enumerable.Range(-4000, 8001).Select(i => i * 0.0025)
        .Concat([-800.0, -38, -30, 30, 38, 800, 1e-300, -1e-8, 1e-8, 0]).ToArray();

    [Fact]
    public void Tanh_is_the_platforms_to_rounding()
    {
        var (value, slope) = Apply(ActivationKind.Tanh, s_points);
        for (int i = 0; i < s_points.Length; i++)
        {
            double exact = Math.Tanh(s_points[i]);
            Check.Close(value[i], exact, 5e-16, FormattableString.Invariant($"tanh({s_points[i]})"));
            Assert.Equal(1 - value[i] * value[i], slope[i]);
        }
    }

    // MathNet's erfc is an independent rational approximation.
    [Fact]
    public void Gelu_is_x_times_the_normal_distribution_function()
    {
        var (value, slope) = Apply(ActivationKind.Gelu, s_points);
        for (int i = 0; i < s_points.Length; i++)
        {
            double x = s_points[i], cumulative = 0.5 * SpecialFunctions.Erfc(-x / Math.Sqrt(2)), density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
            // The lower tail is the exponential's: its relative error grows with the size of the exponent.
            double unit = 1e-15 * (1 + x * x / 4);
            Check.Small(Math.Abs(value[i] - x * cumulative), unit * Math.Abs(x * cumulative) + 1e-300, FormattableString.Invariant($"error of gelu({x})"));
            double size = cumulative + Math.Abs(x) * density; // the two terms of the slope cancel where x is negative
            Check.Small(Math.Abs(slope[i] - cumulative - x * density), 2 * unit * size + 1e-300, FormattableString.Invariant($"error of gelu'({x})"));
        }
    }

    [Fact]
    public void Relu_keeps_positive_values_and_has_slope_zero_at_zero()
    {
        var (value, slope) = Apply(ActivationKind.Relu, [-2, -0.0, 0, 3, 1e-300]);
        Assert.Equal([0, 0, 0, 3, 1e-300], value);
        Assert.Equal([0, 0, 0, 1, 1], slope);
    }

    [Theory]
    [InlineData(ActivationKind.Tanh)]
    [InlineData(ActivationKind.Gelu)]
    [InlineData(ActivationKind.Relu)]
    public void NaN_is_not_swallowed(ActivationKind kind) => Assert.True(double.IsNaN(Apply(kind, [double.NaN]).Value[0]));

    // Equal inputs must give equal bits wherever they stand in a batch: duplicated examples have identical Jacobian rows.
    [Theory]
    [InlineData(ActivationKind.Tanh)]
    [InlineData(ActivationKind.Gelu)]
    public void The_tail_of_a_vector_is_computed_like_its_body(ActivationKind kind)
    {
        var (body, bodySlope) = Apply(kind, s_points);
        for (int i = 0; i < s_points.Length; i += 37)
        {
            var (single, singleSlope) = Apply(kind, [s_points[i]]);
            Assert.Equal(body[i], single[0]);
            Assert.Equal(bodySlope[i], singleSlope[0]);
        }
    }

    private static (double[] Value, double[] Slope) Apply(ActivationKind kind, double[] a)
    {
        double[] value = new double[a.Length], slope = new double[a.Length];
        Activation.Apply(kind, a, value, slope);
        return (value, slope);
    }
}
