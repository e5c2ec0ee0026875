namespace KernelFlow.Operators;

/// <summary>B along one output segment u + θΔu: at its start, B̄ = ∫₀¹ B dθ and B̄' = 2∫₀¹ (1−θ) B dθ. Squared loss: exactly I/n.</summary>
public sealed class ChordHessian
{
    private readonly double[] _point;
    private readonly OutputHessian _quarter, _half, _threeQuarters;

    /// <summary>Makes buffers of n blocks p×p.</summary>
    public ChordHessian(int examples, int outputs)
    {
        Start = new OutputHessian(examples, outputs);
        Average = new OutputHessian(examples, outputs);
        Remainder = new OutputHessian(examples, outputs);
        AverageDefect = new OutputHessian(examples, outputs);
        RemainderDefect = new OutputHessian(examples, outputs);
        _point = new double[examples * outputs];
        (_quarter, _half, _threeQuarters) = (new OutputHessian(examples, outputs), new OutputHessian(examples, outputs), new OutputHessian(examples, outputs));
    }

    /// <summary>B_k.</summary>
    public OutputHessian Start { get; }

    /// <summary>B̄_k: g_{k+1} − g_k = B̄_k (u_{k+1} − u_k).</summary>
    public OutputHessian Average { get; }

    /// <summary>B̄'_k: Φ(u_{k+1}) − Φ(u_k) = gᵀΔu + ½ ΔuᵀB̄'Δu.</summary>
    public OutputHessian Remainder { get; }

    /// <summary>Estimated quadrature error of B̄: Boole's rule (B at quarters of the segment as well) minus Simpson's.</summary>
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
        a.Blocks.CopyTo(Start.Blocks, 0);
        HasDefect = loss.Beta is not null || !loss.IsCustom;
        if (loss.Beta is not null)
        {
            a.Blocks.CopyTo(Average.Blocks, 0);
            a.Blocks.CopyTo(Remainder.Blocks, 0);
        }
        else if (loss.IsCustom) Linear(a.Blocks, b.Blocks);
        else
        {
            At(loss, 0.25, u, next, _quarter);
            At(loss, 0.5, u, next, _half);
            At(loss, 0.75, u, next, _threeQuarters);
            Simpson(a.Blocks, b.Blocks);
        }
    }

    /// <summary>The same from a trajectory's B(t), taken as linear over the step: B̄ at its middle, B̄' at a third.</summary>
    public void Fill(KernelTrajectory trajectory, int interval, double from, double to)
    {
        trajectory.Hessian(interval, from, Start);
        trajectory.Hessian(interval, from + (to - from) / 2, Average);
        trajectory.Hessian(interval, from + (to - from) / 3, Remainder);
        HasDefect = false;
    }

    private void Linear(double[] a, double[] b)
    {
        for (int i = 0; i < a.Length; i++)
        {
            Average.Blocks[i] = 0.5 * (a[i] + b[i]);
            Remainder.Blocks[i] = (2 * a[i] + b[i]) / 3;
        }
    }

    private void Simpson(double[] a, double[] b)
    {
        double[] quarter = _quarter.Blocks, half = _half.Blocks, last = _threeQuarters.Blocks;
        for (int i = 0; i < a.Length; i++)
        {
            double average = (a[i] + 4 * half[i] + b[i]) / 6, remainder = (a[i] + 2 * half[i]) / 3;
            Average.Blocks[i] = average;
            Remainder.Blocks[i] = remainder;
            AverageDefect.Blocks[i] = (7 * (a[i] + b[i]) + 32 * (quarter[i] + last[i]) + 12 * half[i]) / 90 - average;
            RemainderDefect.Blocks[i] = (14 * a[i] + 48 * quarter[i] + 12 * half[i] + 16 * last[i]) / 90 - remainder;
        }
    }

    private void At(LossModel loss, double theta, ReadOnlySpan<double> u, ReadOnlySpan<double> next, OutputHessian target)
    {
        for (int i = 0; i < _point.Length; i++) _point[i] = (1 - theta) * u[i] + theta * next[i];
        loss.Hessian(_point, target);
    }
}
