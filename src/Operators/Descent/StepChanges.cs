namespace KernelFlow.Operators;

/// <summary>How the Jacobian moves along a step and beside it, applied to the step y in the parameters: what the error of J̄ is estimated from.</summary>
/// <remarks>
/// With f(θ) = J(w_k + θ(w_{k+1} − w_k))·y, one number for each output. From Jacobians (or their products) alone, never from recorded outputs.
/// </remarks>
public sealed class StepChanges
{
    /// <summary>Makes buffers.</summary>
    /// <param name="rows">N + M, the number of outputs.</param>
    public StepChanges(int rows)
    {
        First = new double[rows];
        Bend = new double[rows];
        Backward = new double[rows];
        Forward = new double[rows];
    }

    /// <summary>f(1) − f(0) = (J_{k+1} − J_k)·y.</summary>
    public double[] First { get; }

    /// <summary>Trapezium − Simpson of f, where there is a midpoint: the error of the trapezium, nearly.</summary>
    public double[] Bend { get; }

    /// <summary>(J_{k+1} − 2J_k + J_{k−1})·y.</summary>
    public double[] Backward { get; }

    /// <summary>(J_{k+2} − 2J_{k+1} + J_k)·y.</summary>
    public double[] Forward { get; }

    /// <summary>Whether anything is known.</summary>
    public bool IsKnown { get; set; }

    /// <summary>Whether <see cref="Backward"/> is known.</summary>
    public bool HasBackward { get; set; }

    /// <summary>Whether <see cref="Forward"/> is known.</summary>
    public bool HasForward { get; set; }

    /// <summary>‖y‖², the squared length of the step in the parameters.</summary>
    public double SquaredLength { get; set; }

    /// <summary>Adds what some parameters contribute to one output: numbers of J·y at the checkpoints beside the step.</summary>
    /// <param name="row">The output.</param>
    /// <param name="start">At k.</param>
    /// <param name="next">At k + 1.</param>
    /// <param name="simpson">Averaged along the step by Simpson's rule, with a midpoint.</param>
    /// <param name="before">At k − 1.</param>
    /// <param name="after">At k + 2.</param>
    internal void Add(int row, double start, double next, double? simpson, double? before, double? after)
    {
        First[row] += next - start;
        if (simpson is { } m) Bend[row] += 0.5 * (start + next) - m;
        if (after is { } f) Forward[row] += f - 2 * next + start;
        if (before is { } p) Backward[row] += next - 2 * start + p;
    }

    /// <summary>Forgets the step before.</summary>
    public void Clear()
    {
        Array.Clear(First);
        Array.Clear(Bend);
        Array.Clear(Backward);
        Array.Clear(Forward);
        (IsKnown, HasBackward, HasForward, SquaredLength) = (false, false, false, 0);
    }

    /// <summary>Multiplies y, and with it everything, by a number.</summary>
    /// <param name="factor">The number.</param>
    public void Scale(double factor)
    {
        for (int i = 0; i < First.Length; i++)
        {
            First[i] *= factor;
            Bend[i] *= factor;
            Backward[i] *= factor;
            Forward[i] *= factor;
        }
        SquaredLength *= factor * factor;
    }
}
