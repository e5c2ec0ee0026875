using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>Thick-restart (block) Golub–Kahan–Lanczos with full reorthogonalization on both sides: singular triples of a factor
/// F given by the actions of F and Fᵀ.</summary>
/// <remarks>
/// For A = FᵀF the eigenvalues are λ = σ² and the eigenvectors the right singular vectors, with λ resolved down to ε²λ_max where a solver for A ends
/// at ελ_max. Restarts, locking and the evidence for multiplicities are those of <see cref="ThickRestartLanczos"/>. Small singular values converge
/// slowly from a restarted basis; with <see cref="LanczosOptions.MaximumBasis"/> = N the basis becomes complete and all of them are there. Memory:
/// 8·(L + N)·MaximumBasis bytes, and the vectors of the answer.
/// </remarks>
public static class GolubKahanLanczos
{
    private const int ChunkColumns = 32; // bounds the memory of long vectors while residuals are measured

    /// <summary>The <paramref name="count"/> singular triples at the end that <see cref="LanczosOptions.End"/> names (count = N: all of them).</summary>
    /// <param name="f">L×N; a wide one counts as padded by zero rows.</param>
    /// <param name="count">How many, 1 to N.</param>
    /// <param name="options">Block size, tolerance (of residuals relative to σ_max), memory.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="leftVectors">Whether the left vectors (L×count) are part of the answer.</param>
    /// <param name="progress">Told after every block.</param>
    /// <param name="cancellation">Asked before every block.</param>
    /// <exception cref="ArgumentException">Count, block size or basis do not fit the factor, or the bases are too large for an array.</exception>
    /// <exception cref="NumericalException">The factor returned NaN or infinity.</exception>
    public static SingularResult Solve(LinearOperator f, int count, LanczosOptions options, Backend backend, bool leftVectors = false,
        IProgress<LanczosProgress>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(f);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        int n = f.Columns, rows = f.Rows;
        var (block, capacity) = KrylovSizes.Of(n, count, options);
        var factor = rows < n ? new PaddedFactor(f) : f;
        var state = new GolubKahanFactorization(factor, capacity, block, backend, options.Seed);
        int low = options.End switch { SpectrumEnd.Largest => 0, SpectrumEnd.Smallest => count, _ => count / 2 }, high = count - low;
        var driver = new RestartDriver(state, high, low, block, 10 * Math.Sqrt(factor.Rows) * Tolerances.Epsilon, options, progress, cancellation);
        var evidence = driver.Run();
        if (UnitScale.IsExtreme(driver.Norm) && f is not ScaledOperator)
        {
            var scaled = new ScaledOperator(f, UnitScale.Of(driver.Norm));
            return Restored(Solve(scaled, count, options, backend, leftVectors, progress, cancellation), scaled);
        }

        MatrixView right = state.LockedRight, left = state.LockedLeft;
        var (values, residuals, adjoint) = Measure(factor, right, left, [.. state.LockedValues]);
        int[] order = [.. Enumerable.Range(0, count).OrderByDescending(j => values[j])];
        (values, residuals, adjoint) = ([.. order.Select(j => values[j])], [.. order.Select(j => residuals[j])], [.. order.Select(j => adjoint[j])]);
        DenseMatrix v = new(n, count);
        KrylovStorage.Columns(right, order).CopyTo(v);
        DenseMatrix? u = leftVectors ? KrylovStorage.Columns(left, order).Slice(0, 0, rows, count).ToMatrix() : null;
        // The residual of (u, v)/√2 for [[0, F], [Fᵀ, 0]], whose other eigenvalues are −σ and, for L ≠ N, zeros.
        double[] joint = [.. residuals.Zip(adjoint, (a, b) => Math.Sqrt((a * a + b * b) / 2))];
        var (bounds, angles) = ErrorBounds.Of(values, joint, high, driver.Rest, aroundZero: true);
        return new SingularResult
        {
            Values = values,
            Eigenvalues = [.. values.Select(s => s * s)],
            Right = v,
            Left = u,
            RightResidualNorms = residuals,
            LeftResidualNorms = adjoint,
            OrthogonalityLoss = KrylovStorage.OrthogonalityLoss(v, backend),
            BasisOrthogonalityLoss = driver.OrthogonalityLoss,
            ErrorBounds = bounds,
            AngleBounds = angles,
            Multiplicity = evidence,
            Applications = state.Applications + 2 * count,
            MaximumBasis = capacity,
            Restarts = driver.Restarts,
            DeflatedRestarts = driver.DeflatedRestarts,
            FoundByDeflation = driver.FoundByDeflation,
            Converged = evidence != MultiplicityEvidence.NotEstablished && residuals.Concat(adjoint).All(r => r <= driver.Allowed),
        };
    }

    // σ ← uᵀFv, whose error is of second order in those of u and v; then both residuals.
    private static SingularResult Restored(SingularResult result, ScaledOperator scaled)
    {
        double[] values = scaled.Restore(result.Values);
        return result with
        {
            Values = values,
            Eigenvalues = [.. values.Select(s => s * s)],
            RightResidualNorms = scaled.Restore(result.RightResidualNorms),
            LeftResidualNorms = scaled.Restore(result.LeftResidualNorms),
            ErrorBounds = scaled.Restore(result.ErrorBounds),
        };
    }

    private static (double[] Values, double[] Residuals, double[] Adjoint) Measure(LinearOperator f, in MatrixView right, in MatrixView left, double[] values)
    {
        int k = right.Columns, chunk = Math.Min(k, ChunkColumns);
        double[] residuals = new double[k], adjoint = new double[k];
        MatrixView longImages = KrylovStorage.Allocate(f.Rows, chunk), images = KrylovStorage.Allocate(f.Columns, chunk);
        for (int first = 0; first < k; first += chunk)
        {
            int width = Math.Min(chunk, k - first);
            f.Apply(right.ColumnRange(first, width), longImages.ColumnRange(0, width));
            f.ApplyTranspose(left.ColumnRange(first, width), images.ColumnRange(0, width));
            for (int j = 0; j < width; j++)
            {
                Span<double> u = left.Column(first + j), v = right.Column(first + j);
                double sigma = VectorRoutines.Dot(u, longImages.Column(j)) / Math.Sqrt(VectorRoutines.Dot(u, u) * VectorRoutines.Dot(v, v));
                values[first + j] = sigma = Math.Abs(sigma); // a value below rounding may come out negative
                VectorRoutines.Axpy(-sigma, u, longImages.Column(j));
                VectorRoutines.Axpy(-sigma, v, images.Column(j));
                residuals[first + j] = VectorRoutines.Norm(longImages.Column(j));
                adjoint[first + j] = VectorRoutines.Norm(images.Column(j));
            }
        }
        return (values, residuals, adjoint);
    }
}
