using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The columns of X in the descent of the operators or of a block: P or P V, the predicted gradient, the vector of the single step, the error
/// that the recorded outputs show (<see cref="QuadratureError"/>), and those of <see cref="DefectEstimate"/>.</summary>
/// <param name="n">Columns of what is carried of P: N for P itself, c for a block V, N×c.</param>
/// <param name="quadrature">The rule by which J̄ is averaged along a step.</param>
internal readonly struct DescentColumns(int n, ChordQuadratureKind quadrature)
{
    private const int First = 3;

    /// <summary>The number of all columns of X.</summary>
    public int Count => n + First + Estimates;

    /// <summary>P or P V, the first columns of X.</summary>
    public MatrixView P(in MatrixView x) => x.ColumnRange(0, n);

    /// <summary>The predicted gradient.</summary>
    public Span<double> Predicted(in MatrixView x) => x.Column(n);

    /// <summary>The vector that is carried across one step.</summary>
    public Span<double> Single(in MatrixView x) => x.Column(n + 1);

    /// <summary>The error of the predicted gradient that the recorded outputs show.</summary>
    public Span<double> ResidualError(in MatrixView x) => x.Column(n + 2);

    /// <summary>The errors of the predicted gradient that the quadrature estimates.</summary>
    public MatrixView EstimateErrors(in MatrixView x) => x.ColumnRange(n + First, Estimates);

    private int Estimates => DefectEstimate.Columns(quadrature);
}
