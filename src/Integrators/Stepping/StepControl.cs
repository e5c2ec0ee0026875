namespace KernelFlow.Integrators;

/// <summary>How the next step follows from the errors of the last three: h ← h·clip(0.9·(tol/e₁)^{k₁/q}·(tol/e₂)^{k₂/q}·(tol/e₃)^{k₃/q}, 1/5, 5), q =
/// p + 1, e₁ the newest.</summary>
/// <param name="Name">The name of the rule.</param>
/// <param name="Integral">k₁, positive: the weight of the newest error.</param>
/// <param name="Proportional">k₂, negative: what the error did since the step before.</param>
/// <param name="Derivative">k₃: the weight of the error two steps before.</param>
/// <remarks>Sources: Hairer &amp; Wanner, <i>Solving ODEs II</i>, IV.2 (PI); Kennedy &amp; Carpenter 2003 (PID).</remarks>
public sealed record StepControl(string Name, double Integral, double Proportional, double Derivative)
{
    /// <summary>The elementary controller: forgets every step at once, as the kernel does at a knot.</summary>
    public static StepControl I { get; } = new("I", 1, 0, 0);

    /// <summary>PI: fewer rejections where stability limits the steps of an explicit method.</summary>
    public static StepControl PI { get; } = new("PI", 0.7, -0.4, 0);

    /// <summary>PID: smoother still.</summary>
    public static StepControl PID { get; } = new("PID", 0.49, -0.34, 0.10);
}
