using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>What must hold of P, W_S and G whatever the run: a wrong weight, a dropped or shifted node or an asymmetric operator fails one of these by
/// name.</summary>
internal static class OperatorConsistency
{
    public const string Symmetry = "symmetry", NodeWeights = "node weights", Transfer = "transfer identity", Energy = "energy identity",
        Agreement = "agreement of ";

    // Error estimates are right to a small factor; a coarse second integration is less sure of its own, unless they were measured beside a better one.
    private const double Slack = 3, CoarseSlack = 10;

    /// <summary>Checks the operators of a model.</summary>
    /// <param name="model">The model: its operators, the intervals that their nodes must fill, and λ_max(∫BKB), the stiffness that rounding is multiplied
    /// by.</param>
    /// <param name="b">The operators of check 2; null when there are none.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static IReadOnlyList<OperatorCheck> Run(RunModel model, SecondOperators? b, Backend backend)
    {
        var a = model.Propagation;
        double? beta = model.Fraction.OrNull();
        var checks = new List<OperatorCheck> { SymmetryOf(a.W_S) };
        if (model.NodeKnots is { } knots) checks.Add(Partition(a.Nodes, knots));
        double rounding = PropagatorRounding.Of(a) * (1 + model.MotionBound / (beta ?? 1));
        if (beta is { } scale && scale > 0) checks.AddRange(Identities(a, scale, rounding, model.KeepsEnergy, backend));
        if (b?.Propagation is { } other) checks.AddRange(Agreements(a, other, rounding, b.ErrorsAreMeasured ? Slack : CoarseSlack));
        return checks;
    }

    private static OperatorCheck SymmetryOf(DenseMatrix W)
    {
        double norm = MatrixNorms.Frobenius(W), defect = MatrixNorms.SymmetricPart(((MatrixView)W).ToMatrix());
        return new OperatorCheck(Symmetry, Tolerances.Relative(defect, norm), W.RowCount * Tolerances.Epsilon);
    }

    // Positive weights whose sum over every interval is its length, at nodes inside it: what makes W ⪰ 0 and the quadrature one of [s, T].
    private static OperatorCheck Partition(IReadOnlyList<QuadratureNode> nodes, IReadOnlyList<double> knots)
    {
        int intervals = knots.Count - 1;
        double[] sums = new double[intervals];
        double defect = 0;
        foreach (var node in nodes)
        {
            if ((uint)node.Interval >= (uint)intervals) return new OperatorCheck(NodeWeights, double.PositiveInfinity, 0);
            double start = knots[node.Interval], end = knots[node.Interval + 1], length = end - start;
            defect = Math.Max(defect, Math.Max(start - node.Time, node.Time - end) / length);
            if (!(node.Weight > 0)) defect = Math.Max(defect, 1 - node.Weight / length);
            sums[node.Interval] += node.Weight;
        }
        double limit = 0;
        for (int k = 0; k < intervals; k++)
        {
            double length = knots[k + 1] - knots[k];
            defect = Math.Max(defect, Math.Abs(sums[k] - length) / length);
            // Times are known to ε|t|, and so is every step.
            limit = Math.Max(limit, nodes.Count * Tolerances.Epsilon * (1 + Math.Max(Math.Abs(knots[k]), Math.Abs(knots[k + 1])) / length));
        }
        return new OperatorCheck(NodeWeights, defect, limit);
    }

    // I − P = βG_S and I − PᵀP = 2βW for B = βI; a method that keeps energy keeps both to rounding at any step. P is known to rounding of the identity it
    // starts as.
    private static IEnumerable<OperatorCheck> Identities(Propagation a, double beta, double rounding, bool kept, Backend backend)
    {
        int N = a.P.RowCount;
        double p = MatrixNorms.Frobenius(a.P), share = kept ? 0 : 1;
        var moved = Identity(N);
        VectorRoutines.Axpy(-1, a.P.Values, moved.Values);
        double scale = MatrixNorms.Frobenius(moved), allowed = a.Error.P * p + a.Error.G * beta * MatrixNorms.Frobenius(a.G_S);
        VectorRoutines.Axpy(-beta, a.G_S.Values, moved.Values);
        if (scale > 0)
            yield return new OperatorCheck(Transfer, MatrixNorms.Frobenius(moved) / scale, Slack * (share * allowed + rounding * Math.Sqrt(N)) / scale);

        var lost = Identity(N);
        backend.Syrk(Op.Transpose, -1, a.P, 1, lost);
        scale = MatrixNorms.Frobenius(lost);
        allowed = 2 * a.Error.P * p * p + a.Error.W * 2 * beta * MatrixNorms.Frobenius(a.W_S);
        VectorRoutines.Axpy(-2 * beta, a.W_S.Values, lost.Values);
        // PᵀP is off by twice what P is off by.
        if (scale > 0)
            yield return new OperatorCheck(Energy, MatrixNorms.Frobenius(lost) / scale, Slack * (share * allowed + 2 * rounding * Math.Sqrt(N)) / scale);
    }

    private static IEnumerable<OperatorCheck> Agreements(Propagation a, Propagation b, double rounding, double slack)
    {
        OperatorCheck Compare(string name, DenseMatrix x, DenseMatrix y, double errorX, double errorY, double least)
        {
            double size = MatrixNorms.Frobenius(x), other = MatrixNorms.Frobenius(y), distance = MatrixNorms.Distance(x, y);
            double allowed = errorX * size + errorY * other + rounding * Math.Max(size, least);
            return new OperatorCheck(Agreement + name, Tolerances.Relative(distance, size), size > 0 ? slack * allowed / size : 0);
        }
        // P starts as the identity: rounding is relative to that, however small P is at the end.
        yield return Compare("P", a.P, b.P, a.Error.P, b.Error.P, Math.Sqrt(a.P.RowCount));
        yield return Compare("W_S", a.W_S, b.W_S, a.Error.W, b.Error.W, 0);
        yield return Compare("G_S", a.G_S, b.G_S, a.Error.G, b.Error.G, 0);
        if (a.G_Q.RowCount > 0) yield return Compare("G_Q", a.G_Q, b.G_Q, a.Error.G, b.Error.G, 0);
    }

    private static DenseMatrix Identity(int order)
    {
        var identity = new DenseMatrix(order, order);
        for (int i = 0; i < order; i++) identity.At(i, i, 1);
        return identity;
    }
}
