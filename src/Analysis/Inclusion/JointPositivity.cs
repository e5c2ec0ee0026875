using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>σ = ‖(C + Γ)^{-1/2} G (W + w)^{-1/2}‖: at most 1 exactly when [[C + Γ, G], [Gᵀ, W + w]] ⪰ 0 (theory, section 5).</summary>
/// <remarks>
/// Recorded blocks are known to ε of each element, so the joint kernel to −(N+M)ε of its own diagonal; carried into C and W that is Γ_ii = (N+M)ε·C_ii and
/// w = (N+M)ε·∫max_i K_SS,ii. Sums of so many terms add as much in ε of float64, relative to the largest eigenvalues. Twice that is added to both sides, so
/// that what rounding alone can do never makes σ exceed 1.
/// </remarks>
internal sealed class JointPositivity
{
    private const double Safety = 2, ArithmeticSlack = 8;
    private readonly StudiedWindow _window;
    private readonly double _length, _epsilon, _added;

    /// <summary>The floors of a window.</summary>
    public JointPositivity(StudiedWindow window)
    {
        _window = window;
        _length = window.Propagation.G_Q.RowCount + window.Propagation.W_S.RowCount + window.Model.ArithmeticSteps;
        _epsilon = Math.Max(window.Model.Epsilon, BlockEpsilon(window.Input));
        double first = window.Solution.Norm, weight = window.Model.Mode == AnalysisMode.Descent ? LargestWeight(window.Input.Checkpoints) : 1;
        _added = Safety * _length * Math.Max(_epsilon * Math.Max(first, weight * weight * LargestDiagonal(window.Input)), Tolerances.Epsilon * first);
    }

    /// <summary>What the arithmetic of σ itself can add to it.</summary>
    public double Arithmetic => ArithmeticSlack * _length * Tolerances.Epsilon;

    /// <summary>σ of the main operators, over the modes that were computed.</summary>
    /// <param name="response">GΨ, M×k.</param>
    public double Sigma(DenseMatrix response)
    {
        var (pairs, backend) = (_window.Pairs, _window.Backend);
        var image = Frame(_window.Model.TestKernelIntegral, response).Apply(response, backend);
        for (int j = 0; j < image.ColumnCount; j++)
        {
            double value = pairs.Values[j] + _added;
            foreach (ref double x in ((MatrixView)image).Column(j)) x = x == 0 ? 0 : value > 0 ? x / Math.Sqrt(value) : double.PositiveInfinity;
        }
        return Norm(image, backend);
    }

    /// <summary>σ of the operators of the second integration over the same modes.</summary>
    /// <param name="c">C of its own nodes.</param>
    /// <param name="response">GΨ of its own G.</param>
    /// <param name="w">ΨᵀWΨ of its own W; overwritten.</param>
    public double SigmaOf(DenseMatrix c, DenseMatrix response, DenseMatrix w)
    {
        var backend = _window.Backend;
        var image = (DenseMatrix)Frame(c, response).Apply(response, backend).Transpose();
        MatrixNorms.SymmetricPart(w);
        for (int j = 0; j < w.RowCount; j++) w.At(j, j, w.At(j, j) + _added);
        var solved = ((MatrixView)image).ToMatrix();
        if (backend.Cholesky(w) != 0) return double.PositiveInfinity;
        backend.CholeskySolve(w, solved);
        var gram = new DenseMatrix(image.ColumnCount, image.ColumnCount);
        backend.SymmetricProduct(1, image, solved, 0, gram);
        return AllFinite(gram) ? Math.Sqrt(SymmetricEigenvalues.Largest(gram, backend)) : double.PositiveInfinity;
    }

    private TestFrame Frame(DenseMatrix c, DenseMatrix response) =>
        TestFrame.Of(c, response, largest => Safety * _length * (_epsilon + Tolerances.Epsilon * largest), _window.Backend);

    private static double Norm(DenseMatrix a, Backend backend) => AllFinite(a) ? MatrixNorms.Spectral(a, backend) : double.PositiveInfinity;

    private static bool AllFinite(DenseMatrix a) => Array.TrueForAll(a.Values, double.IsFinite);

    // ∫ max_i K_SS,ii dτ from above: K_SS,ii between checkpoints is at most the larger of its ends where J or K is linear.
    private static double LargestDiagonal(AnalysisInput input)
    {
        double sum = 0, before = 0;
        for (int k = 0; k < input.Checkpoints.Count; k++)
        {
            double here = 0;
            foreach (double value in input.Kernels.At(k).TrainDiagonal) here = Math.Max(here, value);
            if (k > 0) sum += (input.Outputs.Times[k] - input.Outputs.Times[k - 1]) * Math.Max(before, here);
            before = here;
        }
        return sum;
    }

    // K_QQ has no part in W_S and G_Q, so its type is not that of the kernels' ε; and numbers that are all those of float32 were float32 once, whatever type
    // they are stored in now.
    private static double BlockEpsilon(AnalysisInput input)
    {
        var checkpoints = input.Checkpoints;
        if (checkpoints.HasJacobians) return 0;
        double stored = checkpoints.Max(c => c.Find(TensorName.K_QQ)?.Type.Epsilon() ?? 0);
        bool single = Enumerable.Range(0, checkpoints.Count).All(k =>
        {
            using var held = input.Kernels.At(k).Hold();
            return IsSingle(held.TestTrain);
        });
        return single ? Math.Max(stored, StorageType.Float32.Epsilon()) : stored;
    }

    private static bool IsSingle(in MatrixView a)
    {
        for (int j = 0; j < a.Columns; j++)
            foreach (double x in a.Column(j))
                if ((float)x != x) return false;
        return true;
    }

    // W_S and G_Q of batches hold S K S and K S, and so the rounding of K as often as the weights say.
    private static double LargestWeight(CheckpointSequence checkpoints)
    {
        double largest = 1;
        if (StepBatches.Of(checkpoints) is not { } batches) return largest;
        for (int step = 0; step + 1 < checkpoints.Count; step++)
            foreach (double weight in batches.Weights(step)) largest = Math.Max(largest, weight);
        return largest;
    }
}
