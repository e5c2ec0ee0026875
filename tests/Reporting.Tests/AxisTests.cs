using KernelFlow.Reporting.Charts;

namespace KernelFlow.Reporting.Tests;

public sealed class AxisTests
{
    [Theory]
    [InlineData(new[] { 0.0, 10 }, new[] { 0.0, 2, 4, 6, 8, 10 })]
    [InlineData(new[] { -1.3, 2.2 }, new[] { -2.0, -1, 0, 1, 2, 3 })]
    [InlineData(new[] { 0.0, 0.0007 }, new[] { 0.0, 0.0002, 0.0004, 0.0006, 0.0008 })]
    public void LinearTicksAreRoundAndHoldTheValues(double[] values, double[] expected)
    {
        var axis = Axis.Linear("x", values);
        Assert.Equal(expected.Length, axis.Ticks.Count);
        foreach (var (tick, value) in axis.Ticks.Zip(expected)) Assert.Equal(value, tick.Value, 12);
        foreach (double v in values) Assert.True(axis.Holds(v), $"{v} is outside {axis.Min} to {axis.Max}");
    }

    [Fact]
    public void LogarithmicTicksAreDecades()
    {
        var axis = Axis.Log("x", [0.02, 30, -1, 0, double.NaN]);
        Assert.Equal((0.01, 100.0), (axis.Min, axis.Max));
        Assert.Equal(["10⁻²", "10⁻¹", "1", "10", "10²"], axis.Ticks.Where(t => t.Label != "").Select(t => t.Label));
        Assert.Equal(0.5, axis.Share(1), 12);
        Assert.False(axis.Holds(0));
        Assert.False(axis.Holds(-1));
        Assert.False(axis.Holds(double.NaN));
    }

    [Fact]
    public void AnAxisThatIsNotRoundedEndsAtItsValues()
    {
        var axis = Axis.Log("x", [0.05, 150], round: false);
        Assert.Equal((0.05, 150.0), (axis.Min, axis.Max));
        Assert.All(axis.Ticks, t => Assert.InRange(t.Value, 0.05, 150));
        Assert.Equal(0, axis.Share(0.05), 12);
        Assert.Equal(1, axis.Share(150), 12);
    }

    [Theory]
    [InlineData]
    [InlineData(0.0)]
    [InlineData(5.0)]
    [InlineData(double.NaN)]
    public void DegenerateValuesStillGiveAnAxis(params double[] values)
    {
        foreach (var axis in (Axis[])[Axis.Linear("x", values), Axis.Log("x", values), Axis.Log("x", values, round: false)])
        {
            Assert.True(axis.Max > axis.Min, $"{axis.Min} to {axis.Max}");
            Assert.NotEmpty(axis.Ticks);
            Assert.InRange(axis.Ticks.Count, 1, 60);
        }
    }

    [Fact]
    public void ManyDecadesKeepTheirLabelsApart()
    {
        var axis = Axis.Log("x", [1e-30, 1e5]);
        Assert.InRange(axis.Ticks.Count(t => t.Label != ""), 3, 9);
        Assert.Equal(1e5, axis.Max);
    }
}
