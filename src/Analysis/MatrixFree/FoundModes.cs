using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.MatrixFree;

/// <summary>The largest modes of W_S with what P, G_S and G_Q make of them, and the bounds that need no matrix.</summary>
internal sealed class FoundModes
{
    private const double ResidualTolerance = 1e-8, RoughTolerance = 1e-4, LeastStiffness = 1;

    private FoundModes(AnalysisInput input, SweptFlow model, FoundPairs found, DenseMatrix vectors, BlockTransport carried, SignalCount signal, long gramians,
        long products)
    {
        (Found, Model, Vectors, Carried) = (found, model, vectors, carried);
        var (pairs, space) = (found.Pairs, input.Space);
        var trajectory = model.Sweep.Products;
        Beta = trajectory.Beta is { } beta ? Known.Of(beta)
            : Known.Unknown<double>("B is not a multiple of the identity, so 2βλ is not defined; the threshold applies to λ_j/λ_1");
        int k = pairs.Values.Count, n = input.TrainSize;
        Norm = Math.Max(pairs.Values[0], 0);
        // A bound compares what the nodes of G_Q make of ψ with what the same nodes make of ψᵀW_Sψ, whatever ψ is: it needs only the rounding of both.
        Error = n * Math.Max(Tolerances.Epsilon, input.Kernels.Epsilon) * Norm;
        double[]? rows = TestDiagonal(input, out string? unknown);
        ResponseBound = Known.Of(rows?.Sum(), unknown);
        double scale = Beta.TryGet(out double b) ? 2 * b : Norm > 0 ? 1 / Norm : 0, worst = 0;
        var modes = new LeadingMode[k];
        MatrixView end = Carried.End, test = Carried.Test, x = Vectors;
        for (int j = 0; j < k; j++)
        {
            double value = pairs.Values[j], root = Math.Sqrt(Math.Max(carried.Dissipated.At(j, j), 0) + Error), rowRatio = 0, response = 0;
            if (test.Rows > 0) (response, rowRatio) = (VectorRoutines.Norm(test.Column(j)), rows is null ? 0 : LargestRow(test.Column(j), rows, root));
            double bound = ResponseBound.OrDefault(0), motion = VectorMath.Distance(end.Column(j).ToArray(), x.Column(j).ToArray());
            modes[j] = new LeadingMode(value, pairs.ResidualNorms[j], scale * value, response, Math.Sqrt(bound) * root, rowRatio, motion);
            if (ResponseBound.IsKnown && bound > 0) worst = Math.Max(worst, Math.Max(response / (Math.Sqrt(bound) * root), rowRatio));
        }
        // λ_max(∫B K B dt) ≤ ‖B‖ ∫λ_max(BK) dt.
        MotionBound = input.Outputs.Hessians.Max(h => h.NormBound()) * model.Sweep.Steps.Stiffness;
        Result = new MatrixFreeResult
        {
            Sweep = new SweepSummary(model.Sweep.Scheme.Name, model.Sweep.Steps.Steps.Count(s => s.Length > 0), model.Sweep.Steps.Products,
                model.Sweep.ProductsTaken + products, model.Sweep.Steps.Stiffness, model.Sweep.Steps.Tolerance, gramians),
            Modes = modes,
            Vectors = Known.Of<MathNet.Numerics.LinearAlgebra.Matrix<double>>(Vectors),
            Dimension = space.Dimension,
            Space = space.Name,
            Multiplicity = found.Multiplicity,
            Beta = Beta,
            Threshold = input.Options.Threshold,
            Signal = signal,
            ResponseBound = ResponseBound,
            ComplementResponse = Complement(space.Dimension),
            WorstRatio = worst,
        };
    }

    /// <summary>The eigenpairs in the space of the gradients.</summary>
    public FoundPairs Found { get; }

    /// <summary>The steps.</summary>
    public SweptFlow Model { get; }

    /// <summary>ψ_j in columns, N numbers each.</summary>
    public DenseMatrix Vectors { get; }

    /// <summary>P, G_S and G_Q of them.</summary>
    public BlockTransport Carried { get; }

    /// <summary>β, where the threshold applies to 2βλ.</summary>
    public Known<double> Beta { get; }

