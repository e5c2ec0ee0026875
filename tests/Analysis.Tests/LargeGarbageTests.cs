using System.Runtime.CompilerServices;

namespace KernelFlow.Analysis.Tests;

/// <summary>Matrices that nobody uses any more are collected once a few of them have gathered, and small analyses are left alone.</summary>
public class LargeGarbageTests
{
    [Fact]
    public void WhatGatheredIsCollected()
    {
        using var garbage = LargeGarbage.Unwatched(allowed: 64 << 20);
        var matrix = Allocated();
        _ = new double[9 << 20]; // 72 MB, more than is allowed
        Assert.True(garbage.Look(), "nothing was collected after 72 MB, with 64 MB allowed");
        Assert.False(matrix.TryGetTarget(out _), "an array that nobody uses was not collected");
    }

    [Fact]
    public void SmallAnalysesAreLeftAlone()
    {
        Assert.Null(LargeGarbage.Watch(100));
        using var watched = LargeGarbage.Watch(500);
        Assert.NotNull(watched);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static WeakReference<double[]> Allocated() => new(new double[1 << 20]);
}
