namespace KernelFlow.Operators;

/// <summary>ε of kernels that were recorded as such: that of the coarsest type among the blocks in use.</summary>
internal static class KernelPrecision
{
    private static readonly string[] _own = ["K_SS", "K_QS"], _stepped = ["K_SS_next", "K_QS_next"], _middle = ["K_SS_mid", "K_QS_mid"];

    /// <summary>For an interpolant; with cross blocks when J is what is interpolated.</summary>
    public static double OfInterpolant(CheckpointSequence checkpoints, bool crossed) => Of(checkpoints, crossed ? [.. _own, .. _stepped, "K_SQ_next"] : _own);

    /// <summary>For the steps of descent; with midpoint blocks when they are used.</summary>
    public static double OfSteps(CheckpointSequence checkpoints, bool midpoints) => Of(checkpoints, midpoints ? [.. _own, .. _stepped, .. _middle] : [.. _own, .. _stepped]);

    private static double Of(CheckpointSequence checkpoints, string[] names) => checkpoints.Max(c => names.Max(name => c.Find(name)?.Type.Epsilon() ?? 0));
}
