using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>A recorded PyTorch run against SciPy's integration of the same interpolant (Fixtures/README.md).</summary>
public class DigitsTinyReferenceTests
{
    private static ReservoirAnalysis Analysis => TestRuns.DigitsTinyAnalysis;

    [Fact]
    public void OperatorsAgreeWithScipy()
    {
        foreach (var (name, value) in TestRuns.Named(Analysis.Operators.Value))
            Check.Small(TestRuns.Relative(value, TestRuns.Reference(name)), 1e-10, $"{name} at rtol 1e-11");
    }

    /// <summary>--rtol bounds the error at the end of the window, for every method, and the integration part of each claim's budget bounds what it does to the
    /// figure.</summary>
    [Theory]
    [InlineData("gauss-6", 1e-4)]
    [InlineData("gauss-6", 1e-6)]
    [InlineData("gauss-6", 1e-8)]
    [InlineData("gauss-6", 1e-10)]
    [InlineData("gauss-4", 1e-4)]
    [InlineData("gauss-4", 1e-8)]
    public void TheToleranceBoundsTheError(string method, double rtol)
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var analysis = Analyze.Reservoir(run.Checkpoints, TestRuns.Options with { RelativeTolerance = rtol, Method = method });
        foreach (var (name, value) in TestRuns.Named(analysis.Operators.Value))
            Check.Small(TestRuns.Relative(value, TestRuns.Reference(name)), rtol, $"{name}, {method} at rtol {rtol:G1}");
        foreach (string id in (string[])["C1", "C2", "C3", "C4", "C8"])
        {
            var claim = analysis.Claim(id);
            Check.Small(Math.Abs(claim.RelativeError.Value - TestRuns.ReferenceClaim(id)), claim.Budget!.Integration.Value + 1e-12,
                $"{id}, integration, {method} at rtol {rtol:G1}");
        }
        Assert.Equal(method, analysis.Options.Method);
    }

    [Theory]
    [InlineData("C1")]
    [InlineData("C2")]
    [InlineData("C3")]
    [InlineData("C4")]
    [InlineData("C8")]
    public void FiguresOfTheClaimsAgreeWithScipy(string id)
    {
        var claim = Analysis.Claim(id);
        Check.Close(claim.RelativeError.OrNull(), TestRuns.ReferenceClaim(id), 5e-9, id);
        Assert.NotEqual(Verdict.Violated, claim.Verdict);
    }

    [Fact]
    public void CorrelationOfTheCouplingAgreesWithScipy() =>
        Check.Close(Analysis.Claim("C8").Correlation, TestRuns.ReferenceClaim("C8 correlation"), 1e-11, "C8 correlation");

    [Fact]
    public void DisplacementsAreThoseOfTheReferenceOperators()
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        Vector<double> Read(int k, string name) => Vector<double>.Build.Dense(run.Checkpoints[k][name].ReadAll());
        var g = (Read(0, "U_S") - Vector<double>.Build.Dense(run.Checkpoints.Loss.Targets.ToArray())) / 24;
        var d = Analysis.Displacements;
        Near(Read(15, "U_Q") - Read(0, "U_Q"), d.RecordedTest, 1e-15, "recorded, test");
        Near(Read(15, "U_S") - Read(0, "U_S"), d.RecordedTrain, 1e-15, "recorded, train");
        Near(-TestRuns.Reference("G_Q") * g, d.PredictedTest, 1e-11, "predicted, test");
        Near(-TestRuns.Reference("G_S") * g, d.PredictedTrain, 1e-11, "predicted, train");

        static void Near(Vector<double> expected, IReadOnlyList<double> observed, double tolerance, string what) =>
            Check.Small((Vector<double>.Build.DenseOfEnumerable(observed) - expected).L2Norm() / expected.L2Norm(), tolerance, what);
    }

    [Fact]
    public void SpectrumIsThatOfTheReferenceGramian()
    {
        var W = TestRuns.Reference("W_S");
        double[] expected = W.Evd(Symmetricity.Symmetric).EigenValues.Select(z => z.Real).OrderDescending().ToArray();
        var s = Analysis.Spectrum;
        Assert.Equal(24, s.Eigenvalues.Count);
        Assert.True(s.Complete);
        for (int j = 0; j < 24; j++)
        {
            Check.Small(Math.Abs(s.Eigenvalues[j] - expected[j]), 5e-13 * expected[0], $"λ_{j + 1}");
            Check.Small(Math.Abs(s.DissipatedFraction.Value[j] - 2.0 / 24 * expected[j]), 5e-13, $"2βλ_{j + 1}");
            Check.Small(Math.Abs(s.RelativeEigenvalues[j] - expected[j] / expected[0]), 1e-12, $"λ_{j + 1}/λ_1");
            Check.Small(s.ResidualNorms[j], 24 * 2.3e-16 * expected[0], $"residual {j + 1}");
            var psi = Analysis.Operators.Value.Eigenvectors.Column(j);
            Check.Small((W * psi - expected[j] * psi).L2Norm() / expected[0], 5e-13, $"ψ_{j + 1} in the reference Gramian");
        }
        Check.Close(s.EffectiveRank, Math.Pow(expected.Sum(), 2) / expected.Sum(v => v * v), 2e-14, "effective rank");
    }

    /// <summary>The smallest dissipated fractions are 0.8696, 0.9935, 0.9976 and 0.9995.</summary>
    [Theory]
    [InlineData(1e-3, 24)]
    [InlineData(0.9, 23)]
    [InlineData(0.995, 22)]
    [InlineData(0.9994, 21)]
    public void TheThresholdCountsModes(double threshold, int signal)
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var analysis = Analyze.Reservoir(run.Checkpoints, TestRuns.Options with { Threshold = threshold, RelativeTolerance = 1e-6 });
        Assert.Equal((signal, 24 - signal, threshold), (analysis.Spectrum.SignalDimension.Value, analysis.Spectrum.ReservoirDimension.Value,
            analysis.Spectrum.Threshold));
        Assert.Equal(24 - signal, analysis.Inclusion.Modes.Count(m => m.InReservoir));
        Assert.Equal(signal == 24 ? Verdict.Vacuous : Verdict.Holds, analysis.Inclusion.Verdict);
    }

    [Fact]
    public void ThePositiveDefiniteGramianMakesTheInclusionVacuous()
    {
        var i = Analysis.Inclusion;
        Assert.Equal(Verdict.Vacuous, i.Verdict);
        Assert.Contains("0.001", i.Reason);
        Assert.Equal(Verdict.Vacuous, Analysis.Claim("C5").Verdict);
        Check.Small(i.Structural.WorstRatio, 1, "worst ratio");

        // ν = ‖G_Q W^{-1/2}‖₂ and ‖G_Qψ_j‖ from the reference operators.
        var evd = TestRuns.Reference("W_S").Evd(Symmetricity.Symmetric);
        var root =
            evd.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(evd.EigenValues.Map(z => 1 / Math.Sqrt(z.Real))) * evd.EigenVectors.Transpose();
        Check.Close(i.Visibility, (TestRuns.Reference("G_Q") * root).L2Norm(), 5e-13, "visibility");
        Assert.True(i.Visibility <= i.VisibilityBound, $"visibility {i.Visibility}, bound {i.VisibilityBound}");
        Assert.True(i.BoundFromTestKernel);
        foreach (var (mode, j) in i.Modes.Select((m, j) => (m, j)))
            Check.Close(mode.Response, (TestRuns.Reference("G_Q") * Analysis.Operators.Value.Eigenvectors.Column(j)).L2Norm(), 5e-12, $"response {j + 1}");
    }

    /// <summary>√c = λ_max(∫K_QQ)^{1/2} by Simpson's rule, exact for K_QQ quadratic in t on each interval.</summary>
    [Fact]
    public void TheVisibilityBoundIsTheIntegralOfTheTestKernel()
    {
        var J = Jacobians("J_Q");
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var sum = Matrix<double>.Build.Dense(16, 16);
        for (int k = 0; k < 15; k++)
        {
            var middle = 0.5 * (J[k] + J[k + 1]);
            double h = run.Checkpoints[k + 1].Time - run.Checkpoints[k].Time;
            sum += h / 6 * (J[k] * J[k].Transpose() + 4 * middle * middle.Transpose() + J[k + 1] * J[k + 1].Transpose());
        }
        Check.Close(Analysis.Inclusion.VisibilityBound, Math.Sqrt(sum.L2Norm()), 2e-14, "√c");
    }

    [Fact]
    public void EmpiricalCheckUsesTheSignalPartAlone()
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        var analysis = Analyze.Reservoir(run.Checkpoints, TestRuns.Options with { Threshold = 0.9994, RelativeTolerance = 1e-11 });
        var g = Vector<double>.Build.DenseOfArray(run.Checkpoints[0]["U_S"].ReadAll().Zip(run.Checkpoints.Loss.Targets.ToArray(), (u, y) => (u - y) / 24)
            .ToArray());
        var signal = analysis.Operators.Value.Eigenvectors.SubMatrix(0, 24, 0, 21);
        var recorded = Vector<double>.Build.DenseOfEnumerable(analysis.Displacements.RecordedTest);
        var G = TestRuns.Reference("G_Q");
        Check.Close(analysis.Inclusion.Empirical.RelativeErrorFull.Value, (G * g + recorded).L2Norm() / recorded.L2Norm(), 1e-9, "full");
        Check.Close(analysis.Inclusion.Empirical.RelativeErrorSignalOnly.Value, (G * signal * signal.TransposeThisAndMultiply(g) + recorded)
            .L2Norm() / recorded.L2Norm(), 5e-12, "signal only");
        Assert.Equal(analysis.Claim("C4").RelativeError.Value, analysis.Inclusion.Empirical.RelativeErrorFull.Value, 1e-14);
    }

    [Fact]
    public void KernelEvolutionAgreesWithDirectComputation()
    {
        var K = Jacobians("J_S").Select(J => J * J.Transpose()).ToArray();
        var H = Matrix<double>.Build.Dense(24, 24, (i, j) => (i == j ? 1 : 0) - 1.0 / 24);
        double spectral = Spectral(K[0]), peak = 0;
        var centred = H * K[0] * H;
        var points = Analysis.KernelEvolution.Points;
        Assert.Equal(16, points.Count);
        for (int k = 0; k < 16; k++)
        {
            double drift = Spectral(K[k] - K[0]) / spectral;
            peak = Math.Max(peak, drift);
            Check.Small(Math.Abs(points[k].SpectralDrift - drift), 64 * Check.Eps * (1 + drift), $"spectral drift at {k}: {drift}");
            Check.Small(Math.Abs(points[k].FrobeniusDrift - (K[k] - K[0]).FrobeniusNorm() / K[0].FrobeniusNorm()), 5e-14, $"Frobenius drift at {k}");
            Check.Close(points[k].LargestEigenvalue, Spectral(K[k]), 5e-14, $"λ_max at {k}");
            var c = H * K[k] * H;
            Check.Close(points[k].CentredAlignment, c.PointwiseMultiply(centred).RowSums().Sum() / (c.FrobeniusNorm() * centred.FrobeniusNorm()),
                2e-14, $"alignment at {k}");
            Check.Small(Math.Abs(points[k].Rotation - Rotation(K[0], K[k])), 5e-13, $"rotation at {k}");
        }
        Check.Close(Analysis.KernelEvolution.PeakDrift, peak, 2e-14, "peak drift");
        Check.Close(Analysis.KernelEvolution.EndDrift, Spectral(K[15] - K[0]) / spectral, 2e-14, "end drift");

        static double Spectral(Matrix<double> a) => a.Evd(Symmetricity.Symmetric).EigenValues.Max(z => Math.Abs(z.Real));
        // Largest principal angle of the spaces of five leading eigenvectors: its sine is ‖(I − VVᵀ)U‖₂.
        static double Rotation(Matrix<double> a, Matrix<double> b)
        {
            Matrix<double> v = Leading(a), u = Leading(b);
            return Math.Asin(Math.Min(1, (u - v * v.TransposeThisAndMultiply(u)).L2Norm()));
        }
        static Matrix<double> Leading(Matrix<double> a) => a.Evd(Symmetricity.Symmetric).EigenVectors.SubMatrix(0, 24, 19, 5);
    }

    [Fact]
    public void TheRunIsDescribed()
    {
        Assert.Equal(("squared", 24, 16, 1, 529L, 16), (Analysis.Run.Loss, Analysis.Run.Train, Analysis.Run.Test, Analysis.Run.Outputs,
            Analysis.Run.Parameters, Analysis.Run.Checkpoints));
        Assert.Equal(new TimeWindow(0, 75), Analysis.Window);
        Assert.Equal(AnalysisMode.Flow, Analysis.Options.Mode);
        Assert.Equal(15, Analysis.Intervals.Count);
        Assert.Equal(Analysis.Performance.Steps, Analysis.Intervals.Sum(i => i.Steps));
        Assert.StartsWith("sha256:", Analysis.Run.InputHash);
    }

    private static Matrix<double>[] Jacobians(string name)
    {
        using var run = RecordedRun.Open(TestRuns.DigitsTiny);
        return run.Checkpoints.Select(c => Matrix<double>.Build.DenseOfRowMajor((int)(c[name].Count / 529), 529, c[name].ReadAll())).ToArray();
    }
}
