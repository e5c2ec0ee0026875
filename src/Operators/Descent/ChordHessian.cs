using KernelFlow.Numerics;
using MathNet.Numerics.Integration;

namespace KernelFlow.Operators;

/// <summary>B along one output segment u + θΔu: at its start, B̄ = ∫₀¹ B dθ and B̄' = 2∫₀¹ (1−θ) B dθ. Squared loss: exactly I/n.</summary>
public sealed class ChordHessian
{
    private static readonly GaussLegendreRule _fine = new(0, 1, 16), _coarse = new(0, 1, 8);

    private readonly double[] _point;
    private readonly OutputHessian _work;

    /// <summary>Makes buffers of n blocks p×p.</summary>
    public ChordHessian(int examples, int outputs)
    {
        Start = new OutputHessian(examples, outputs);
        Average = new OutputHessian(examples, outputs);
        Remainder = new OutputHessian(examples, outputs);
        AverageDefect = new OutputHessian(examples, outputs);
        RemainderDefect = new OutputHessian(examples, outputs);
        _point = new double[ArraySize.Of(examples, outputs)];
        _work = new OutputHessian(examples, outputs);
    }

    /// <summary>B_k, the loss Hessian at the start of the step.</summary>
    public OutputHessian Start { get; }

    /// <summary>B̄_k: g_{k+1} − g_k = B̄_k (u_{k+1} − u_k).</summary>
    public OutputHessian Average { get; }

    /// <summary>B̄'_k: Φ(u_{k+1}) − Φ(u_k) = gᵀΔu + ½ ΔuᵀB̄'Δu.</summary>
    public OutputHessian Remainder { get; }

    /// <summary>Estimated quadrature error of B̄: 16-point Gauss minus the rule used, or minus 8-point Gauss (from above) when it is the one used.</summary>
    public OutputHessian AverageDefect { get; }

    /// <summary>The same for B̄'.</summary>
    public OutputHessian RemainderDefect { get; }

    /// <summary>Whether the defects are known: not for a custom loss, whose B between checkpoints is not.</summary>
    public bool HasDefect { get; private set; }

    /// <summary>Simpson's rule: B̄ = (B_k + 4B_½ + B_{k+1})/6 and B̄' = (B_k + 2B_½)/3; or 16-point Gauss–Legendre; for a custom loss B̄ = (B_k + B_{k+1})/2
    /// and B̄' = (2B_k + B_{k+1})/3.</summary>
    /// <param name="loss">The loss.</param>
    /// <param name="u">U_S before the step.</param>
    /// <param name="next">U_S after it.</param>
    /// <param name="a">B before the step.</param>
    /// <param name="b">B after it.</param>
    /// <param name="rule">The rule by which B is averaged.</param>
    public void Fill(LossModel loss, ReadOnlySpan<double> u, ReadOnlySpan<double> next, OutputHessian a, OutputHessian b,
        SegmentQuadrature rule = SegmentQuadrature.Gauss)
    {
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
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
            if (rule == SegmentQuadrature.Gauss) Gauss(_coarse, loss, u, next, Average.Blocks, Remainder.Blocks);
            else Simpson(loss, u, next, a.Blocks, b.Blocks);
            Gauss(_fine, loss, u, next, AverageDefect.Blocks, RemainderDefect.Blocks);
            for (int i = 0; i < a.Blocks.Length; i++)
            {
                (double average, double remainder) = (AverageDefect.Blocks[i], RemainderDefect.Blocks[i]);
                AverageDefect.Blocks[i] -= Average.Blocks[i];
                RemainderDefect.Blocks[i] -= Remainder.Blocks[i];
                if (rule == SegmentQuadrature.Gauss) (Average.Blocks[i], Remainder.Blocks[i]) = (average, remainder);
            }
        }
    }

    /// <summary>The same from a trajectory's B(t), taken as linear over the step: B̄ at its middle, B̄' at a third.</summary>
    public void Fill(KernelTrajectory trajectory, int interval, double from, double to)
    {
        ArgumentNullException.ThrowIfNull(trajectory);
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

    private void Simpson(LossModel loss, ReadOnlySpan<double> u, ReadOnlySpan<double> next, double[] a, double[] b)
    {
        double[] half = At(loss, 0.5, u, next);
        for (int i = 0; i < a.Length; i++)
        {
            Average.Blocks[i] = (a[i] + 4 * half[i] + b[i]) / 6;
            Remainder.Blocks[i] = (a[i] + 2 * half[i]) / 3;
        }
    }

    private void Gauss(GaussLegendreRule rule, LossModel loss, ReadOnlySpan<double> u, ReadOnlySpan<double> next, double[] average, double[] remainder)
    {
        Array.Clear(average);
        Array.Clear(remainder);
        for (int q = 0; q < rule.Order; q++)
        {
            double theta = rule.GetAbscissa(q), weight = rule.GetWeight(q);
            double[] B = At(loss, theta, u, next);
            for (int i = 0; i < B.Length; i++)
            {
                average[i] += weight * B[i];
                remainder[i] += 2 * (1 - theta) * weight * B[i];
            }
        }
    }

    private double[] At(LossModel loss, double theta, ReadOnlySpan<double> u, ReadOnlySpan<double> next)
    {
        for (int i = 0; i < _point.Length; i++) _point[i] = (1 - theta) * u[i] + theta * next[i];
        loss.Hessian(_point, _work);
        return _work.Blocks;
    }
}
