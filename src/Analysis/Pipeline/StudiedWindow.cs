using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>A window whose operators were formed and decomposed: what the inclusion, the measures and the claims look at.</summary>
/// <param name="Input">What was read.</param>
/// <param name="Model">The operators and how they were made.</param>
/// <param name="Solution">The eigenpairs of W_S.</param>
internal sealed record StudiedWindow(AnalysisInput Input, RunModel Model, SpectrumSolution Solution)
{
    /// <summary>The operators P, W_S, G_S and G_Q of the window.</summary>
    public Propagation Propagation => Model.Propagation;

    private readonly SharedSpectra _gramians = new(Input.Backend);

    /// <summary>The eigenpairs of W_S that were computed.</summary>
    public EigenPairs Pairs => Solution.Pairs;

    /// <summary>The eigenpairs of W_S(s, t_k) in the space of the gradients, ascending; they are to be left as they are.</summary>
    /// <param name="knot">k.</param>
    /// <param name="gramian">W_S(s, t_k).</param>
    public (double[] Values, MatrixView Vectors) Gramian(int knot, DenseMatrix gramian)
    {
        if (!ReferenceEquals(gramian, Propagation.W_S) || Solution is not { Complete: true, Solver: EigenSolver.Dense, Space.IsAll: true })
            return _gramians.Of(knot, () => Input.Space.RestrictSymmetric(gramian));
        MatrixView descending = Pairs.Vectors, ascending = new DenseMatrix(descending.Rows, descending.Columns);
        for (int j = 0; j < ascending.Columns; j++) descending.Column(descending.Columns - 1 - j).CopyTo(ascending.Column(j));
        return ([.. Pairs.Values.Reverse()], ascending);
    }

    /// <summary>The dense linear algebra to use.</summary>
    public Backend Backend => Input.Backend;
}
