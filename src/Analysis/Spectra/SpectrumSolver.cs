using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>The eigenpairs of W_S by the solver asked for (docs/matrix-free.md).</summary>
internal static class SpectrumSolver
{
    /// <summary>Refuses what cannot be done, before anything large is read.</summary>
    /// <exception cref="ArgumentException">Names the option.</exception>
    public static void Check(CheckpointSequence checkpoints, AnalysisOptions options, AnalysisMode mode, bool exact)
    {
        // The space of a custom loss is known when g and B were read, and then at most all of its modes are computed.
        var space = checkpoints.Loss.GradientSpace;
        if (options.Modes is { } k && (k < 1 || k > space.Dimension))
            throw new ArgumentException(FormattableString.Invariant($"modes: found {k}, expected 1 to {space.Dimension}, the order of W_S")
                + (space.IsAll ? "." : $" on {space.Name}."));
        if (options.Solver != EigenSolver.GolubKahan) return;
        if (!checkpoints.HasJacobians)
            throw new ArgumentException("solver: golub-kahan needs recorded Jacobians, and this run holds kernel blocks, from which eigenvalues of W_S are "
                + "known to N·ε·λ₁ only; use dense or lanczos.");
        if (mode == AnalysisMode.Flow && options.Method.Method is { Tableau: null })
            throw new ArgumentException(
                $"solver: golub-kahan needs the steps of {string.Join(", ", CollocationTableau.All.Select(t => t.Name))}, not {options.Method}.");
        if (mode != AnalysisMode.Descent) return;
        if (!exact) throw new ArgumentException("solver: golub-kahan in descent mode needs every step recorded; use flow, or another solver.");
        if (DescentSupport.Require(checkpoints) is { HasBuffer: true } rule)
            throw new ArgumentException("solver: golub-kahan in descent mode is possible for steps without memory only, and the optimizer of this run is "
                + $"{rule.Kind}; use flow, or another solver.");
    }

    /// <summary>Finds the eigenpairs of W_S.</summary>
    /// <exception cref="NumericalException">Lanczos did not converge.</exception>
    public static SpectrumSolution Solve(RunModel model, AnalysisInput input, Action<double> progress, CancellationToken cancellation)
    {
        var (options, backend, space) = (input.Options, input.Backend, input.Space);
        var restricted = Solve(model, space.RestrictSymmetric(model.Propagation.W_S), space, options, backend, progress, cancellation);
        if (space.IsAll) return restricted;
        var pairs = Lift(restricted.Pairs, space);
        return restricted with
        {
            Pairs = pairs, Reported = ReferenceEquals(restricted.Reported, restricted.Pairs) ? pairs : Lift(restricted.Reported, space),
                Norm = Math.Max(restricted.Norm, ShortLanczos.Run(model.Propagation.W_S, LanczosSteps, backend, Seeds.From(0, options.Seed)).SpectralNorm),
        };
    }

    private const int LanczosSteps = 80; // the norm of a Gramian, to the accuracy of a floor

    private static EigenPairs Lift(EigenPairs pairs, GradientSpace space) => pairs with { Vectors = space.Lift(pairs.Vectors) };

    // W is that of the space, r×r, and so are the vectors.
    private static SpectrumSolution Solve(RunModel model, DenseMatrix W, GradientSpace space, AnalysisOptions options, Backend backend,
        Action<double> progress, CancellationToken cancellation)
    {
        int N = W.RowCount, k = Math.Min(options.Modes ?? N, N);
        SpectrumSolution Of(EigenPairs pairs, EigenPairs reported, EigenSolver solver, string multiplicity, double? scale) =>
            new(pairs, reported, solver, multiplicity, scale) 
            {
                Space = space, Norm = Math.Max(pairs.Values[0], 0), Truncated = model.Truncation?.Energy ?? 0,
                Shift = model.Truncation?.Bound.W_S.Spectral ?? 0,
            };
        if (options.Solver == EigenSolver.GolubKahan)
        {
            var (triangle, scale) = model.FactorTriangle(progress, cancellation);
            var squares = FromTriangle(space.RestrictColumns(triangle), W, backend);
            return Of(squares, Leading(squares, k), EigenSolver.GolubKahan, "all singular values of F were computed", scale);
        }
        if (options.Solver != EigenSolver.Lanczos || k == N)
        {
            // With every mode wanted the basis of Lanczos is the whole space, and what remains is a dense problem of order N.
            var all = options.Solver == EigenSolver.Lanczos ? Lanczos(W, k, options, backend, cancellation).Pairs : DenseEigen.Decompose(W, backend);
            return Of(all, Leading(all, k), options.Solver == EigenSolver.Lanczos ? EigenSolver.Lanczos : EigenSolver.Dense,
                "all eigenvalues were computed", null);
        }
        // What is said of all modes is then said of these alone: whoever asks for Lanczos does not want a dense decomposition beside it.
        var largest = Lanczos(W, k, options, backend, cancellation);
        return Of(largest.Pairs, largest.Pairs, EigenSolver.Lanczos, largest.MultiplicityText, null);
    }

