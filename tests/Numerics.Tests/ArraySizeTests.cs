namespace KernelFlow.Numerics.Tests;

public class ArraySizeTests
{
    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(0, long.MaxValue, 0)]
    [InlineData(long.MaxValue, 0, 0)]
    [InlineData(46_340, 46_340, 2_147_395_600)]
    [InlineData(1, 2_147_483_591, 2_147_483_591)]
    public void WhatFits(long rows, long columns, int expected) => Assert.Equal(expected, ArraySize.Of(rows, columns));

    /// <summary>Products that wrap round to a number that is negative, small or plausible are as wrong as any.</summary>
    [Theory]
    [InlineData(50_000, 50_000)]
    [InlineData(65_536, 65_536)]
    [InlineData(65_537, 65_536)]
    [InlineData(1, 2_147_483_592)]
    [InlineData(long.MaxValue, 2)]
    public void WhatDoesNot(long rows, long columns)
    {
        var error = Assert.Throws<ArgumentException>(() => ArraySize.Of(rows, columns));
        Assert.StartsWith($"A matrix of {rows} x {columns} numbers is larger than the 2147483591 that one array can hold: use fewer", error.Message);
    }
}
