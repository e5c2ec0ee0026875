using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Certificate;

/// <summary>eig(2 B^½ W B^½) against the general eigenproblem of 2BW, a closed form, and its own defining identities.</summary>
public class RelativeDissipationTests
{
    private static readonly double[] s_times = [0, 0.5, 1.5, 4];

    /// <summary>K and B constant: μ = 1 − e^{−2γT} for the eigenvalues γ of B^½KB^½, all in [0, 1].</summary>
    [Fact]
    public void OfAFrozenKernelAndConstantHessianInClosedForm()
    {
        var still = FlowPath.Straight(4, 3, 2, 20, 0, 7);
        var blocks = still.WithVaryingHessian(1, 9).B!(0);
        var path = still with { B = _ => blocks };
        var analysis = Analyze.Reservoir(FlowRecording.Of(path, s_times, stepsPerInterval: 100).Jacobians(),
            TestRuns.Options with { RelativeTolerance = 1e-10 });
        var relative = analysis.RelativeDissipation.Value;
        var L = HessianRoot(blocks, 4, 2);
        var gamma = (L * path.J_S(0) * path.J_S(0).Transpose() * L).Evd(Symmetricity.Symmetric).EigenValues.Select(z => z.Real).OrderDescending().ToArray();
        Assert.Equal(8, relative.Values.Count);
        for (int k = 0; k < 8; k++) Check.Close(relative.Values[k], 1 - Math.Exp(-2 * gamma[k] * s_times[^1]), 2e-11, $"μ_{k + 1}");
        Check.Between(relative.Values[0], 0, 1, "largest");
        Assert.Equal((0, 8), (relative.OutsideDimension, relative.SignalDimension + relative.ReservoirDimension));
    }

    /// <summary>B of rank 1 in blocks of 2 that falls to a twentieth along the way: half of the space is outside, and values exceed 1.</summary>
    [Fact]
    public void OfSingularAndFallingHessians()
    {
        double[] start = [0.4, 0.2, 0.2, 0.1, 0.09, -0.03, -0.03, 0.01, 0.5, 0, 0, 0];
        var path = FlowPath.Straight(3, 3, 2, 20, 0.3, 17) with { B = t => Array.ConvertAll(start, b => b * (1 - 0.95 * t / s_times[^1])) };
        var analysis = Analyze.Reservoir(FlowRecording.Of(path, s_times, stepsPerInterval: 400).Jacobians(), TestRuns.Options);
        var (relative, W) = (analysis.RelativeDissipation.Value, analysis.Operators.Value.W_S);
        Assert.Equal((3, 3), (relative.Values.Count, relative.OutsideDimension));
        var root = HessianRoot(start, 3, 2);
        var general = (2 * root * root * W).Evd().EigenValues.Select(z => z.Real).OrderDescending().Take(3).ToArray();
        for (int k = 0; k < 3; k++) Check.Close(relative.Values[k], general[k], 5e-14, $"μ_{k + 1} against eig(2BW)");
        // The definition of the modes: vᵀWv = μ/2, vᵀB⁺v = 1, v in range B, and the response within its bound.
        var inverse = (root * root).PseudoInverse();
        for (int k = 0; k < 3; k++)
        {
            var v = relative.Modes.Value.Column(k);
            Check.Close(v * (W * v), 0.5 * relative.Values[k], 2e-14, "vᵀWv");
            for (int j = 0; j < 3; j++) Check.Small(Math.Abs(relative.Modes.Value.Column(j) * (inverse * v) - (j == k ? 1 : 0)), 2e-14, "vᵀB⁺v");
            Check.Small((root * root * (inverse * v) - v).L2Norm(), 5e-15, "distance from range B");
            Check.Close(relative.Responses[k], (analysis.Operators.Value.G_Q * v).L2Norm(), 5e-15, "‖Gv‖");
            Check.Close(relative.Bounds[k], Math.Sqrt(0.5 * relative.Values[k]) * analysis.Inclusion.VisibilityBound, 5e-15, "bound");
            Check.Small(relative.Responses[k], relative.Bounds[k], "response");
        }
        Check.Between(relative.Values[0], 1, 20, "largest: B has fallen");
    }

    [Fact]
    public void WhereItIsNotItsOwnSpectrumTheReasonSaysWhy()
    {
        Assert.False(TestRuns.DigitsTinyAnalysis.RelativeDissipation.IsKnown);
        Assert.Contains("dissipated fraction", TestRuns.DigitsTinyAnalysis.RelativeDissipation.Reason);
    }

    // B^½, block by block.
    private static Matrix<double> HessianRoot(double[] blocks, int n, int p)
    {
        var root = Matrix<double>.Build.Dense(n * p, n * p);
        for (int i = 0; i < n; i++)
        {
            var evd = Matrix<double>.Build.Dense(p, p, blocks[(i * p * p)..((i + 1) * p * p)]).Evd(Symmetricity.Symmetric);
            var half = Matrix<double>.Build.DenseOfDiagonalArray([.. evd.EigenValues.Select(z => Math.Sqrt(Math.Max(z.Real, 0)))]);
            root.SetSubMatrix(i * p, i * p, evd.EigenVectors * half * evd.EigenVectors.Transpose());
        }
        return root;
    }
}
