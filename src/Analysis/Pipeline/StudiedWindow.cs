using KernelFlow.Integrators;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis;

/// <summary>A window whose operators were formed and decomposed: what the inclusion, the measures and the claims look at.</summary>
/// <param name="Input">What was read.</param>
/// <param name="Model">The operators and how they were made.</param>
/// <param name="Solution">The eigenpairs of W_S.</param>
internal sealed record StudiedWindow(AnalysisInput Input, RunModel Model, SpectrumSolution Solution)
{
    /// <summary>The operators P, W_S, G_S and G_Q of the window.</summary>
    public Propagation Propagation => Model.Propagation;

    /// <summary>The eigenpairs of W_S that were computed.</summary>
    public EigenPairs Pairs => Solution.Pairs;

    /// <summary>The dense linear algebra to use.</summary>
    public Backend Backend => Input.Backend;
}
