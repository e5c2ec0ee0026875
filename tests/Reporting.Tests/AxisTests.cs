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

    public static TheoryData<double, double> Ranges() => new()
    {
        { 1e6, 1e6 + 10 }, { 1e6, 1e6 + 1e-3 }, { -1e6 - 10, -1e6 }, { 1, 1 + 1e-9 }, { 123456789, 123456789.5 }, { 1e15, 1e15 + 16 }, { 99990, 100010 },
        { 1e-7, 1.00001e-7 }, { 1e5, 1.02e5 }, { 0, 1e7 }, { 1e-3, 1.2e-3 }, { 1e300, 1.0001e300 }, { -5e-8, 5e-8 }, { 1e6, 2e6 },
    };

    /// <summary>A late or narrow window: every tick was called by the same name.</summary>
    [Theory]
    [MemberData(nameof(Ranges))]
    public void LabelsOfOneAxisAreAllDifferentAndShort(double from, double to)
    {
        foreach (bool round in (bool[])[true, false])
        {
            var axis = Axis.Linear("flow time t", [from, to], round: round);
            string[] labels = [.. axis.Ticks.Select(t => t.Label)];
            string seen = $"{axis.Label}: {string.Join(" | ", labels)}";
            Assert.True(labels.Length is >= 3 and <= 12, seen);
            Assert.True(labels.Distinct().Count() == labels.Length, seen);
            Assert.True(labels.All(l => l.Length <= 9), seen);
        }
    }

    [Fact]
    public void AnOffsetIsNamedOnTheAxis()
    {
        var axis = Axis.Linear("flow time t", [1e9, 1e9 + 10], round: false);
        Assert.Equal("flow time t − 1000000000", axis.Label);
        Assert.Equal(["0", "2", "4", "6", "8", "10"], axis.Ticks.Select(t => t.Label));
    }

    /// <summary>Values between which there are hardly any numbers, or none that can be subtracted: the ticks must end.</summary>
    [Theory]
    [InlineData(1e6, 1.0000000000000002e6)]
    [InlineData(-1.7e308, 1.7e308)]
    [InlineData(5e-324, 1e-322)]
    [InlineData(1e-310, 1e308)]
    [InlineData(0, 5e-324)]
    [InlineData(1e308, 1.7e308)]
    public void ExtremeValuesGiveAnAxis(double from, double to)
    {
        foreach (var axis in (Axis[])[Axis.Linear("x", [from, to]), Axis.Linear("x", [from, to], round: false), Axis.Log("x", [from, to]),
            Axis.Log("x", [from, to], 400, round: false)])
        {
            string seen = $"{axis.Min} to {axis.Max}, {axis.Ticks.Count} ticks";
            Assert.True(axis.Max > axis.Min && double.IsFinite(axis.Max - axis.Min) && axis.Ticks.Count < 700, seen);
            foreach (double v in (double[])[from, to]) Assert.True(!axis.Holds(v) || axis.Share(v) is >= 0 and <= 1, $"{seen}: {v} at {axis.Share(v)}");
        }
    }
}
