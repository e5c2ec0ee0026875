using KernelFlow.Analysis.Tests.Support;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;
using Xunit.Abstractions;

namespace KernelFlow.Analysis.Tests;

/// <summary>Spectra of a recorded run from operators that are applied and never formed: Lanczos on W_h, Golub–Kahan–Lanczos on F_h, each against dense
/// decompositions.</summary>
public sealed class MatrixFreeSpectrumTests(ITestOutputHelper output)
{
    private const int Reservoir = 6; // 2 outputs × 3 inputs that occur twice

    private static readonly Backend s_backend = TestRuns.Managed;

    private static (FlowGrid Grid, FlowFactor Factor, Propagation Propagation) Flow()
    {
        var run = Recorder.InMemory(new RecordingOptions
        {
            Train = 14, Test = 6, Outputs = 2, Duplicates = 3, Copies = 2, Noise = 0.2, Layers = [LayerSpec.Dense(10)], Steps = 300, LearningRate = 0.1,
                Checkpoints = 12,
            Loss = LossKind.SoftmaxCrossEntropy,
        }, s_backend);
        var trajectory = TrajectoryBuilder.Read(run, OutputRecord.Read(run), s_backend).Linear([.. Enumerable.Range(0, run.Count)]);
        var propagation = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "gauss-6", RelativeTolerance = 1e-6 }, s_backend);
        var grid = new FlowGrid(trajectory, propagation, s_backend);
        return (grid, new FlowFactor(grid, JacobianCoordinates.Read(run, trajectory, s_backend)), propagation);
    }

    [Fact]
    public void LanczosOnTheSweptGramianFindsTheLargest()
    {
        var (grid, _, propagation) = Flow();
        const int k = 6;
        var found = ThickRestartLanczos.Solve(new GramianOperator(grid), k, new LanczosOptions(), s_backend);
        double[] dense = [.. propagation.W_S.Evd(MathNet.Numerics.LinearAlgebra.Symmetricity.Symmetric).EigenValues.Select(z => z.Real).OrderDescending()];
        Assert.True(found.Pairs.Converged, found.MultiplicityText);
        for (int j = 0; j < k; j++) Check.Small(Math.Abs(found.Pairs.Values[j] - dense[j]), 1e-13 * dense[0], $"λ_{j + 1}");
        Check.Small(found.Pairs.ResidualNorms.Max(), 1e-13 * dense[0], "residual");
    }

    [Fact]
    public void GolubKahanOnTheSweptFactorFindsAllDownToRounding()
    {
        var (_, factor, _) = Flow();
        int N = factor.Columns;
        var found = GolubKahanLanczos.Solve(factor, N, new LanczosOptions { MaximumBasis = N }, s_backend);
        double[] sigma = [.. factor.Triangle().Svd(computeVectors: false).S];
        output.WriteLine(FormattableString.Invariant($"L = {factor.Rows}; σ/σ_1: signal {found.Values[N - Reservoir - 1] / found.Values[0]:e1}, reservoir ")
            + FormattableString.Invariant($"{found.Values[N - Reservoir] / found.Values[0]:e1}, {found.MultiplicityText}"));
        for (int j = 0; j < N; j++) Check.Small(Math.Abs(found.Values[j] - sigma[j]), N * Check.Eps * sigma[0], $"σ_{j + 1} against that of R");
        Check.Small(found.Values[N - Reservoir], N * Check.Eps * factor.RoundingScale(), "largest σ of the reservoir against N·ε·s_F");
        Check.Small(found.RightResidualNorms.Max(), 1e-13 * sigma[0], "‖F v − σ u‖");
        // ‖G v‖ ≤ √c‖F v‖ on the reservoir, at the level of rounding: G = H·F.
        var response = new DenseMatrix(6 * 2, Reservoir);
        var image = new DenseMatrix(factor.Rows, Reservoir);
        factor.Apply(((MatrixView)found.Right).ColumnRange(N - Reservoir, Reservoir), image);
        new ResponseFactor(factor).Apply(image, response);
        Check.Small(response.FrobeniusNorm(), 1e-14 * sigma[0] * factor.RoundingScale(), "‖G ψ‖ on the reservoir");
    }
}
