using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>J_S(θ)ᵀ and J_Q(θ) on every interval of an interpolated run, in an orthonormal basis of what the Jacobians of the interval span: the parameters are
/// gone, and nothing was squared.</summary>
/// <remarks>
/// J(θ) = Σ_a ℓ_a(θ) J_a, so with [J_S,aᵀ …] = Q·[R_a …] the norm of J_S(θ)ᵀx is that of Σ ℓ_a R_a x, and J_Q(θ)·J_S(θ)ᵀ = (Σ ℓ_a J_Q,aQ)(Σ ℓ_a R_a).
/// K = RᵀR loses what lies below √ε of the largest singular value of J. R does not lose it: it is the R of J perturbed by a small multiple of ε‖J‖.
/// R comes from Householder QR over blocks of rows of the files, [R; next rows] ← Q·R (Demmel, Grigori, Hoemmen, Langou 2012, <i>Communication-optimal parallel
/// and sequential QR</i>).
/// Factors are expanded block by block of rows: a factorization is of the numbers themselves.
/// With c = N times the checkpoints joined (2N linear, 4N cubic): q = min(D, c) coordinates, 6Dc² flops and qc numbers per interval.
/// </remarks>
public sealed class JacobianCoordinates
{
    private readonly InterpolatedTrajectory? _trajectory; // null: single checkpoints
    private readonly Interval[] _intervals;
    private readonly double[] _train, _test;

    private sealed record Interval(JacobianInterpolant Interpolant, MatrixView Train, MatrixView Test);

    private JacobianCoordinates(InterpolatedTrajectory? trajectory, CheckpointSequence run, Interval[] intervals)
    {
        _trajectory = trajectory;
        _intervals = intervals;
        TrainSize = run.TrainSize;
        TestSize = run.TestSize;
        int largest = intervals.Max(i => i.Train.Rows);
        _train = new double[ArraySize.Of(largest, TrainSize)];
        _test = new double[ArraySize.Of(largest, TestSize)];
    }

    /// <summary>Reads the Jacobians, blockwise: each file once for every interval its checkpoint takes part in.</summary>
    /// <param name="checkpoints">The run the trajectory was built from.</param>
    /// <param name="trajectory">J interpolated, linear or cubic.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the share done.</param>
    /// <param name="cancellation">Honoured between blocks.</param>
    /// <exception cref="ArgumentException">The run holds kernel blocks, or the trajectory was not built from it.</exception>
    /// <exception cref="InvalidRunException">A Jacobian has a NaN or infinity.</exception>
    public static JacobianCoordinates Read(CheckpointSequence checkpoints, InterpolatedTrajectory trajectory, Backend backend,
        Action<double>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(trajectory);
        ArgumentNullException.ThrowIfNull(backend);
        if (!checkpoints.HasJacobians)
            throw new ArgumentException("The run holds kernel blocks: there are no Jacobians to form a factor from.", nameof(checkpoints));
        if (trajectory.Interpolants is not { } interpolants || trajectory.TrainSize != checkpoints.TrainSize || trajectory.TestSize != checkpoints.TestSize
            || interpolants.Any(p => p.Checkpoints.Any(k => k >= checkpoints.Count)))
            throw new ArgumentException("The trajectory does not interpolate the Jacobians of this run.", nameof(trajectory));
        var intervals = new Interval[interpolants.Count];
        for (int i = 0; i < intervals.Length; i++)
        {
            intervals[i] = Reduce(checkpoints, interpolants[i], backend, cancellation);
            progress?.Invoke((i + 1.0) / intervals.Length);
        }
        return new JacobianCoordinates(trajectory, checkpoints, intervals);
    }

    /// <summary>The first checkpoints of a run, each in coordinates of its own row space.</summary>
    /// <param name="checkpoints">A run with Jacobians.</param>
    /// <param name="count">How many of its checkpoints.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between blocks.</param>
    /// <exception cref="InvalidRunException">A Jacobian has a NaN or infinity.</exception>
    public static JacobianCoordinates ReadCheckpoints(CheckpointSequence checkpoints, int count, Backend backend, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(checkpoints);
        var intervals = Enumerable.Range(0, count).Select(k => Reduce(checkpoints, new JacobianInterpolant([k], [[1]]), backend, cancellation));
        return new JacobianCoordinates(null, checkpoints, [.. intervals]);
    }

