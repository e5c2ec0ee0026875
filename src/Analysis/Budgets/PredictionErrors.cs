namespace KernelFlow.Analysis.Budgets;

/// <summary>What the integration and the rounding of g(s) may make of a prediction, per unit of ‖g(s)‖.</summary>
internal abstract record PredictionErrors
{
    /// <summary>Of gᵀW_S g, per ‖g(s)‖².</summary>
    public abstract double Dissipation { get; }

    /// <summary>Of P g.</summary>
    public abstract double Transport { get; }

    /// <summary>Of G_S g.</summary>
    public abstract double Train { get; }

    /// <summary>Of G_Q g.</summary>
    public abstract double Test { get; }

    /// <summary>‖2 W_S g(s)‖, the slope of gᵀW_S g.</summary>
    public abstract double DissipationSlope { get; }

    /// <summary>‖G_S‖_F/√N: what the operator makes of the size of a vector of independent roundings.</summary>
    public abstract double TrainSlope { get; }

    /// <summary>‖G_Q‖_F/√N.</summary>
    public abstract double TestSlope { get; }
}