    /// <summary>Whether only the largest eigenpairs are computed, of W_S and of the Gramians of parts of the window.</summary>
    public static bool IsPartial(AnalysisOptions options, int order) => options.Solver == EigenSolver.Lanczos && (options.Modes ?? order) < order;

    /// <summary>Eigenvalues of the Gramian of a part of the window, restricted to the space of gradients, descending: all, or the largest where no
    /// more are computed of the whole.</summary>
    public static IReadOnlyList<double> Values(DenseMatrix w, AnalysisOptions options, Backend backend, CancellationToken cancellation)
    {
        if (IsPartial(options, w.RowCount)) return Lanczos(w, options.Modes!.Value, options, backend, cancellation).Pairs.Values;
        var values = new double[w.RowCount];
        backend.SymmetricEigen(((MatrixView)w).ToMatrix(), values, vectors: false);
        Array.Reverse(values);
        return values;
    }

    /// <summary>Both.</summary>
    public static EigenPairs Pairs(DenseMatrix w, AnalysisOptions options, Backend backend, CancellationToken cancellation) =>
        IsPartial(options, w.RowCount) ? Lanczos(w, options.Modes!.Value, options, backend, cancellation).Pairs : DenseEigen.Decompose(w, backend);

    /// <summary>Its eigenvectors in columns, as many.</summary>
    public static DenseMatrix Vectors(DenseMatrix w, AnalysisOptions options, Backend backend, CancellationToken cancellation) =>
        IsPartial(options, w.RowCount)
            ? Lanczos(w, options.Modes!.Value, options, backend, cancellation).Pairs.Vectors
            : DenseEigen.Decompose(w, backend).Vectors;

    private static LanczosResult Lanczos(DenseMatrix W, int k, AnalysisOptions options, Backend backend, CancellationToken cancellation)
    {
        var result = ThickRestartLanczos.Solve(new DenseOperator(W, symmetric: true, backend), k, new LanczosOptions { Seed = Seeds.From(0, options.Seed) },
            backend, cancellation: cancellation);
        if (!result.Pairs.Converged)
            throw new NumericalException($"lanczos: the {k} largest eigenpairs of W_S did not converge after {result.Restarts} restarts; use --solver dense.");
        return result;
    }

    // F = QR and R = UΣVᵀ: Σ and V are those of F. Residuals against the dense W, which knows nothing of R.
    private static EigenPairs FromTriangle(DenseMatrix triangle, DenseMatrix W, Backend backend)
    {
        int N = W.RowCount;
        var sigma = new double[N];
        DenseMatrix u = new(triangle.RowCount, N), vt = new(N, N), image = new(N, N), gram = new(N, N);
        backend.Svd(triangle, sigma, u, vt);
        var vectors = (DenseMatrix)vt.Transpose();
        double[] values = Array.ConvertAll(sigma, s => s * s), residuals = new double[N];
        backend.Gemm(Op.None, Op.None, 1, W, vectors, 0, image);
        for (int j = 0; j < N; j++)
        {
            var column = ((MatrixView)image).Column(j);
            VectorRoutines.Axpy(-values[j], ((MatrixView)vectors).Column(j), column);
            residuals[j] = VectorRoutines.Norm(column);
        }
        backend.Syrk(Op.Transpose, 1, vectors, 0, gram);
        for (int j = 0; j < N; j++) gram.At(j, j, gram.At(j, j) - 1);
        return new EigenPairs(values, vectors, residuals, MatrixNorms.Largest(gram), 0, true);
    }

    private static EigenPairs Leading(EigenPairs all, int k) => k == all.Values.Count ? all
        : all with { Values = [.. all.Values.Take(k)], Vectors = ((MatrixView)all.Vectors).ColumnRange(0, k).ToMatrix(),
            ResidualNorms = [.. all.ResidualNorms.Take(k)] };
}
