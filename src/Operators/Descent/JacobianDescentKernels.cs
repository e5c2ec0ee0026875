using System.Numerics.Tensors;
using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The kernels of a step from recorded Jacobians, one pass over column blocks per step: 2N(N+M)D + 2N²D + M²D flops, memory a few column blocks
/// whatever D is.</summary>
/// <remarks>Layers whose factors were recorded and multiply with less work are not expanded (<see cref="FactorChord"/>).
/// A recorded preconditioner M_k enters as J√M_k in every Jacobian of the step, so that products are J̄ M_k Jᵀ and J M_k Jᵀ.</remarks>
internal sealed class JacobianDescentKernels : DescentKernels
{
    private readonly ChordColumns _columns;
    private readonly FactorChord? _factors;
    private readonly OutputRecord _outputs;
    private readonly LossModel _loss;
    private readonly Backend _backend;
    private readonly SegmentQuadrature _segment;
    private readonly bool _scaled;
    private readonly double[] _y;

    public JacobianDescentKernels(CheckpointSequence checkpoints, OutputRecord outputs, ChordQuadrature quadrature, SegmentQuadrature segment, Backend backend)
        : this(checkpoints, outputs, quadrature, segment, backend, FactorLimits.Default) { }

    internal JacobianDescentKernels(CheckpointSequence checkpoints, OutputRecord outputs, ChordQuadrature quadrature, SegmentQuadrature segment,
        Backend backend, FactorLimits limits) : base(checkpoints.TrainSize, checkpoints.TestSize, checkpoints.Outputs, Rates(checkpoints))
    {
        Quadrature = quadrature.Resolve(checkpoints);
        bool midpoints = Quadrature == ChordQuadratureKind.Midpoint;
        _factors = FactorChord.Of(checkpoints, midpoints, backend, limits);
        _columns = new ChordColumns(checkpoints, midpoints, _factors?.Columns);
        _scaled = checkpoints[0].Find(TensorName.Preconditioner) is not null;
        _y = new double[_columns.Width];
        (_outputs, _loss, _segment, _backend) = (outputs, checkpoints.Loss, segment, backend);
    }

    public override ChordQuadratureKind Quadrature { get; }

    public override void Hessians(int step, ChordHessian target) =>
        target.Fill(_loss, _outputs.TrainOutputs[step], _outputs.TrainOutputs[step + 1], _outputs.Hessians[step], _outputs.Hessians[step + 1], _segment);

    protected override void FillCore(int step, ReadOnlySpan<double> g, StepKernels target)
    {
        target.Changes.Clear();
        if (_columns.Blocks == 0) foreach (var kernel in Kernels(target)) kernel.Fill(0);
        for (int block = 0; block < _columns.Blocks; block++)
        {
            double keep = block == 0 ? 0 : 1;
            _columns.Load(step, block, neighbours: true, _scaled);
            var start = _columns.Start;
            // β = 0 of the first block clears what Syrk would otherwise take for a symmetric matrix.
            _backend.Gemm(Op.Transpose, Op.None, 1, _columns.Average, start, keep, target.Average);
            _backend.Syrk(Op.Transpose, 1, start, keep, target.Start);
            _backend.Syrk(Op.Transpose, 1, _columns.TrainAverage, keep, target.TrainAverage);
            _backend.Syrk(Op.Transpose, 1, _columns.TestAverage, keep, target.TestAverage);
            var y = _y.AsSpan(0, start.Rows);
            y.Clear();
            for (int j = 0; j < TrainSize; j++) TensorPrimitives.MultiplyAdd(start.Column(j), g[j], y, y);
            _columns.AddChanges(y, target.Changes);
        }
        if (_factors is null) return;
        _factors.AddKernels(step, target);
        _factors.AddChanges(step, g.ToArray(), target.Changes);
    }

    private static MatrixView[] Kernels(StepKernels target) => [target.Average, target.Start, target.TrainAverage, target.TestAverage];
}
