using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>What a step that was tried came to. Views are valid until the next step is tried.</summary>
/// <param name="Step">The step.</param>
/// <param name="Error">The local error of the two halves, relative to the operators at the end of the step: the largest over P, W_S, G_S and G_Q; not
/// a number where the step failed.</param>
internal readonly record struct StepTrial(FlowStep Step, double Error)
{
    /// <summary>The difference of the step and its halves is this many times the error of the halves.</summary>
    public double Divisor { get; init; }

    /// <summary>Norms of P, W_S, G_S and G_Q at the end of the step.</summary>
    public OperatorNorms Norms { get; init; }

    /// <summary>‖P(t+h) − P(t) + Σ ω B K X‖_F: what the nodes leave unresolved; 0 where P is that sum.</summary>
    public double Defect { get; init; }

    /// <summary>‖P(t+h) − P(s)‖_F, where the defect is measured.</summary>
    public double Moved { get; init; }

    /// <summary>(Halves − step)·V: <see cref="Divisor"/> times the error of P on the probes.</summary>
    public MatrixView Difference { get; init; }

    /// <summary>The same for VᵀWV.</summary>
    public MatrixView GramianDifference { get; init; }
}