    /// <summary>λ_1.</summary>
    public double Norm { get; }

    /// <summary>The rounding of ψᵀW_Sψ.</summary>
    public double Error { get; }

    /// <summary>c of the inclusion's bound, at most.</summary>
    public Known<double> ResponseBound { get; }

    /// <summary>c of C9, at most.</summary>
    public double MotionBound { get; }

    /// <summary>What the results say.</summary>
    public MatrixFreeResult Result { get; }

    /// <summary>Finds them.</summary>
    public static FoundModes Find(AnalysisInput input, SweptFlow model, Action<double> progress, CancellationToken cancellation)
    {
        var (space, sweep, backend) = (input.Space, model.Sweep, input.Backend);
        int r = space.Dimension, count = Math.Min(r, input.Options.Modes ?? MatrixFreePlan.DefaultModes), seed = Seeds.From(0, input.Options.Seed);
        long gramians = 0, bytes = MatrixFreePlan.StateBytes(input.Options);
        FoundPairs Rough(LinearOperator a, MatrixView? from) => LeadingPairs.Find(new SpaceOperator(a, space, _ => { }, cancellation),
            Math.Min(r, count + LeadingPairs.Beside), from, RoughTolerance, measure: false, backend, seed, bytes);
        var rough = WorkSpans.In("largest modes of the kernel", () => Rough(new KernelIntegral(sweep.Products), null));
        // The last of the modes that are wanted lives longest; what the kernel is later does not turn those that have decayed.
        double window = sweep.Products.Knots[^1] - sweep.Products.Knots[0], lifetime = window / (sweep.Products.Beta ?? 0) / rough.Pairs.Values[count - 1];
        var start = rough.Complete || !(lifetime > 0 && double.IsFinite(lifetime)) ? rough
            : WorkSpans.In("largest modes of the kernel", () => Rough(new KernelIntegral(sweep.Products, lifetime), rough.Pairs.Vectors));
        progress(0.1);
        double? fading = ReferenceEquals(start, rough) || !space.IsAll ? null : FadingModes.Until(sweep.Products, start.Pairs.Values[count - 1], lifetime);
        var dissipation = Dissipation(input, sweep, fading, cancellation);
        var gramian = new SpaceOperator(dissipation ?? (LinearOperator)new SweptGramian(sweep), space, columns => gramians += columns, cancellation);
        var near = fading is null || dissipation is null ? start.Pairs.Vectors
            : WorkSpans.In("modes that fade", () => FadingModes.Basis(dissipation.Sweep, start.Pairs.Vectors, cancellation));
        var faded = ReferenceEquals(near, start.Pairs.Vectors) ? null
            : WorkSpans.In("modes that fade", () => FadingModes.Find(gramian, near, count, ResidualTolerance, backend));
        var found = faded ?? WorkSpans.In("leading modes", () => LeadingPairs.Find(gramian, count, near, ResidualTolerance, measure: dissipation is null,
            backend, seed, bytes, f => progress(0.1 + 0.6 * f)));
        var vectors = space.Lift(found.Pairs.Vectors);
        var carried = WorkSpans.In("responses of the modes", () => SweptTransport.Carry(sweep, vectors, cancellation));
        if (dissipation is not null && faded is null)
        {
            found = found with { Pairs = Measured(found.Pairs, dissipation, vectors, space) };
            gramians += count;
        }
        double first = Math.Max(found.Pairs.Values[0], 0), tolerance = sweep.Steps.Tolerance;
        double floor = input.Options.Threshold * (sweep.Products.Beta is { } beta ? 0.5 / beta : first);
        // The tolerance of the sweep is relative to P and to 2βW_S, whose norm is 1 at most; without β to W_S itself.
        double error = tolerance * (sweep.Products.Beta is { } b ? Math.Min(0.5 / b, first) : first);
        (IReadOnlyList<double>, double)? above = sweep.Products.Beta is not null && KernelTrace(input) is { } trace ? (rough.RitzValues, trace) : null;
        var signal = WorkSpans.In("signal count",
            () => SignalCounter.Count(found, r, floor, error, above, found.Complete || first == 0 ? null : gramian, backend, seed));
        progress(0.9);
        return new FoundModes(input, model, found, vectors, carried, signal, gramians, dissipation?.Sweep.ProductsTaken ?? 0);
    }

