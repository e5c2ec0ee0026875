using System.Globalization;

namespace KernelFlow.Files.Tests;

/// <summary>Numbers as text: exact where programs read them, short where people do, and the same under every culture.</summary>
public class NumberTextTests
{
    [Theory]
    [InlineData(0.1, "0.1")]
    [InlineData(1e-300, "1E-300")]
    [InlineData(-0.30000000000000004, "-0.30000000000000004")]
    [InlineData(150, "150")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "inf")]
    [InlineData(double.NegativeInfinity, "-inf")]
    public void ForPrograms(double value, string text) => Assert.Equal(text, NumberText.RoundTrip(value));

    [Fact]
    public void WhatProgramsReadIsTheSameNumber()
    {
        var random = new Random(1);
        for (int i = 0; i < 1000; i++)
        {
            double value = (random.NextDouble() - 0.5) * Math.Pow(10, random.Next(-300, 300));
            Assert.Equal(value, double.Parse(NumberText.RoundTrip(value), CultureInfo.InvariantCulture));
        }
    }

    [Theory]
    [InlineData(0.0, "0")]
    [InlineData(0.0041234, "0.00412")]
    [InlineData(0.001, "0.001")]
    [InlineData(0.000999, "9.99e-4")]
    [InlineData(19.0, "19")]
    [InlineData(12345.6, "12346")]
    [InlineData(99999.0, "99999")]
    [InlineData(100000.0, "1e5")]
    [InlineData(-1.2e-8, "-1.2e-8")]
    [InlineData(null, "–")]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.NegativeInfinity, "-∞")]
    public void ForPeople(double? value, string text) => Assert.Equal(text, NumberText.Short(value));

    [Fact]
    public void DigitsAreSignificantOnes()
    {
        Assert.Equal("0.3", NumberText.Short(1 / 3.0, 1));
        Assert.Equal("0.33333", NumberText.Short(1 / 3.0, 5));
        Assert.Equal("3.3333e-7", NumberText.Short(1 / 3e6, 5));
    }

    [Theory]
    [InlineData(0.5, "50 %")]
    [InlineData(0.0123, "1.2 %")]
    [InlineData(1e-7, "1e-5 %")]
    [InlineData(null, "–")]
    [InlineData(double.PositiveInfinity, "∞")]
    public void Percentages(double? value, string text) => Assert.Equal(text, NumberText.Percent(value));

    [Theory]
    [InlineData("de-DE")]
    [InlineData("ru-RU")]
    [InlineData("ar-EG")]
    public void EveryCultureGivesTheSame(string culture)
    {
        var before = CultureInfo.CurrentCulture;
        CultureInfo.CurrentCulture = new CultureInfo(culture);
        try
        {
            Assert.Equal("-1234.5", NumberText.RoundTrip(-1234.5));
            Assert.Equal("-0.00412", NumberText.Short(-0.00412));
            Assert.Equal("1234567", NumberText.Count(1234567));
            Assert.Equal("-5 %", NumberText.Percent(-0.05));
        }
        finally
        {
            CultureInfo.CurrentCulture = before;
        }
    }
}