    /// <summary>N = n·p, the number of stacked training outputs.</summary>
    public int TrainSize { get; }

    /// <summary>M = m·p, the number of stacked test outputs.</summary>
    public int TestSize { get; }

    /// <summary>The number of bytes that the coordinates hold.</summary>
    public long Bytes => _intervals.Sum(i => (long)i.Train.Rows * (i.Train.Columns + i.Test.Columns)) * sizeof(double);

    /// <summary>q: coordinates on an interval.</summary>
    public int Rows(int interval) => _intervals[interval].Train.Rows;

    /// <summary>J_S(t)ᵀ in coordinates, q×N; valid until the next call.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">A flow time t in that interval.</param>
    public MatrixView Train(int interval, double time) => Combine(_intervals[interval].Train, TrainSize, interval, time, _train);

    /// <summary>J_Sᵀ of a single checkpoint in coordinates, q×N, where checkpoints were read one by one.</summary>
    /// <param name="checkpoint">Index of the checkpoint.</param>
    public MatrixView Train(int checkpoint) => _intervals[checkpoint].Train;

    /// <summary>J_Q(t)ᵀ in the same coordinates, q×M, without the part that no J_S of the interval sees; valid until the next call.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="time">A flow time t in that interval.</param>
    public MatrixView Test(int interval, double time) => Combine(_intervals[interval].Test, TestSize, interval, time, _test);

    private MatrixView Combine(in MatrixView blocks, int width, int interval, double time, double[] buffer)
    {
        double theta = _trajectory?.Theta(interval, time) ?? 0;
        var target = new MatrixView(buffer, blocks.Rows, width);
        var interpolant = _intervals[interval].Interpolant;
        for (int a = 0; a < interpolant.Checkpoints.Count; a++)
        {
            double weight = interpolant.At(a, theta);
            for (int j = 0; j < width; j++)
            {
                if (a == 0) VectorRoutines.Scale(weight, blocks.Column(j), target.Column(j));
                else VectorRoutines.Axpy(weight, blocks.Column(a * width + j), target.Column(j));
            }
        }
        return target;
    }

    private static Interval Reduce(CheckpointSequence run, JacobianInterpolant interpolant, Backend backend, CancellationToken cancellation)
    {
        int N = run.TrainSize, M = run.TestSize, joined = interpolant.Checkpoints.Count, c = joined * N, m = joined * M;
        long D = run.Parameters!.Value;
        double[] roots = [];
        void Load(long first, in MatrixView train, in MatrixView test)
        {
            cancellation.ThrowIfCancellationRequested();
            for (int a = 0; a < joined; a++)
            {
                var checkpoint = run[interpolant.Checkpoints[a]];
                MatrixView s = train.ColumnRange(a * N, N), q = test.ColumnRange(a * M, M);
                checkpoint[TensorName.J_S].ReadTransposed(first, s);
                checkpoint[TensorName.J_Q].ReadTransposed(first, q);
                if (roots.Length < s.Rows) roots = new double[s.Rows];
                Preconditioner.ScaleRows(checkpoint, first, s, roots);
                Preconditioner.ScaleRows(checkpoint, first, q, roots);
            }
        }

        if (D <= c)
        {
            MatrixView train = New((int)D, c), test = New((int)D, m);
            Load(0, train, test);
            return new Interval(interpolant, train, test);
        }
        // Three blocks of c rows at a time: the c rows of R that are carried along cost a third more, the workspace stays small.
        int rows = (int)Math.Min(D, 4L * c), held = 0;
        MatrixView stack = New(rows, c), outputs = New(rows, m), r = New(c, c), coordinates = New(c, m);
        for (long first = 0; first < D;)
        {
            int count = (int)Math.Min(rows - held, D - first);
            Load(first, stack.Slice(held, 0, count, c), outputs.Slice(held, 0, count, m));
            var block = stack.Slice(0, 0, held + count, c);
            backend.Qr(block, r);
            backend.Gemm(Op.Transpose, Op.None, 1, block, outputs.Slice(0, 0, held + count, m), 0, coordinates);
            r.CopyTo(stack.Slice(0, 0, c, c));
            coordinates.CopyTo(outputs.Slice(0, 0, c, m));
            held = c;
            first += count;
        }
        return new Interval(interpolant, r, coordinates);
    }

    private static MatrixView New(int rows, int columns) => new(new double[ArraySize.Of(rows, columns)], rows, columns);
}
