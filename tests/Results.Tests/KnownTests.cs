using System.Globalization;

namespace KernelFlow.Results.Tests;

public sealed class KnownTests
{
    [Fact]
    public void AValueIsThereAndHasNoReason()
    {
        Known<double> known = 2.5;
        Assert.True(known.IsKnown);
        Assert.Equal(2.5, known.Value);
        Assert.Null(known.Reason);
        Assert.True(known.TryGet(out double value) && value == 2.5);
        Assert.Equal(2.5, known.OrNull());
        Assert.Equal(5.0, known.Map(x => 2 * x).Value);
        Assert.Equal("2.50", string.Create(CultureInfo.InvariantCulture, $"{known:f2}"));
    }

    [Fact]
    public void WhatIsUnknownSaysWhy()
    {
        var unknown = Known.Unknown<double>("it was not recorded");
        Assert.False(unknown.IsKnown);
        Assert.Equal("it was not recorded", Assert.Throws<InvalidOperationException>(() => unknown.Value).Message);
        Assert.Equal("it was not recorded", unknown.Map(x => x.ToString(CultureInfo.InvariantCulture)).Reason);
        Assert.Equal(7.0, unknown.OrDefault(7));
        Assert.Null(unknown.OrNull());
        Assert.Equal("unknown: it was not recorded", unknown.ToString());
        Assert.Equal(Known.NotComputed, default(Known<string>).Reason);
        Assert.Throws<ArgumentException>(() => Known.Unknown<double>(" "));
        Assert.Throws<ArgumentNullException>(() => Known.Of<string>(null!));
    }

    [Fact]
    public void EqualityIsThatOfValuesAndReasons()
    {
        Assert.Equal(Known.Of(1), Known.Of(1));
        Assert.NotEqual(Known.Of(1), Known.Of(2));
        Assert.Equal(Known.Unknown<int>("a"), Known.Unknown<int>("a"));
        Assert.NotEqual(Known.Unknown<int>("a"), Known.Unknown<int>("b"));
        Assert.NotEqual(Known.Of(0), default);
    }

    [Theory]
    [InlineData("")]
    [InlineData("  ")]
    [InlineData(null)]
    public void AReasonOfBlanksTellsThatNothingWasComputed(string? reason)
    {
        Assert.Equal(Known.NotComputed, Known.Of(null, reason).Reason);
        Assert.Equal(Known.NotComputed, Known.Maybe<string>(null, reason).Reason);
    }
}
