using System.Numerics.Tensors;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>The kernels of a step from kernel blocks with cross blocks: J̄J_Sᵀ = (K + K_next)/2, or (K + 4K_mid + K_next)/6 with midpoints.</summary>
/// <remarks>
/// J̄_QJ̄_Qᵀ for the Cauchy–Schwarz constant: with the trapezium ¼(K_QQ,k + K_QQ,next + K_QQ,nextᵀ + K_QQ,k+1), or the larger mean of K_QQ,k and K_QQ,k+1
/// without the cross block;
/// otherwise (and for J̄_S always) J̄J_Sᵀ K_SS⁺ J_SJ̄ᵀ, which is valid and tighter: only the part of J̄ᵀ in range J_Sᵀ can be seen. Time per step O(N²(N+M)).
/// </remarks>
internal sealed class BlockDescentKernels : DescentKernels
{
    private readonly CheckpointSequence _checkpoints;
    private readonly OutputRecord _outputs;
    private readonly Backend _backend;
    private readonly SegmentQuadrature _segment;
    private readonly bool _midpoints, _testKernels;
    private readonly DenseMatrix _next, _middle, _vectors, _half, _raw;
    private readonly double[] _values;

    public BlockDescentKernels(CheckpointSequence checkpoints, OutputRecord outputs, ChordQuadrature quadrature, SegmentQuadrature segment, Backend backend)
        : base(checkpoints.TrainSize, checkpoints.TestSize, checkpoints.Outputs, Rates(checkpoints))
    {
        (_checkpoints, _outputs, _segment, _backend) = (checkpoints, outputs, segment, backend);
        Quadrature = quadrature.Resolve(checkpoints);
        _midpoints = Quadrature == ChordQuadratureKind.Midpoint;
        _testKernels = !_midpoints && checkpoints.All(c => c.Find(TensorName.K_QQ) is not null);
        Epsilon = KernelPrecision.OfSteps(checkpoints, _midpoints);
        int N = TrainSize, M = TestSize;
        (_next, _middle) = (new DenseMatrix(N + M, N), new DenseMatrix(N + M, N));
        (_vectors, _half, _raw, _values) = (new DenseMatrix(N, N), new DenseMatrix(N + M, N), new DenseMatrix(Math.Max(M, 1), Math.Max(M, 1)), new double[N]);
    }

    public override ChordQuadratureKind Quadrature { get; }

    public override bool HasTestKernel => _testKernels;

    public override double Epsilon { get; }

    public override void Hessians(int step, ChordHessian target) =>
        target.Fill(_checkpoints.Loss, _outputs.TrainOutputs[step], _outputs.TrainOutputs[step + 1], _outputs.Hessians[step], _outputs.Hessians[step + 1],
            _segment);

    protected override void FillCore(int step, ReadOnlySpan<double> g, StepKernels target)
    {
        var c = _checkpoints[step];
        MatrixView average = target.Average, start = target.Start, next = _next, middle = _middle;
        Read(c, TensorName.K_SS, TensorName.K_QS, average);
        ReadStart(c[TensorName.K_SS], average, start);
        Read(c, TensorName.K_SS_next, TensorName.K_QS_next, next);
        if (_midpoints) Read(c, TensorName.K_SS_mid, TensorName.K_QS_mid, middle);
        var changes = target.Changes;
        changes.Clear();
        changes.IsKnown = true;
        changes.SquaredLength = SquaredLength(start, g);
        for (int j = 0; j < TrainSize; j++)
        {
            Span<double> a = average.Column(j), b = next.Column(j), m = middle.Column(j);
            TensorPrimitives.MultiplyAdd(b, g[j], changes.First, changes.First);
            TensorPrimitives.MultiplyAdd(a, -g[j], changes.First, changes.First);
            TensorPrimitives.Add(a, b, b);
            TensorPrimitives.Multiply(b, 0.5, a);
            if (!_midpoints) continue;
            // Simpson = (trapezium + 2·middle)/3; the estimate of its error is trapezium − Simpson.
            TensorPrimitives.MultiplyAdd(m, 2, a, m);
            TensorPrimitives.Divide(m, 3, m);
            TensorPrimitives.Subtract(a, m, b);
            TensorPrimitives.MultiplyAdd(b, g[j], changes.Bend, changes.Bend);
            m.CopyTo(a);
        }
        if (!_midpoints && step > 0) AddBackward(step, g, target);
        Bounds(step, target);
    }

