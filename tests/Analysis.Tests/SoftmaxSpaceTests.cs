using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>Softmax does not see a constant added to all outputs of an example: spectra and whatever follows from them are those of Σ_c v_ic = 0.</summary>
public class SoftmaxSpaceTests
{
    private const int Train = 6, Test = 4, Outputs = 3, Parameters = 80;
    private static readonly double[] s_times = [0, 4, 10, 20, 40];

    /// <param name="shift">J_S + shift·1 aᵀ, the same a for all outputs of an example.</param>
    /// <param name="custom">The same loss as g and B of each checkpoint.</param>
    private static CheckpointSequence Run(double shift = 0, bool custom = false)
    {
        var path = FlowPath.Straight(Train, Test, Outputs, Parameters, 0.05, 3);
        var random = new Random(4);
        Matrix<double> common = FlowPath.Gaussian(random, Train, Parameters), shifts = Matrix<double>.Build.Dense(Train * Outputs, Parameters,
            (r, d) => shift * common[r / Outputs, d]);
        var softmax = LossModel.SoftmaxCrossEntropy([.. Enumerable.Range(0, Train * Outputs).Select(r => r % Outputs == r / Outputs % 2 ? 1.0 : 0)], Outputs);
        var checkpoints = s_times.Select((t, k) =>
        {
            double[] u = FlowPath.Gaussian(random, Train * Outputs, 1).Column(0).ToArray(), g = new double[u.Length];
            var B = new OutputHessian(Train, Outputs);
            softmax.Gradient(u, g);
            softmax.Hessian(u, B);
            TensorSource[] tensors =
            [
                FlowRecording.Tensor("J_S", path.J_S(t) + shifts), FlowRecording.Tensor("J_Q", path.J_Q(t)), new MemoryTensor("U_S", u, Train, Outputs),
                new MemoryTensor("U_Q", FlowPath.Gaussian(random, Test * Outputs, 1).Column(0).ToArray(), Test, Outputs),
            ];
            return new Checkpoint(t, k, custom
                ? [.. tensors, new MemoryTensor("g", g, Train, Outputs), new MemoryTensor("B", B.Blocks, Train, Outputs, Outputs)] : tensors);
        });
        return new CheckpointSequence(checkpoints, custom ? LossModel.Custom(Train, Outputs) : softmax);
    }

    private static ReservoirAnalysis Analysis(CheckpointSequence run, EigenSolver solver = EigenSolver.Auto, int? modes = null) =>
        Analyze.Reservoir(run, TestRuns.Options with { Solver = solver, Modes = modes, RelativeTolerance = 1e-8 });

    [Theory]
    [InlineData(EigenSolver.Dense, null)]
    [InlineData(EigenSolver.Lanczos, null)]
    [InlineData(EigenSolver.Lanczos, 4)]
    [InlineData(EigenSolver.GolubKahan, null)]
    public void EverySolverDecomposesTheGramianOfTheSpace(EigenSolver solver, int? modes)
    {
        var analysis = Analysis(Run(), solver, modes);
        int N = Train * Outputs, r = Train * (Outputs - 1), k = modes ?? r;
        Assert.Equal((r, k, "outputs with zero sum per example"), (analysis.Spectrum.Dimension, analysis.Spectrum.Eigenvalues.Count, analysis.Spectrum.Space));
        // Projected instead of restricted: the projector onto zero sums has the eigenvalues of the space, and p − 1 becomes p with one zero per example.
        var projector = Matrix<double>.Build.Dense(N, N, (i, j) => (i == j ? 1 : 0) - (i / Outputs == j / Outputs ? 1.0 / Outputs : 0));
        double[] expected = [.. (projector * analysis.Operators.Value.W_S * projector).Evd(Symmetricity.Symmetric).EigenValues.Select(z => z.Real)
            .OrderDescending()];
        for (int j = 0; j < k; j++)
            Check.Small(Math.Abs(analysis.Spectrum.Eigenvalues[j] - expected[j]), 1e-12 * expected[0], $"eigenvalue {j + 1}");
        var vectors = analysis.Operators.Value.Eigenvectors;
        Assert.Equal((N, k), (vectors.RowCount, vectors.ColumnCount));
        Check.Small((vectors - projector * vectors).L2Norm(), 1e-13, "part of the modes outside the space");
        Check.Small((vectors.TransposeThisAndMultiply(vectors) - Matrix<double>.Build.DenseIdentity(k)).L2Norm(), 1e-12, "VᵀV − I");
        // Of four modes it is not known how many are above the threshold, and so C11 does not apply.
        foreach (string id in (string[])["C6", "C9", "C10", .. modes is null ? new[] { "C11" } : []])
            Assert.True(analysis.Claim(id).Verdict == Verdict.Holds, $"{id} {analysis.Claim(id).Verdict}: {analysis.Claim(id).Reason}");
    }

