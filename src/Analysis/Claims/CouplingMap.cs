using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>A° = (G_Q L)(G_S L)⁺ with LLᵀ = W_S⁺, as factors: L = Ψ Λ^{-1/2} on the modes above rounding, the pseudo-inverse by SVD.</summary>
internal sealed class CouplingMap
{
    private readonly MatrixView _test, _left; // A° = T Uᵀ with T = G_Q L V Σ⁻¹, U and V of G_S L = U Σ Vᵀ

    public CouplingMap(ClaimEvidence evidence) : this(evidence.Eigenpairs, evidence.Model.Epsilon, evidence.GramianNorm,
        evidence.HasAllModes ? null : evidence.Outputs.GradientSpace.Dimension, evidence.Backend,
        (in MatrixView vectors, in MatrixView train, in MatrixView test) =>
        {
            var operators = evidence.Propagation;
            evidence.Backend.Gemm(Op.None, Op.None, 1, operators.G_S, vectors, 0, train);
            if (operators.G_Q.RowCount > 0) evidence.Backend.Gemm(Op.None, Op.None, 1, operators.G_Q, vectors, 0, test);
        }, evidence.Propagation.G_Q.RowCount) { }

    /// <summary>A° from eigenpairs and what G_S and G_Q make of vectors.</summary>
    /// <param name="pairs">Eigenpairs of W_S.</param>
    /// <param name="epsilon">ε of the kernels.</param>
    /// <param name="norm">‖W_S‖₂.</param>
    /// <param name="partOf">How many modes there are; null where all are given.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="transfer">Writes G_S V and G_Q V.</param>
    /// <param name="M">Number of test outputs.</param>
    public CouplingMap(EigenPairs pairs, double epsilon, double norm, int? partOf, Backend backend, Transferred transfer, int M)
    {
        int N = pairs.Vectors.RowCount;
        double rounding = N * epsilon, cut = rounding * norm;
        int modes = pairs.Values.Count(v => v > cut);
        if (modes == pairs.Values.Count && partOf is { } dimension)
            LeftOut = FormattableString.Invariant($"A° was formed from the {modes} largest of {dimension} modes only, ") + "the others were not computed";
        if (modes == 0)
        {
            (_test, _left) = (new MatrixView(new double[Math.Max(M, 1)], M, 0), new MatrixView(new double[N], N, 0));
            return;
        }
        MatrixView L = ((MatrixView)pairs.Vectors).ColumnRange(0, modes).ToMatrix(), train = new DenseMatrix(N, modes);
        for (int j = 0; j < modes; j++) VectorRoutines.Divide(L.Column(j), Math.Sqrt(pairs.Values[j]));
        MatrixView test = new DenseMatrix(Math.Max(M, 1), modes);
        transfer(L, train, test);
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

    /// <summary>Writes what the transfer operators make of a block.</summary>
    internal delegate void Transferred(in MatrixView vectors, in MatrixView train, in MatrixView test);

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