    // W_S by what P leaves where modes may have decayed; null where the quadrature knows it best, since 1 − (1 − small) would lose what is small. The error of
    // PᵀP is twice that of P.
    private static DissipationOperator? Dissipation(AnalysisInput input, FlowSweep sweep, double? fading, CancellationToken cancellation) =>
        sweep.Products.Beta is { } beta && sweep.Steps.Stiffness >= LeastStiffness
            ? new DissipationOperator(WorkSpans.In("steps of P", () => sweep.OfPropagator(new SweepOptions
            {
                Tolerance = 0.5 * sweep.Steps.Tolerance, MaxBytes = sweep.MaxBytes, Seed = input.Options.Seed, ExponentialUntil = fading,
            }, cancellation)), beta) : null;

    // Rayleigh quotients and residuals of the vectors that are given, by one more application.
    private static EigenPairs Measured(EigenPairs pairs, DissipationOperator dissipation, DenseMatrix vectors, GradientSpace space)
    {
        MatrixView x = vectors, image = new DenseMatrix(vectors.RowCount, vectors.ColumnCount);
        dissipation.Apply(x, image);
        var (values, residuals) = LeadingPairs.Residuals(pairs.Vectors, space.Restrict(image));
        return pairs with
        {
            Values = values,
            ResidualNorms = residuals,
            Applications = pairs.Applications + values.Length,
            Converged = residuals.All(r => r <= ResidualTolerance * Math.Max(values[0], double.Epsilon)),
        };
    }

    private Known<double> Complement(int dimension)
    {
        if (Found.Complete && Found.Pairs.Values.Count == dimension) return 0.0;
        if (!ResponseBound.TryGet(out double c)) return Known.Unknown<double>(ResponseBound.Reason!);
        return Beta.TryGet(out double beta) ? Math.Sqrt(c * 0.5 / beta) : Known.Unknown<double>("B varies, so that nothing bounds W_S without its matrix");
    }

    private static double LargestRow(ReadOnlySpan<double> image, double[] rows, double root)
    {
        double largest = 0;
        for (int i = 0; i < rows.Length; i++)
        {
            double bound = Math.Sqrt(rows[i]) * root;
            if (bound > 0) largest = Math.Max(largest, Math.Abs(image[i]) / bound);
        }
        return largest;
    }

    // tr ∫K_SS dt, at most; null where the interpolant is not linear.
    private static double? KernelTrace(AnalysisInput input)
    {
        if (input.Options.Interpolation != Interpolation.Linear) return null;
        double sum = 0;
        for (int k = 0; k + 1 < input.Checkpoints.Count; k++)
            sum += KernelIntegral.Bound(input.Kernels.At(k).TrainDiagonal.Sum(), input.Kernels.At(k + 1).TrainDiagonal.Sum(), Length(input, k));
        return sum;
    }

    // ∫K_QQ,ii dt of every test output, at most by K linear, above which J linear never lies.
    private static double[]? TestDiagonal(AnalysisInput input, out string? unknown)
    {
        unknown = input.Options.Interpolation != Interpolation.Linear ? "between checkpoints J is a cubic, whose size nothing bounds from them"
            : !input.Kernels.HasTestKernel ? "K_QQ was not recorded" : input.Checkpoints.TestSize == 0 ? "there are no test outputs" : null;
        if (unknown is not null) return null;
        var sum = new double[input.Checkpoints.TestSize];
        for (int k = 0; k + 1 < input.Checkpoints.Count; k++)
        {
            IReadOnlyList<double> a = input.Kernels.At(k).TestDiagonal!, b = input.Kernels.At(k + 1).TestDiagonal!;
            for (int i = 0; i < sum.Length; i++) sum[i] += KernelIntegral.Bound(a[i], b[i], Length(input, k));
        }
        return sum;
    }

    private static double Length(AnalysisInput input, int k) => input.Outputs.Times[k + 1] - input.Outputs.Times[k];
}
