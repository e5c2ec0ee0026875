namespace KernelFlow.Operators;

/// <summary>B along one output segment u + θΔu: at its start, B̄ = ∫₀¹ B dθ and B̄' = 2∫₀¹ (1−θ) B dθ. Squared loss: exactly I/n.</summary>
public sealed class ChordHessian
{
    private readonly double[] _middle;
    private readonly OutputHessian _half;

    /// <summary>Makes buffers of n blocks p×p.</summary>
    public ChordHessian(int examples, int outputs)
    {
        Start = new OutputHessian(examples, outputs);
        Average = new OutputHessian(examples, outputs);
        Remainder = new OutputHessian(examples, outputs);
        AverageDefect = new OutputHessian(examples, outputs);
        RemainderDefect = new OutputHessian(examples, outputs);
        _middle = new double[examples * outputs];
        _half = new OutputHessian(examples, outputs);
    }

    /// <summary>B_k.</summary>
    public OutputHessian Start { get; }

    /// <summary>B̄_k: g_{k+1} − g_k = B̄_k (u_{k+1} − u_k).</summary>
    public OutputHessian Average { get; }

    /// <summary>B̄'_k: Φ(u_{k+1}) − Φ(u_k) = gᵀΔu + ½ ΔuᵀB̄'Δu.</summary>
    public OutputHessian Remainder { get; }

    /// <summary>How much B̄ changes when B is taken as linear along the segment; an estimate from above of its quadrature error.</summary>
    public OutputHessian AverageDefect { get; }

    /// <summary>The same for B̄'.</summary>
    public OutputHessian RemainderDefect { get; }

    /// <summary>Whether the defects are known: not for a custom loss, whose B between checkpoints is not.</summary>
    public bool HasDefect { get; private set; }

    /// <summary>Simpson's rule over outputs: B̄ = (B_k + 4B_½ + B_{k+1})/6 and B̄' = (B_k + 2B_½)/3; for a custom loss B̄ = (B_k + B_{k+1})/2 and B̄' = (2B_k + B_{k+1})/3.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="u">U_S before the step.</param>
    /// <param name="next">U_S after it.</param>
    /// <param name="a">B before the step.</param>
    /// <param name="b">B after it.</param>
    public void Fill(LossModel loss, ReadOnlySpan<double> u, ReadOnlySpan<double> next, OutputHessian a, OutputHessian b)
    {
        double[] start = Start.Blocks, average = Average.Blocks, remainder = Remainder.Blocks, averageDefect = AverageDefect.Blocks, remainderDefect = RemainderDefect.Blocks;
        a.Blocks.CopyTo(start, 0);
        bool constant = loss.Beta is not null;
        HasDefect = constant || !loss.IsCustom;
        if (constant)
        {
            a.Blocks.CopyTo(average, 0);
            a.Blocks.CopyTo(remainder, 0);
            return;
        }
        for (int i = 0; i < start.Length; i++)
        {
            average[i] = 0.5 * (start[i] + b.Blocks[i]);
            remainder[i] = (2 * start[i] + b.Blocks[i]) / 3;
        }
        if (loss.IsCustom) return;
        for (int i = 0; i < _middle.Length; i++) _middle[i] = 0.5 * (u[i] + next[i]);
        loss.Hessian(_middle, _half);
        double[] half = _half.Blocks;
        for (int i = 0; i < start.Length; i++)
        {
            double simpson = (start[i] + 4 * half[i] + b.Blocks[i]) / 6, weighted = (start[i] + 2 * half[i]) / 3;
            averageDefect[i] = average[i] - simpson;
            remainderDefect[i] = remainder[i] - weighted;
            average[i] = simpson;
            remainder[i] = weighted;
        }
    }
}
