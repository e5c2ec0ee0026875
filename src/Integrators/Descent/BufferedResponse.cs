using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>Heavy ball, Nesterov and Adam: the buffer Z lives in parameter space, one row per parameter, held block by block of parameters. Whatever has
/// weight decay goes through here, because its part is known in parameter space.</summary>
/// <remarks>Memory: D×(N+13) float64 for Z (c columns in place of N where a block is carried), eight columns more with midpoints; one block of parameters
/// for a rule without memory. Each step reads J_k, J_{k+1} and the checkpoints beside them (or midpoints) once; <see cref="Bounds"/> reads J_k, J_{k+1}
/// and midpoints once more.</remarks>
internal sealed class BufferedResponse : StepResponse
{
    private readonly CheckpointSequence _checkpoints;
    private readonly OutputRecord _outputs;
    private readonly Backend _backend;
    private readonly SegmentQuadrature _segment;
    private readonly ChordColumns _columns;
    private readonly StepBatches? _batches;
    private readonly StepDecay? _decay;
    private readonly bool _preconditioned;
    private readonly double[][] _z;
    private readonly double[] _move, _y;
    private readonly MatrixView _start, _scaledStart, _weighted;
    private int _last;

    /// <exception cref="ArgumentException">The buffer is larger than allowed.</exception>
    public BufferedResponse(CheckpointSequence checkpoints, OutputRecord outputs, DescentRule rule, DescentOptions options, Backend backend,
        int? carried = null)
        : base(checkpoints.TrainSize, checkpoints.TestSize, checkpoints.Outputs)
    {
        (_checkpoints, _outputs, _backend) = (checkpoints, outputs, backend);
        (_segment, Rule, Carried) = (options.Segment, rule, carried ?? checkpoints.TrainSize);
        Quadrature = options.Quadrature.Resolve(checkpoints);
        bool midpoints = Quadrature == ChordQuadratureKind.Midpoint;
        int N = TrainSize, M = TestSize, width = new DescentColumns(Carried, Quadrature).Count;
        long bytes = checked(8L * width * checkpoints.Parameters!.Value);
        if (rule.HasBuffer && bytes > options.MaximumBufferBytes)
            throw new ArgumentException(FormattableString.Invariant(
                $"mode descent: {rule.Kind} keeps a buffer of {checkpoints.Parameters} parameters x {width} columns, {bytes / 1048576.0:F0} MiB, ")
                + FormattableString.Invariant($"more than the {options.MaximumBufferBytes / 1048576.0:F0} MiB allowed; ")
                + "raise MaximumBufferBytes, record sketched Jacobians (momentum only), or use flow mode.");
        _columns = new ChordColumns(checkpoints, midpoints);
        _preconditioned = rule.NeedsPreconditioner;
        _batches = StepBatches.Of(checkpoints);
        _decay = StepDecay.Of(checkpoints);
        _z = new double[_columns.Blocks][];
        for (int b = 0; b < _z.Length; b++)
            _z[b] = b > 0 && !rule.HasBuffer ? _z[0] : new double[Math.Min(_columns.Width, _columns.Columns - (long)b * _columns.Width) * width];
        // Where the step is more than the buffer it has a place of its own.
        bool more = _preconditioned || _decay is not null || checkpoints.Any(c => rule.FreshAt(c.Step) != 0);
        _move = new double[more ? _columns.Width * (_preconditioned ? Math.Max(width, N) : width) : 0];
        _weighted = new MatrixView(new double[_batches is null ? 0 : N * width], _batches is null ? 0 : N, width);
        (_y, Changes) = (new double[_columns.Width], new StepChanges(N + M));
        _start = new MatrixView(new double[ArraySize.Of(N, N)], N, N);
        _scaledStart = _preconditioned ? new MatrixView(new double[ArraySize.Of(N, N)], N, N) : _start;
        LearningRates = DescentKernels.Rates(checkpoints);
    }

    public override int Carried { get; }

    public override DescentRule Rule { get; }

    public override IReadOnlyList<double> LearningRates { get; }

    public override ChordQuadratureKind Quadrature { get; }

    public override MatrixView Start => _start;

    public override MatrixView Preconditioned => _scaledStart;

    public override ReadOnlySpan<double> Weights => _batches is null ? default : _batches.Weights(_last);

    public override bool IsForced => _decay is not null;

    public override StepChanges Changes { get; }

