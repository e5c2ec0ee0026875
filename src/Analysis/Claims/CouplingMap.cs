using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>A° = (G_Q L)(G_S L)⁺ with LLᵀ = W_S⁺, as factors: L = Ψ Λ^{-1/2} on the modes above rounding, the pseudo-inverse by SVD.</summary>
internal sealed class CouplingMap
{
    private readonly MatrixView _test, _left; // A° = T Uᵀ with T = G_Q L V Σ⁻¹, U and V of G_S L = U Σ Vᵀ

    public CouplingMap(ClaimEvidence evidence)
    {
        var (W, pairs, backend) = (evidence.Propagation, evidence.Eigenpairs, evidence.Backend);
        int N = W.W_S.RowCount, M = W.G_Q.RowCount;
        double rounding = N * evidence.Model.Epsilon, cut = rounding * evidence.GramianNorm;
        int modes = pairs.Values.Count(v => v > cut);
        if (modes == pairs.Values.Count && !evidence.HasAllModes)
            LeftOut = FormattableString.Invariant($"A° was formed from the {modes} largest of {evidence.Outputs.GradientSpace.Dimension} modes only, ")
                + "the others were not computed";
        if (modes == 0)
        {
            (_test, _left) = (new MatrixView(new double[Math.Max(M, 1)], M, 0), new MatrixView(new double[N], N, 0));
            return;
        }
        MatrixView L = ((MatrixView)pairs.Vectors).ColumnRange(0, modes).ToMatrix(), train = new DenseMatrix(N, modes);
        for (int j = 0; j < modes; j++) VectorRoutines.Divide(L.Column(j), Math.Sqrt(pairs.Values[j]));
        MatrixView test = new DenseMatrix(Math.Max(M, 1), modes);
        backend.Gemm(Op.None, Op.None, 1, W.G_S, L, 0, train);
        if (M > 0) backend.Gemm(Op.None, Op.None, 1, W.G_Q, L, 0, test);
        var sigma = new double[modes];
        MatrixView right = new DenseMatrix(modes, modes), left = L;
        backend.Svd(train, sigma, left, right);
        int rank = sigma.Count(v => v > rounding * sigma[0]);
        _left = left.ColumnRange(0, rank);
        if (rank == 0)
        {
            _test = test.ColumnRange(0, 0);
            return;
        }
        _test = new DenseMatrix(Math.Max(M, 1), rank);
        backend.Gemm(Op.None, Op.Transpose, 1, test, right.Slice(0, 0, rank, modes), 0, _test);
        for (int k = 0; k < rank; k++) VectorRoutines.Divide(_test.Column(k), sigma[k]);
        Spread = MatrixNorms.Frobenius(_test);
    }

    /// <summary>Why A° is not the whole of it; null when it is.</summary>
    public string? LeftOut { get; }

    /// <summary>‖A°‖_F.</summary>
    public double Spread { get; }

    /// <summary>A°·x: the test displacement that goes with a train displacement.</summary>
    public double[] Apply(double[] x)
    {
        var result = new double[_test.Rows];
        for (int k = 0; k < _left.Columns; k++) VectorRoutines.Axpy(VectorRoutines.Dot(_left.Column(k), x), _test.Column(k), result);
        return result;
    }
}
