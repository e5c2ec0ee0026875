namespace KernelFlow.Integrators;

/// <summary>Estimate of the error that the quadrature of J̄ makes in the outputs of one step.</summary>
/// <param name="rows">N + M, the number of outputs.</param>
internal sealed class StepDefect(int rows)
{
    /// <summary>With signs, where they mean something.</summary>
    public double[] Signed { get; } = new double[rows];

    /// <summary>How large it may be; not negative.</summary>
    public double[] Size { get; } = new double[rows];

    /// <summary>How large it may be where J is not smooth: of this a share counts that is known only at the end; not negative.</summary>
    public double[] Rough { get; } = new double[rows];

    /// <summary>The sign of (J_{k+1} − J_k)·y, which changes least from step to step: with it errors of neighbouring steps add up.</summary>
    public double[] Direction { get; } = new double[rows];

    /// <summary>The number of outputs.</summary>
    public int Rows => rows;

    /// <summary>Takes over the values of another estimate, without the directions.</summary>
    /// <param name="other">The other estimate.</param>
    public void Set(StepDefect other)
    {
        other.Signed.CopyTo(Signed, 0);
        other.Size.CopyTo(Size, 0);
        other.Rough.CopyTo(Rough, 0);
    }

    /// <summary>Multiplies all by a number.</summary>
    /// <param name="factor">The number, not negative.</param>
    public void Scale(double factor)
    {
        for (int r = 0; r < rows; r++)
        {
            Signed[r] *= factor;
            Size[r] *= factor;
            Rough[r] *= factor;
        }
    }
}
