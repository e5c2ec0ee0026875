using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>Thick-restart (block) Lanczos with full reorthogonalization: eigenpairs at the ends of the spectrum of a
/// symmetric operator given by its action.</summary>
/// <remarks>
/// A <see cref="LanczosFactorization"/> grows to its capacity, keeps the Ritz vectors nearest to the wanted end and grows again. A Krylov space of
/// block size b holds at most b copies of an eigenvalue (W_S has as many as there are saturated modes). Where that may matter, the pairs found are
/// locked and the search repeated orthogonal to them from random directions, until nothing further appears. Sources: Wu and Simon, SIAM J. Matrix
/// Anal. Appl. 22 (2000) 602; Golub and Underwood 1977 (blocks); Parlett, <i>The Symmetric Eigenvalue Problem</i>, 11 (bounds).
/// </remarks>
public static class ThickRestartLanczos
{
    /// <summary>The <paramref name="count"/> eigenpairs at the end that <see cref="LanczosOptions.End"/> names.</summary>
    /// <param name="a">Symmetric N×N.</param>
    /// <param name="count">How many, 1 to N.</param>
    /// <param name="options">Block size, tolerance, memory.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Told after every block.</param>
    /// <param name="cancellation">Asked before every block.</param>
    /// <exception cref="ArgumentException">The operator is not symmetric or empty, or count, block size or basis do not fit its order.</exception>
    /// <exception cref="NumericalException">The operator returned NaN or infinity.</exception>
    public static LanczosResult Solve(LinearOperator a, int count, LanczosOptions options, Backend backend,
        IProgress<LanczosProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        int n = a.Rows;
        if (!a.IsSymmetric) throw new ArgumentException("Lanczos needs a symmetric operator.");
        var (block, capacity) = KrylovSizes.Of(n, count, options);
        var state = new LanczosFactorization(a, capacity, block, backend, options.Seed);
        int low = options.End switch { SpectrumEnd.Largest => 0, SpectrumEnd.Smallest => count, _ => count / 2 }, high = count - low;
        var driver = new RestartDriver(state, high, low, block, 10 * Math.Sqrt(n) * Tolerances.Epsilon, options, progress, cancellation);
        var evidence = driver.Run();
        if (UnitScale.IsExtreme(driver.Norm) && a is not ScaledOperator)
        {
            var scaled = new ScaledOperator(a, UnitScale.Of(driver.Norm));
            return Restored(Solve(scaled, count, options, backend, progress, cancellation), scaled);
        }

        var (values, residuals) = Certification.Measure(a, [.. state.LockedValues], state.Locked, rayleigh: true);
        int[] order = [.. Enumerable.Range(0, count).OrderByDescending(j => values[j])];
        var vectors = new DenseMatrix(n, count);
        for (int j = 0; j < count; j++) state.Locked.Column(order[j]).CopyTo(((MatrixView)vectors).Column(j));
        (values, residuals) = ([.. order.Select(j => values[j])], [.. order.Select(j => residuals[j])]);
        bool converged = evidence != MultiplicityEvidence.NotEstablished && residuals.All(r => r <= driver.Allowed);
        var pairs = new EigenPairs(values, vectors, residuals, KrylovStorage.OrthogonalityLoss(vectors, backend), state.Applications + count, converged);
        var (bounds, angles) = ErrorBounds.Of(values, residuals, high, driver.Rest);
        return new LanczosResult
        {
            Pairs = pairs,
            ErrorBounds = bounds,
            AngleBounds = angles,
            Multiplicity = evidence,
            BasisOrthogonalityLoss = driver.OrthogonalityLoss,
            MaximumBasis = capacity,
            Restarts = driver.Restarts,
            DeflatedRestarts = driver.DeflatedRestarts,
            FoundByDeflation = driver.FoundByDeflation,
        };
    }

    private static LanczosResult Restored(LanczosResult result, ScaledOperator scaled)
    {
        var pairs = result.Pairs;
        return result with
        {
            Pairs = pairs with { Values = scaled.Restore(pairs.Values), ResidualNorms = scaled.Restore(pairs.ResidualNorms) },
            ErrorBounds = scaled.Restore(result.ErrorBounds),
        };
    }
}
