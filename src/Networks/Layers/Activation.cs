namespace KernelFlow.Networks.Layers;

/// <summary>The elementwise nonlinearities with their derivatives.</summary>
internal static class Activation
{
    /// <summary>value ← φ(a), slope ← φ'(a).</summary>
    public static void Apply(ActivationKind kind, ReadOnlySpan<double> a, Span<double> value, Span<double> slope)
    {
        switch (kind)
        {
            case ActivationKind.Tanh:
                for (int j = 0; j < a.Length; j++)
                {
                    double t = Math.Tanh(a[j]);
                    value[j] = t;
                    slope[j] = 1 - t * t;
                }
                break;
            default:
                throw new ArgumentOutOfRangeException(nameof(kind), kind, "Not an activation.");
        }
    }
}
