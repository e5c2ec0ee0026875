using KernelFlow.Integrators;
using KernelFlow.Numerics;

namespace KernelFlow.Analysis;

/// <summary>What rounding alone may do to P, relative to its norm.</summary>
internal static class PropagatorRounding
{
    /// <summary>Sums over N outputs round N times, and P is rounded once more at every node, however small the kernel and N are: a step of K = 0 does not give
    /// the identity back to the last bit.</summary>
    /// <param name="operators">The operators: P and the nodes it went through.</param>
    /// <param name="epsilon">ε of the kernel.</param>
    public static double Of(Propagation operators, double epsilon = Tolerances.Epsilon) =>
        operators.P.RowCount * epsilon + operators.Nodes.Count * Tolerances.Epsilon;
}
