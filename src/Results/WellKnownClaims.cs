namespace KernelFlow;

/// <summary>The ids of the few claims that reports point at; a run may lack any of them.</summary>
public static class WellKnownClaims
{
    /// <summary>The gradient carried along the recorded path against the recorded gradients.</summary>
    public const string Transport = "C2";

    /// <summary>The predicted displacement of the test outputs against the recorded one.</summary>
    public const string TestTransfer = "C4";
}