    protected override void Hessians(int step, ChordHessian target) =>
        target.Fill(_checkpoints.Loss, _outputs.TrainOutputs[step], _outputs.TrainOutputs[step + 1], _outputs.Hessians[step], _outputs.Hessians[step + 1],
            _segment);

    protected override void RespondCore(int step, in MatrixView x, in MatrixView t)
    {
        _last = step;
        long number = _checkpoints[step].Step;
        double factor = Rule.StepFactor(number, LearningRates[step]), gain = Rule.GainAt(number), past = Rule.DecayAt(number);
        var gradients = OfBatch(x);
        Changes.Clear();
        for (int block = 0; block < _columns.Blocks; block++)
        {
            double keep = block == 0 ? 0 : 1;
            _columns.Load(step, block, neighbours: true, scaled: false);
            var start = _columns.Start;
            var z = new MatrixView(_z[block], start.Rows, x.Columns);
            _backend.Gemm(Op.None, Op.None, gain, start, gradients, past, z);
            if (_decay is { IsDecoupled: false }) Push(gain, Decay(step, block, start.Rows), z);
            _backend.Syrk(Op.Transpose, 1, start, keep, _start);
            if (_preconditioned) AddPreconditioned(start, keep);
            var move = Step(step, block, start, gradients, z, factor);
            _backend.Gemm(Op.Transpose, Op.None, factor, _columns.Average, move, keep, t);
            var y = _y.AsSpan(0, start.Rows);
            TensorPrimitives.Multiply(move.Column(Carried), factor, y);
            _columns.AddChanges(y, Changes);
        }
        WeightStart();
    }

    public override (DenseMatrix Response, DenseMatrix Motion) Bounds(CancellationToken cancellation) =>
        new BufferedBounds(_checkpoints, Rule, LearningRates, _columns, _preconditioned, Hessians, _backend).Form(cancellation);

    // M (Z + φ JᵀS X), with what weight decay adds beside the gradient.
    private MatrixView Step(int step, int block, in MatrixView start, in MatrixView gradients, in MatrixView z, double factor)
    {
        if (_move.Length == 0) return z;
        var move = new MatrixView(_move, z.Rows, z.Columns);
        z.CopyTo(move);
        if (Rule.FreshAt(_checkpoints[step].Step) is not 0 and var fresh)
        {
            _backend.Gemm(Op.None, Op.None, fresh, start, gradients, 1, move);
            if (_decay is { IsDecoupled: false }) Push(fresh, Decay(step, block, start.Rows), move);
        }
        if (_preconditioned)
            for (int j = 0; j < move.Columns; j++) TensorPrimitives.Multiply(move.Column(j), _columns.Preconditioner, move.Column(j));
        if (_decay is { IsDecoupled: true }) Push(LearningRates[step] / factor, Decay(step, block, start.Rows), move);
        return move;
    }

    private ReadOnlySpan<double> Decay(int step, int block, int rows) => _decay!.At(step, (long)block * _columns.Width, rows);

    // Weight decay moves what is carried of gradients: the columns of P are linear in g(s) and know nothing of it.
    private void Push(double weight, ReadOnlySpan<double> decay, in MatrixView target)
    {
        var columns = new DescentColumns(Carried, Quadrature);
        VectorRoutines.Axpy(weight, decay, columns.Predicted(target));
        VectorRoutines.Axpy(weight, decay, columns.Single(target));
    }

    // S X; X itself where the step is over all examples.
    private MatrixView OfBatch(in MatrixView x)
    {
        if (Weights.IsEmpty) return x;
        x.CopyTo(_weighted);
        StepBatches.ScaleRows(Weights, _weighted);
        return _weighted;
    }

    // J M Jᵀ of this block of parameters.
    private void AddPreconditioned(in MatrixView start, double keep)
    {
        var scaled = new MatrixView(_move, start.Rows, start.Columns);
        for (int j = 0; j < start.Columns; j++) TensorPrimitives.Multiply(start.Column(j), _columns.Preconditioner, scaled.Column(j));
        _backend.SymmetricProduct(1, start, scaled, keep, _scaledStart);
    }

    private void WeightStart()
    {
        if (Weights.IsEmpty) return;
        StepBatches.ScaleColumns(Weights, _start);
        StepBatches.ScaleRows(Weights, _start);
        if (!_preconditioned) return;
        StepBatches.ScaleColumns(Weights, _scaledStart);
        StepBatches.ScaleRows(Weights, _scaledStart);
    }
}
