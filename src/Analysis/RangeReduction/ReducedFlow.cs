using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>The operators of a reduced flow as operators on all N outputs: P = I − VVᵀ + V Y Vᵀ, W_S = V W_r Vᵀ, G = [V G_r; G_Q,r] Vᵀ.</summary>
/// <remarks>They are those of a flow whose J_S is VVᵀJ_S: the inclusion, the composition of windows and the identities of energy and transfer hold of them
/// exactly. Only for B = βI does P have this form.</remarks>
internal static class ReducedFlow
{
    /// <summary>Integrates the reduced flow and lifts what comes out.</summary>
    public static Propagation Integrate(RangeReduction range, PropagationOptions options, Backend backend, CarriedVectors carried,
        Action<double>? progress, CancellationToken cancellation)
    {
        var inside = new CarriedVectors(carried.Start is { } start ? range.Project(start) : null, carried.PerInterval?.Select(v => range.Project(v)).ToArray())
        {
            KeepGramianAt = carried.KeepGramianAt,
            RespondTo = carried.RespondTo is { } vectors ? Projected(range, vectors) : null,
        };
        var reduced = FlowIntegrator.Integrate(range.Trajectory, options, backend, inside, progress, cancellation);
        return Lift(range, reduced, carried, backend);
    }

    /// <summary>Operators of the reduced flow on all outputs.</summary>
    /// <param name="range">The range.</param>
    /// <param name="reduced">What was integrated on it.</param>
    /// <param name="carried">The vectors whose parts in the range were carried along.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static Propagation Lift(RangeReduction range, Propagation reduced, CarriedVectors carried, Backend backend)
    {
        int N = range.Size, r = range.Rank;
        // P = I + V(Y − I)Vᵀ.
        var moved = ((MatrixView)reduced.P).ToMatrix();
        for (int i = 0; i < r; i++) moved.At(i, i, moved.At(i, i) - 1);
        var p = BothSides(range, moved, backend);
        for (int i = 0; i < N; i++) p.At(i, i, p.At(i, i) + 1);
        var w = Symmetric(range, reduced.W_S, backend);
        double[] Carried(double[] before, double[] after)
        {
            var result = range.LeftOut(before);
            VectorRoutines.Axpy(1, range.Lift(after), result);
            return result;
        }
        double size = MatrixNorms.Frobenius(p);
        return new Propagation
        {
            P = p,
            W_S = w,
            G_S = BothSides(range, reduced.G_S, backend),
            G_Q = FromRight(range, reduced.G_Q, backend),
            Nodes = reduced.Nodes,
            Steps = reduced.Steps,
            StepsPerInterval = reduced.StepsPerInterval,
            Transported = [.. reduced.Transported.Select(y => Carried(carried.Start!, y))],
            IntervalTransported = [.. reduced.IntervalTransported.Select((y, k) => Carried(carried.PerInterval![k], y))],
            PartialGramians = [.. reduced.PartialGramians.Select(g => new PartialGramian(g.Knot, Symmetric(range, g.W_S, backend)) { Response = g.Response })],
            Error = reduced.Error with { P = size > 0 ? reduced.Error.P * MatrixNorms.Frobenius(reduced.P) / size : reduced.Error.P },
            Report = reduced.Report,
        };
    }

    private static DenseMatrix Projected(RangeReduction range, DenseMatrix vectors)
    {
        var result = new DenseMatrix(range.Rank, vectors.ColumnCount);
        for (int j = 0; j < vectors.ColumnCount; j++) range.Project(((MatrixView)vectors).Column(j)).CopyTo(((MatrixView)result).Column(j));
        return result;
    }

    // V A Vᵀ
    private static DenseMatrix BothSides(RangeReduction range, DenseMatrix a, Backend backend)
    {
        var left = new DenseMatrix(range.Size, range.Rank);
        backend.Gemm(Op.None, Op.None, 1, range.Basis, a, 0, left);
        return FromRight(range, left, backend);
    }

    private static DenseMatrix Symmetric(RangeReduction range, DenseMatrix a, Backend backend)
    {
        var result = BothSides(range, a, backend);
        MatrixNorms.SymmetricPart(result);
        return result;
    }

    // A Vᵀ
    private static DenseMatrix FromRight(RangeReduction range, DenseMatrix a, Backend backend)
    {
        var result = new DenseMatrix(a.RowCount, range.Size);
        if (a.RowCount == 0) return result;
        backend.Gemm(Op.None, Op.Transpose, 1, a, range.Basis, 0, result);
        return result;
    }
}