    // (J_{k+1} − 2J_k + J_{k−1})J_kᵀ g: of the training outputs the cross block of the step before has J_{k−1}J_kᵀ, transposed. Of the test outputs nothing
    // has it: they are taken to bend as much relative to how they move.
    private void AddBackward(int step, ReadOnlySpan<double> g, StepKernels target)
    {
        var changes = target.Changes;
        Span<double> backward = changes.Backward.AsSpan(0, TrainSize), first = changes.First.AsSpan(0, TrainSize);
        var cross = ((MatrixView)_next).Slice(0, 0, TrainSize, TrainSize);
        _checkpoints[step - 1][TensorName.K_SS_next].ReadMatrix(cross);
        first.CopyTo(backward);
        for (int i = 0; i < TrainSize; i++) backward[i] += TensorPrimitives.Dot(cross.Column(i), g);
        for (int j = 0; j < TrainSize; j++) TensorPrimitives.MultiplyAdd(target.Start.Column(j), -g[j], backward, backward);
        double moves = TensorPrimitives.Norm<double>(first), ratio = moves > 0 ? TensorPrimitives.Norm<double>(backward) / moves : 1;
        for (int i = TrainSize; i < TrainSize + TestSize; i++) changes.Backward[i] = ratio * changes.First[i];
        changes.HasBackward = true;
    }

    // gᵀK_SS g
    private static double SquaredLength(in MatrixView start, ReadOnlySpan<double> g)
    {
        double sum = 0;
        for (int j = 0; j < g.Length; j++) sum += g[j] * TensorPrimitives.Dot(start.Column(j), g);
        return Math.Max(sum, 0);
    }

    private void Read(Checkpoint c, string train, string test, in MatrixView target)
    {
        c[train].ReadMatrix(target.Slice(0, 0, TrainSize, TrainSize));
        if (TestSize > 0) c[test].ReadMatrix(target.Slice(TrainSize, 0, TestSize, TrainSize));
    }

    // The symmetric part of K_SS goes into the recursion as well, so that W_d and G_d see the same kernel.
    private void ReadStart(TensorSource tensor, in MatrixView average, in MatrixView start)
    {
        var train = average.Slice(0, 0, TrainSize, TrainSize);
        train.CopyTo(_vectors);
        KernelBlockChecks.Symmetric(tensor, _vectors);
        MatrixNorms.SymmetricPart(train);
        train.CopyTo(start);
    }

    // F = J̄J_Sᵀ V Λ^{-1/2} over the eigenpairs of K_SS above rounding; F Fᵀ are the two bounds.
    private void Bounds(int step, StepKernels target)
    {
        target.Start.CopyTo(_vectors);
        _backend.SymmetricEigen(_vectors, _values, vectors: true);
        double rounding = TrainSize * Epsilon * MatrixNorms.Frobenius(target.Start);
        if (_values[0] < -rounding)
            throw new InvalidRunException(FormattableString.Invariant(
                $"{_checkpoints[step].Location}: K_SS: not positive semidefinite: ")
                + FormattableString.Invariant($"found smallest eigenvalue {_values[0]:G6} (largest {_values[^1]:G6}), expected at least -{rounding:G2}."));
        MatrixView half = _half;
        _backend.Gemm(Op.None, Op.None, 1, target.Average, _vectors, 0, half);
        double cut = TrainSize * Epsilon * Math.Max(_values[^1], 0);
        for (int j = 0; j < TrainSize; j++)
            TensorPrimitives.Multiply(half.Column(j), _values[j] > cut ? 1 / Math.Sqrt(_values[j]) : 0, half.Column(j));
        _backend.Syrk(Op.None, 1, half.Slice(0, 0, TrainSize, TrainSize), 0, target.TrainAverage);
        if (TestSize == 0) return;
        if (_testKernels) TestKernels(step, target.TestAverage);
        else _backend.Syrk(Op.None, 1, half.Slice(TrainSize, 0, TestSize, TrainSize), 0, target.TestAverage);
    }

    private void TestKernels(int step, in MatrixView target)
    {
        bool cross = _checkpoints[step].Find(TensorName.K_QQ_next) is not null;
        double weight = cross ? 0.25 : 0.5;
        target.Fill(0);
        AddSymmetric(_checkpoints[step][TensorName.K_QQ], weight / 2, target);
        AddSymmetric(_checkpoints[step + 1][TensorName.K_QQ], weight / 2, target);
        if (cross) AddSymmetric(_checkpoints[step][TensorName.K_QQ_next], weight, target);
    }

    private void AddSymmetric(TensorSource tensor, double factor, in MatrixView target)
    {
        tensor.ReadMatrix(_raw);
        for (int j = 0; j < TestSize; j++)
            for (int i = 0; i < TestSize; i++) target[i, j] += factor * (_raw.At(i, j) + _raw.At(j, i));
    }
}
