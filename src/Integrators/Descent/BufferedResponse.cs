using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Heavy ball and Adam: the buffer Z lives in parameter space, one row per parameter, held block by block of parameters.</summary>
/// <remarks>Memory: D×(N+13) float64 for Z, eight columns more with midpoints. Each step reads J_k, J_{k+1} (and midpoints) once; <see cref="Bounds"/> reads them once more.</remarks>
internal sealed class BufferedResponse : StepResponse
{
    private readonly CheckpointSequence _checkpoints;
    private readonly OutputRecord _outputs;
    private readonly Backend _backend;
    private readonly SegmentQuadrature _segment;
    private readonly ChordColumns _columns;
    private readonly bool _preconditioned;
    private readonly double[][] _z;
    private readonly double[] _scaled, _y;
    private readonly MatrixView _start, _scaledStart;

    /// <exception cref="ArgumentException">The buffer is larger than allowed.</exception>
    public BufferedResponse(CheckpointSequence checkpoints, OutputRecord outputs, DescentRule rule, DescentOptions options, Backend backend)
        : base(checkpoints.TrainSize, checkpoints.TestSize, checkpoints.Outputs)
    {
        (_checkpoints, _outputs, _backend) = (checkpoints, outputs, backend);
        (_segment, Rule) = (options.Segment, rule);
        Quadrature = options.Quadrature.Resolve(checkpoints);
        bool midpoints = Quadrature == ChordQuadratureKind.Midpoint;
        int N = TrainSize, M = TestSize, width = new DescentColumns(N, Quadrature).Count;
        long bytes = checked(8L * width * checkpoints.Parameters!.Value);
        if (bytes > options.MaximumBufferBytes)
            throw new ArgumentException(FormattableString.Invariant(
                $"mode descent: {rule.Kind} keeps a buffer of {checkpoints.Parameters} parameters x {width} columns, {bytes / 1048576.0:F0} MiB, ")
                + FormattableString.Invariant($"more than the {options.MaximumBufferBytes / 1048576.0:F0} MiB allowed; ")
                + "raise MaximumBufferBytes, record sketched Jacobians (momentum only), or use flow mode.");
        _columns = new ChordColumns(checkpoints, midpoints);
        _preconditioned = rule.NeedsPreconditioner;
        _z = new double[_columns.Blocks][];
        for (int b = 0; b < _z.Length; b++) _z[b] = new double[Math.Min(_columns.Width, _columns.Columns - (long)b * _columns.Width) * width];
        _scaled = new double[_preconditioned ? _columns.Width * width : 0];
        (_y, Changes) = (new double[_columns.Width], new StepChanges(N + M));
        _start = new MatrixView(new double[N * N], N, N);
        _scaledStart = _preconditioned ? new MatrixView(new double[N * N], N, N) : _start;
        LearningRates = DescentKernels.Rates(checkpoints);
    }

    public override DescentRule Rule { get; }

    public override IReadOnlyList<double> LearningRates { get; }

    public override ChordQuadratureKind Quadrature { get; }

    public override MatrixView Start => _start;

    public override MatrixView Preconditioned => _scaledStart;

    public override StepChanges Changes { get; }

    protected override void Hessians(int step, ChordHessian target) =>
        target.Fill(_checkpoints.Loss, _outputs.TrainOutputs[step], _outputs.TrainOutputs[step + 1], _outputs.Hessians[step], _outputs.Hessians[step + 1],
            _segment);

    protected override void RespondCore(int step, in MatrixView x, in MatrixView t)
    {
        double factor = Factor(step);
        Changes.Clear();
        for (int block = 0; block < _columns.Blocks; block++)
        {
            double keep = block == 0 ? 0 : 1;
            _columns.Load(step, block, neighbours: true, scaled: false);
            var start = _columns.Start;
            var z = new MatrixView(_z[block], start.Rows, x.Columns);
            _backend.Gemm(Op.None, Op.None, Rule.GainAt(StepNumber(step)), start, x, Rule.DecayAt(StepNumber(step)), z);
            _backend.Syrk(Op.Transpose, 1, start, keep, _start);
            if (_preconditioned) z = Precondition(start, z, keep);
            _backend.Gemm(Op.Transpose, Op.None, factor, _columns.Average, z, keep, t);
            var y = _y.AsSpan(0, start.Rows);
            TensorPrimitives.Multiply(z.Column(TrainSize), factor, y);
            _columns.AddChanges(y, Changes);
        }
    }

