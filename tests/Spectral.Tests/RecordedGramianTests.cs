using KernelFlow.Integrators;

namespace KernelFlow.Spectral.Tests;

/// <summary>W_S of the recorded example run: the spectrum it is all about.</summary>
public class RecordedGramianTests
{
    private static readonly Lazy<DenseMatrix> s_gramian = new(() =>
    {
        var run = RecordedRun.Open(Path.Combine(AppContext.BaseDirectory, "digits-tiny")).Checkpoints;
        var builder = TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed);
        return FlowIntegrator.Integrate(builder.Linear([.. Enumerable.Range(0, run.Count)]), new PropagationOptions(), Backends.Managed).W_S;
    });

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void LanczosAgreesWithAnotherDenseSolver(string backend)
    {
        var W = s_gramian.Value;
        var evd = W.Evd(Symmetricity.Symmetric); // ascending
        double[] values = [.. evd.EigenValues.Select(z => z.Real).Reverse()];
        foreach (int count in (int[])[3, 8, 21, 24])
        {
            var pairs = ThickRestartLanczos.Solve(new DenseOperator(W, true, Backends.Get(backend)), count, new LanczosOptions(), Backends.Get(backend)).Pairs;
            Assert.True(pairs.Converged);
            for (int j = 0; j < count; j++)
                Check.Small(Math.Abs(pairs.Values[j] - values[j]), 64 * Check.Eps * values[0],
                    FormattableString.Invariant($"value {j} of W_S, {values[j]:g6}"));
            Spectra.CheckCertificate(pairs, W, 1e-10);
            // The first twenty values are saturated at 1/(2β) = 12; the first gap that rounding does not close, of 0.02, is after the twenty-first.
            if (count != 21) continue;
            var expected = Matrix<double>.Build.DenseOfColumnVectors(Enumerable.Range(0, count).Select(j => evd.EigenVectors.Column(23 - j)));
            Check.SameSubspace(pairs.Vectors, expected, 64 * Check.Eps * values[0] / (values[count - 1] - values[count]), "leading space");
        }
    }

    [Theory]
    [MemberData(nameof(Backends.All), MemberType = typeof(Backends))]
    public void DenseSpectrumIsPositiveAndBelowOneOverTwoBeta(string backend)
    {
        var pairs = DenseEigen.Decompose(s_gramian.Value, Backends.Get(backend));
        Spectra.CheckCertificate(pairs, s_gramian.Value, 1e-14);
        Check.Between(pairs.Values[^1], -1e-12, 12, "smallest eigenvalue");
        Check.Between(2 * pairs.Values[0] / 24, 0.5, 1 + 1e-8, "2βλ₁");
        Check.Small(Math.Abs(pairs.Values.Sum() - s_gramian.Value.Trace()), 64 * Check.Eps * s_gramian.Value.Trace(), "trace");
    }

    /// <summary>The factor of W_S as it is applied, without forming it: Golub–Kahan against the SVD of its triangle, and λ = σ² against W_S.</summary>
    [Fact]
    public void GolubKahanOnTheFactorOfTheFlow()
    {
        var run = RecordedRun.Open(Path.Combine(AppContext.BaseDirectory, "digits-tiny")).Checkpoints;
        var trajectory = TrajectoryBuilder.Read(run, OutputRecord.Read(run), Backends.Managed).Linear([.. Enumerable.Range(0, run.Count)]);
        var propagation = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "gauss-6" }, Backends.Managed);
        var factor = new FlowFactor(new FlowGrid(trajectory, propagation, Backends.Managed), JacobianCoordinates.Read(run, trajectory, Backends.Managed));
        double[] sigma = [.. factor.Triangle().Svd(false).S], lambda = [.. DenseEigen.Decompose(propagation.W_S, Backends.Managed).Values];
        foreach (int count in (int[])[5, 24])
        {
            var found = GolubKahanLanczos.Solve(factor, count, new LanczosOptions(), Backends.Managed);
            Assert.True(found.Converged, found.MultiplicityText);
            for (int j = 0; j < count; j++)
            {
                Check.Small(Math.Abs(found.Values[j] - sigma[j]), 64 * Check.Eps * sigma[0], $"singular value {j}");
                Check.Small(Math.Abs(found.Eigenvalues[j] - lambda[j]), 1e-12 * lambda[0], $"eigenvalue {j} of W_S");
            }
        }
    }
}
