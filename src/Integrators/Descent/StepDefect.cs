namespace KernelFlow.Integrators;

/// <summary>Estimate of the error that the quadrature of J̄ makes in the outputs of one step.</summary>
/// <param name="rows">N + M, the number of outputs.</param>
internal sealed class StepDefect(int rows)
{
    /// <summary>With signs, where they mean something.</summary>
    public double[] Signed { get; } = new double[rows];

    /// <summary>How large it may be; not negative.</summary>
    public double[] Size { get; } = new double[rows];

    /// <summary>The sign of (J_{k+1} − J_k)·y, which changes least from step to step: with it errors of neighbouring steps add up.</summary>
    public double[] Direction { get; } = new double[rows];

    /// <summary>The number of outputs.</summary>
    public int Rows => rows;
}
