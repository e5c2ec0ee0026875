using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Claims;

/// <summary>A° = (G_Q L)(G_S L)⁺ with LLᵀ = W_S⁺, as factors: L = Ψ Λ^{-1/2} on the modes above rounding, the pseudo-inverse by SVD.</summary>
internal sealed class CouplingMap
{
    private readonly DenseMatrix _test, _left, _right;
    private readonly double[] _sigma;
    private readonly int _rank;

    public CouplingMap(ClaimEvidence evidence)
    {
        var (W, pairs, backend) = (evidence.Propagation, evidence.Eigenpairs, evidence.Backend);
        int N = W.W_S.RowCount, M = W.G_Q.RowCount;
        double rounding = N * evidence.Model.Epsilon, cut = rounding * evidence.GramianNorm;
        int modes = pairs.Values.Count(v => v > cut);
        if (modes == pairs.Values.Count && !evidence.HasAllModes)
            LeftOut = FormattableString.Invariant($"A° was formed from the {modes} largest of {evidence.Outputs.GradientSpace.Dimension} modes only, ")
                + "the others were not computed";
        var L = ((MatrixView)pairs.Vectors).ColumnRange(0, modes).ToMatrix();
        for (int j = 0; j < modes; j++)
            foreach (ref double v in ((MatrixView)L).Column(j)) v /= Math.Sqrt(pairs.Values[j]);
        _test = new DenseMatrix(Math.Max(M, 1), Math.Max(modes, 1));
        _left = new DenseMatrix(N, Math.Max(modes, 1));
        _right = new DenseMatrix(Math.Max(modes, 1), Math.Max(modes, 1));
        _sigma = new double[modes];
        if (modes == 0) return;
        var train = new DenseMatrix(N, modes);
        backend.Gemm(Op.None, Op.None, 1, W.G_Q, L, 0, _test);
        backend.Gemm(Op.None, Op.None, 1, W.G_S, L, 0, train);
        backend.Svd(train, _sigma, _left, _right);
        _rank = _sigma.Count(v => v > rounding * _sigma[0]);
    }

    /// <summary>Why A° is not the whole of it; null when it is.</summary>
    public string? LeftOut { get; }

    /// <summary>‖A°‖_F.</summary>
    public double Spread
    {
        get
        {
            double sum = 0;
            var row = new double[_right.ColumnCount];
            for (int k = 0; k < _rank; k++)
            {
                for (int j = 0; j < row.Length; j++) row[j] = _right.At(k, j);
                sum += Math.Pow(VectorMath.Norm(VectorMath.Multiply(1, _test, row)) / _sigma[k], 2);
            }
            return Math.Sqrt(sum);
        }
    }

    /// <summary>A°·x: the test displacement that goes with a train displacement.</summary>
    public double[] Apply(double[] x)
    {
        var z = new double[_right.ColumnCount];
        for (int k = 0; k < _rank; k++)
        {
            double projection = VectorRoutines.Dot(((MatrixView)_left).Column(k), x) / _sigma[k];
            for (int j = 0; j < z.Length; j++) z[j] += projection * _right.At(k, j);
        }
        return VectorMath.Multiply(1, _test, z);
    }
}