    /// <summary>A hundredfold shift common to the outputs of an example leads the spectrum of W_S, and changes nothing that softmax can see.</summary>
    [Fact]
    public void AShiftOfAllOutputsOfAnExampleChangesNothing()
    {
        ReservoirAnalysis plain = Analysis(Run()), shifted = Analysis(Run(shift: 100));
        Check.Between(shifted.Operators.Value.W_S.L2Norm() / plain.Operators.Value.W_S.L2Norm(), 100, 1e6, "growth of the whole Gramian");
        for (int j = 0; j < plain.Spectrum.Dimension; j++)
            Check.Small(Math.Abs(shifted.Spectrum.Eigenvalues[j] - plain.Spectrum.Eigenvalues[j]), 1e-6 * plain.Spectrum.Eigenvalues[0], $"eigenvalue {j + 1}");
        Assert.Equal(plain.Spectrum.ReservoirDimension, shifted.Spectrum.ReservoirDimension);
        Check.Close(shifted.Inclusion.Cosine.Value.Sigma, plain.Inclusion.Cosine.Value.Sigma, 1e-5, "σ");
        Check.Close(shifted.Inclusion.Visibility!.Value, plain.Inclusion.Visibility!.Value, 1e-5, "visibility");
        foreach (string id in (string[])["C2", "C4"])
            Check.Close(shifted.Claim(id).RelativeError.Value, plain.Claim(id).RelativeError.Value, 1e-5, $"error of {id}");
        Check.Close(shifted.Influence.Value.Examples[0].TestResponse, plain.Influence.Value.Examples[0].TestResponse, 1e-5, "influence of the first example");
    }

    /// <summary>The same loss given by its g and B has the same space, and so the same modes.</summary>
    [Fact]
    public void ACustomLossHasTheSpaceOfWhatWasRecorded()
    {
        ReservoirAnalysis known = Analysis(Run()), custom = Analysis(Run(custom: true));
        Assert.Equal((known.Spectrum.Dimension, "outputs in the range of B and g"), (custom.Spectrum.Dimension, custom.Spectrum.Space));
        for (int j = 0; j < known.Spectrum.Dimension; j++)
            Check.Small(Math.Abs(custom.Spectrum.Eigenvalues[j] - known.Spectrum.Eigenvalues[j]), 1e-7 * known.Spectrum.Eigenvalues[0], $"eigenvalue {j + 1}");
    }

    /// <summary>g lies in the space, so the prediction with all modes is the whole prediction: C1 to C4 know nothing of the space.</summary>
    [Fact]
    public void TheWholePredictionIsThatOfTheSpace()
    {
        var run = Run();
        var outputs = OutputRecord.Read(run);
        foreach (var g in outputs.Gradients)
            for (int i = 0; i < Train; i++) Check.Small(Math.Abs(g.Skip(i * Outputs).Take(Outputs).Sum()), 1e-16, $"Σ_c g of example {i}");
        var analysis = Analysis(run);
        var (v, g0) = (analysis.Operators.Value.Eigenvectors, Vector<double>.Build.Dense(outputs.Gradients[0]));
        Check.Small((v * v.TransposeThisAndMultiply(g0) - g0).L2Norm(), 1e-14 * Train, "part of g(s) outside the modes");
        var whole = analysis.Operators.Value.G_Q * g0;
        Check.Small((analysis.Operators.Value.G_Q * (v * v.TransposeThisAndMultiply(g0)) - whole).L2Norm(), 1e-12 * whole.L2Norm(), "G_Q Π g − G_Q g");
    }

    [Fact]
    public void RelativeDissipationAndInfluenceAreThoseOfTheSpace()
    {
        var analysis = Analysis(Run());
        var relative = analysis.RelativeDissipation.Value;
        Assert.Equal((Train * (Outputs - 1), 0), (relative.Values.Count, relative.OutsideDimension));
        var shifted = Analysis(Run(shift: 100));
        Check.Close(shifted.Influence.Value.Examples[1].SelfTrace, analysis.Influence.Value.Examples[1].SelfTrace, 1e-5, "trace of an example's block of W_S");
    }
}
