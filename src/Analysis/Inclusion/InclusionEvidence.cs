namespace KernelFlow.Analysis;

/// <summary>All that an inclusion verdict follows from, at any threshold.</summary>
internal sealed record InclusionEvidence
{
    /// <summary>The modes, descending by measure; <see cref="ModeVisibility.InReservoir"/> is not looked at.</summary>
    public required IReadOnlyList<ModeVisibility> Modes { get; init; }

    /// <summary>How many modes, all of smaller measure, were not computed.</summary>
    public int LeftOut { get; init; }

    /// <summary>c_h, the constant of the inclusion.</summary>
    public required double Constant { get; init; }

    /// <summary>What rounding can make of an eigenvalue 0: N·ε·λ_1, or (N·ε·s_F)² where √λ_j are singular values of the factor.</summary>
    public required double Noise { get; init; }

    /// <summary>N·ε·‖G_h‖₂, the size of rounding errors in a response.</summary>
    public required double Floor { get; init; }

    /// <summary>What a reduction of the range may change of a response and, by way of √(c·λ), of its bound: in <see cref="Floor"/> and <see cref="Noise"/>
    /// already; 0 where the whole flow was integrated.</summary>
    public double Truncated { get; init; }

    /// <summary>max(λ_1, 0), the largest eigenvalue of W_S.</summary>
    public required double First { get; init; }

    /// <summary>σ and its error; null where it cannot be tested.</summary>
    public CosineCheck? Cosine { get; init; }

    /// <summary>What the arithmetic of σ can add to it; the rest of its error is integration.</summary>
    public double CosineArithmetic { get; init; }

    /// <summary>The larger of ‖G_aψ_j‖ and ‖G_bψ_j‖ per mode; null when check 2 was not run.</summary>
    public IReadOnlyList<double>? IndependentResponses { get; init; }

    /// <summary>Why check 2 failed, when it was asked for; null otherwise.</summary>
    public string? IndependentFailure { get; init; }

    /// <summary>The first operator check that failed; null when all passed.</summary>
    public OperatorCheck? FailedCheck { get; init; }

    /// <summary>The mode that is nearest to its structural bound, or farthest above it.</summary>
    public int WorstStructural => IndexOfLargest(j => Modes[j].Ratio);

    /// <summary>The mode that is nearest to its bound at a single test output, or farthest above it.</summary>
    public int WorstRow => IndexOfLargest(j => Modes[j].RowRatio ?? 0);

    /// <summary>The same for check 2.</summary>
    public int WorstIndependent => IndexOfLargest(Excess);

    /// <summary>(response − bound)/bound of check 2: above 0 is a violation.</summary>
    public double Excess(int mode)
    {
        if (IndependentResponses is null || Modes[mode].IndependentBound is not { } bound) return double.NegativeInfinity;
        double over = IndependentResponses[mode] - bound;
        return bound > 0 ? over / bound : over > 0 ? double.PositiveInfinity : -1;
    }

    private int IndexOfLargest(Func<int, double> value)
    {
        int best = 0;
        for (int j = 1; j < Modes.Count; j++)
            if (value(j) > value(best) || double.IsNaN(value(j))) best = j;
        return best;
    }
}
