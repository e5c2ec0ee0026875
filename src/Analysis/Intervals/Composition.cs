using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>The operators of a window from those of its intervals, one after the other in order of time (theory, C10): P ← P_k P, W ← W + PᵀW_kP,
/// G ← G + G_kP.</summary>
/// <remarks>The order is fixed, so that the same intervals give the same bits wherever they come from.</remarks>
/// <param name="backend">The dense linear algebra to use.</param>
internal sealed class Composition(Backend backend)
{
    private readonly ComposedErrors _errors = new(backend);
    private DenseMatrix? _p, _w, _gs, _gq, _scratch, _next;

    /// <summary>The number of intervals so far.</summary>
    public int Count { get; private set; }

    /// <summary>P(t_k,s).</summary>
    public DenseMatrix P => _p ?? throw new InvalidOperationException("Nothing was composed.");

    /// <summary>W_S(s,t_k).</summary>
    public DenseMatrix W_S => _w ?? throw new InvalidOperationException("Nothing was composed.");

    /// <summary>G_S(t_k,s).</summary>
    public DenseMatrix G_S => _gs ?? throw new InvalidOperationException("Nothing was composed.");

    /// <summary>G_Q(t_k,s).</summary>
    public DenseMatrix G_Q => _gq ?? throw new InvalidOperationException("Nothing was composed.");

    /// <summary>What recorded steps have beside the operators, summed; null in flow.</summary>
    public StepParts? Recorded { get; private set; }

    /// <summary>The largest ‖P(t_k,s)‖_F/√N at the ends of intervals of recorded steps, at least 1.</summary>
    public double Peak { get; private set; } = 1;

    /// <summary>Goes on by one interval, whose matrices are only read.</summary>
    public void Add(IntervalOperators interval)
    {
        // Recorded steps are not integrated: there is no error to carry along.
        if (interval.Recorded is { } steps) Add(interval, steps);
        else _errors.Add(interval, _p);
        Compose(interval);
        if (interval.Recorded is not null) Peak = Math.Max(Peak, MatrixNorms.Frobenius(P) / Math.Sqrt(P.RowCount));
    }

    private void Add(IntervalOperators interval, StepParts steps)
    {
        var drift = Drift.Composed(Recorded?.Drift, interval);
        if (Recorded is not { } before)
        {
            Recorded = steps with { Response = Copy(steps.Response), Motion = Copy(steps.Motion), Drift = drift };
            return;
        }
        VectorRoutines.Axpy(1, steps.Response.Values, before.Response.Values);
        VectorRoutines.Axpy(1, steps.Motion.Values, before.Motion.Values);
        Recorded = before with { Drift = drift, HasTestKernel = before.HasTestKernel && steps.HasTestKernel };
    }

    private void Compose(IntervalOperators interval)
    {
        if (Count++ == 0)
        {
            (_p, _w, _gs, _gq) = (Copy(interval.P), Copy(interval.W_S), Copy(interval.G_S), Copy(interval.G_Q));
            return;
        }
        int n = P.RowCount;
        _scratch ??= new DenseMatrix(n, n);
        _next ??= new DenseMatrix(n, n);
        backend.Gemm(Op.None, Op.None, 1, interval.W_S, P, 0, _scratch);
        backend.SymmetricProduct(1, P, _scratch, 1, W_S);
        backend.Gemm(Op.None, Op.None, 1, interval.G_S, P, 1, G_S);
        if (G_Q.RowCount > 0) backend.Gemm(Op.None, Op.None, 1, interval.G_Q, P, 1, G_Q);
        backend.Gemm(Op.None, Op.None, 1, interval.P, P, 0, _next);
        (_p, _next) = (_next, _p);
    }

    /// <summary>The estimated errors of the operators as they stand.</summary>
    public IntegrationError Error() => _errors.Of(P, W_S, G_S, G_Q);

    private static DenseMatrix Copy(DenseMatrix a) => new(a.RowCount, a.ColumnCount, (double[])a.Values.Clone());
}