    // H_i = c_i f_i M_i J̄_iᵀ + (c_i/c_{i+1}) d_{i+1} H_{i+1}, backwards through the run, one block of parameters after the other; the train part times B̄_i.
    public override (double Response, double Motion) Bounds(CancellationToken cancellation)
    {
        int N = TrainSize, M = TestSize;
        var h = new double[_columns.Width * (N + M)];
        var hessian = new ChordHessian(_checkpoints.Train, _checkpoints.Outputs);
        MatrixView test = new(new double[M * M], M, M), motion = new(new double[N * N], N, N);
        for (int block = 0; block < _columns.Blocks; block++)
        {
            Array.Clear(h);
            for (int step = LearningRates.Count - 1; step >= 0; step--)
            {
                cancellation.ThrowIfCancellationRequested();
                _columns.Load(step, block, neighbours: false, scaled: false);
                Hessians(step, hessian);
                var average = _columns.Average;
                var view = new MatrixView(h, average.Rows, N + M);
                if (_preconditioned)
                    for (int j = 0; j < N + M; j++) TensorPrimitives.Multiply(average.Column(j), _columns.Preconditioner, average.Column(j));
                double weight = Rule.GainAt(StepNumber(step)) * Factor(step), eta = LearningRates[step];
                TensorPrimitives.Multiply(h, Carry(step), h);
                for (int j = 0; j < M; j++) TensorPrimitives.MultiplyAdd(average.Column(N + j), weight, view.Column(N + j), view.Column(N + j));
                AddTimesHessian(hessian.Average, weight, average, view);
                _backend.Syrk(Op.Transpose, 1 / eta, view.ColumnRange(0, N), 1, motion);
                _backend.Syrk(Op.Transpose, 1 / eta, view.ColumnRange(N, M), 1, test);
            }
        }
        return (SymmetricEigenvalues.Largest(test, _backend), SymmetricEigenvalues.Largest(motion, _backend));
    }

    // What of H_{i+1} is in H_i; after the last step H is zero and the factor does not matter.
    private double Carry(int step) =>
        step + 1 == LearningRates.Count ? 0 : Rule.GainAt(StepNumber(step)) / Rule.GainAt(StepNumber(step + 1)) * Rule.DecayAt(StepNumber(step + 1));

    private long StepNumber(int step) => _checkpoints[step].Step;

    private double Factor(int step) => Rule.StepFactor(StepNumber(step), LearningRates[step]);

    // M∘Z, and J M Jᵀ of this block.
    private MatrixView Precondition(in MatrixView start, in MatrixView z, double keep)
    {
        var m = _columns.Preconditioner;
        var scaled = new MatrixView(_scaled, z.Rows, z.Columns);
        for (int j = 0; j < start.Columns; j++) TensorPrimitives.Multiply(start.Column(j), m, scaled.Column(j));
        _backend.SymmetricProduct(1, start, scaled.ColumnRange(0, start.Columns), keep, _scaledStart);
        for (int j = 0; j < z.Columns; j++) TensorPrimitives.Multiply(z.Column(j), m, scaled.Column(j));
        return scaled;
    }

    // target += weight·J̄_Sᵀ·B̄, B̄ acting on the output index, the columns here.
    private static void AddTimesHessian(OutputHessian B, double weight, in MatrixView average, in MatrixView target)
    {
        int p = B.Outputs;
        for (int i = 0; i < B.Examples; i++)
            for (int c = 0; c < p; c++)
                for (int d = 0; d < p; d++)
                    TensorPrimitives.MultiplyAdd(average.Column(i * p + d), weight * B.Blocks[(i * p + c) * p + d],
                        target.Column(i * p + c), target.Column(i * p + c));
    }
}
