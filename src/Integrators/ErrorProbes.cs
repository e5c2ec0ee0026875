using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The global error of P, W and G, estimated from its action on a few random vectors.</summary>
/// <remarks>
/// With D_k the local error of step k and Φ_k its propagator, the error of P obeys E ← Φ_k E + D_k: damped where the flow damps, signed, so that errors cancel
/// where they do. Carrying E·V for ℓ random sign vectors V costs ℓ more columns instead of N, and ‖E‖_F² = 𝔼‖Ev‖² (Hutchinson). W inherits
/// E_W ← E_W + D_W + S + Sᵀ with S = Σ ω Y_iᵀ K (Y_i E), and G inherits E_G ← E_G + D_G + Σ ω K (Y_i E).
/// </remarks>
internal sealed class ErrorProbes
{
    /// <summary>ℓ: with eight, the estimate of ‖E‖_F is within a factor of two in all but rare cases even for an error of rank one.</summary>
    public const int Count = 8;

    // Twice the estimate is reported: the spread of eight probes and of the asymptotic divisor.
    private const double Safety = 2;

    private readonly Backend _backend;
    private readonly int _n, _m, _c;
    private readonly MatrixView _v, _difference, _w, _cross, _g, _local, _localG;

    /// <param name="trajectory">Gives sizes.</param>
    /// <param name="operatorColumns">Columns of X that are P, or P times a block.</param>
    /// <param name="backend">Dense kernels.</param>
    public ErrorProbes(KernelTrajectory trajectory, int operatorColumns, Backend backend)
    {
        _backend = backend;
        (_n, _m, _c) = (trajectory.TrainSize, trajectory.TestSize, operatorColumns);
        var random = new Random(20260501);
        _v = New(_c);
        for (int i = 0; i < _v.Array.Length; i++) _v.Array[i] = random.Next(2) == 0 ? -1 : 1;
        (_difference, _w, _cross, _local) = (New(_n), New(_c), New(_c), New(_c));
        (_g, _localG) = (New(_n + _m), New(_n + _m));
    }

    /// <summary>D_P V of the step just tried, times the divisor: (fine − coarse)·V.</summary>
    public MatrixView Difference(in MatrixView fine, in MatrixView coarse)
    {
        _backend.Gemm(Op.None, Op.None, 1, fine.ColumnRange(0, _c), _v, 0, _difference);
        _backend.Gemm(Op.None, Op.None, -1, coarse.ColumnRange(0, _c), _v, 1, _difference);
        return _difference;
    }

    /// <summary>Takes an accepted step into the estimate.</summary>
    /// <param name="divisor">Fine − coarse is this many times the error of fine.</param>
    /// <param name="carried">E·V among the columns of X, already propagated; D_P V is added.</param>
    /// <param name="fineW">W of the step.</param>
    /// <param name="coarseW">W of the step by the coarse solution.</param>
    /// <param name="cross">S·V of the step.</param>
    /// <param name="fineG">G of the step with the carried columns.</param>
    /// <param name="coarseG">G of the step by the coarse solution.</param>
    public void Accept(double divisor, in MatrixView carried, in MatrixView fineW, in MatrixView coarseW, in MatrixView cross, in MatrixView fineG, in MatrixView coarseG)
    {
        double factor = 1 / divisor;
        Add(_difference, factor, carried);
        _backend.Gemm(Op.None, Op.None, factor, fineW, _v, 0, _local);
        _backend.Gemm(Op.None, Op.None, -factor, coarseW, _v, 1, _local);
        Add(_local, 1, _w);
        Add(cross, 1, _cross);
        _backend.Gemm(Op.None, Op.None, factor, fineG.ColumnRange(0, _c), _v, 0, _localG);
        _backend.Gemm(Op.None, Op.None, -factor, coarseG.ColumnRange(0, _c), _v, 1, _localG);
        Add(_localG, 1, _g);
        Add(fineG.ColumnRange(fineG.Columns - Count, Count), 1, _g);
    }

    /// <summary>Estimated ‖δP‖_F, ‖δW‖_F, ‖δG_S‖_F and ‖δG_Q‖_F.</summary>
    public (double P, double W, double GS, double GQ) Norms(in MatrixView carried) =>
        (Size(carried), SizeOfGramianError(), Size(_g.Slice(0, 0, _n, Count)), Size(_g.Slice(_n, 0, _m, Count)));

    // D_W and S + Sᵀ cancel almost entirely (the energy identity, for constant B), and Sᵀ is not at hand. But for two different probes u and v,
    // uᵀE_W v = uᵀD_W v + uᵀS v + vᵀS u is, and ‖E_W‖_F² = 𝔼(uᵀE_W v)².
    private double SizeOfGramianError()
    {
        MatrixView d = new(new double[Count * Count], Count, Count), s = new(new double[Count * Count], Count, Count);
        _backend.Gemm(Op.Transpose, Op.None, 1, _v, _w, 0, d);
        _backend.Gemm(Op.Transpose, Op.None, 1, _v, _cross, 0, s);
        double sum = 0;
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < i; j++)
            {
                double form = 0.5 * (d[i, j] + d[j, i]) + s[i, j] + s[j, i];
                sum += form * form;
            }
        return Safety * Math.Sqrt(sum / (Count * (Count - 1) / 2));
    }

    private static double Size(in MatrixView a) => Safety * Integrators.Norms.Frobenius(a) / Math.Sqrt(Count);

    private static void Add(in MatrixView a, double factor, in MatrixView target)
    {
        for (int j = 0; j < a.Columns; j++) VectorKernels.Axpy(factor, a.Column(j), target.Column(j));
    }

    private static MatrixView New(int rows) => new(new double[rows * Count], rows, Count);
}
