using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>F_d of plain gradient descent, over all examples or batches, with every step recorded: F_d v = (√η_k J_kᵀ S_k P_k v)_k, W_d = F_dᵀF_d
/// (theory, section 8). L×N with L = steps·min(D, N).</summary>
/// <remarks>
/// P_{k+1} = (I − η_k B̄_k J̄_S,k J_S,kᵀ S_k) P_k forward, its transpose backward. J_k enters in coordinates of its own row space
/// (<see cref="JacobianCoordinates"/>), so σ² resolves eigenvalues of W_d
/// down to ε²λ_1. Memory: (N+M)·N + min(D, N)·N numbers per step, formed once by the constructor.
/// </remarks>
public sealed class DescentFactor : LinearOperator
{
    private readonly JacobianCoordinates _jacobians;
    private readonly Backend _backend;
    private readonly double[] _rates;
    private readonly StoredSteps _steps;
    private readonly int _rows;

    private DescentFactor(JacobianCoordinates jacobians, double[] rates, StoredSteps steps, Backend backend)
        : base(ArraySize.Of(rates.Length, jacobians.Rows(0)), jacobians.TrainSize, isSymmetric: false)
    {
        _jacobians = jacobians;
        _rates = rates;
        _steps = steps;
        _backend = backend;
        _rows = jacobians.Rows(0);
    }

    /// <summary>Reads the run once for the kernels of the steps and once for the coordinates.</summary>
    /// <param name="checkpoints">Every step of plain gradient descent, with Jacobians.</param>
    /// <param name="outputs">The outputs of the run.</param>
    /// <param name="options">Quadrature of J̄ and B̄.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">Kernel blocks, or an optimizer with a memory.</exception>
    /// <exception cref="InvalidRunException">Recorded data that are not sound.</exception>
    public static DescentFactor Read(CheckpointSequence checkpoints, OutputRecord outputs, DescentOptions options, Backend backend,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(backend);
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(options);
        if (!checkpoints.HasJacobians)
            throw new ArgumentException("The run holds kernel blocks: there are no Jacobians to form a factor from.", nameof(checkpoints));
        var kernels = DescentKernels.Of(checkpoints, outputs, options.Quadrature, backend, options.Segment);
        var jacobians = JacobianCoordinates.ReadCheckpoints(checkpoints, kernels.Steps, backend, cancellation);
        for (int k = 0; kernels.Batches is { } batches && k < kernels.Steps; k++) StepBatches.ScaleColumns(batches.Weights(k), jacobians.Train(k));
        var step = new StepKernels(kernels.TrainSize, kernels.TestSize);
        var chord = new ChordHessian(kernels.TrainSize / kernels.Outputs, kernels.Outputs);
        var g = new double[kernels.TrainSize];
        var chords = new MatrixView[kernels.Steps];
        var hessians = new OutputHessian[kernels.Steps];
        for (int k = 0; k < kernels.Steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            kernels.Fill(k, g, step);
            kernels.Hessians(k, chord);
            chords[k] = step.Average.ToMatrix();
            hessians[k] = new OutputHessian(chord.Average.Examples, chord.Average.Outputs);
            chord.Average.Blocks.CopyTo(hessians[k].Blocks, 0);
        }
        double[] rates = [.. kernels.LearningRates];
        return new DescentFactor(jacobians, rates, new StoredSteps(rates, chords, hessians, backend), backend);
    }

    /// <summary>G_d = Σ η_k J̄_Q,k J_S,kᵀ P_k of the same steps, M×N.</summary>
    public LinearOperator Transfer => new DescentTransfer(this);

    /// <summary>s_F = √(Σ η_k ‖J_k‖_F²): see <see cref="FlowFactor.RoundingScale"/>.</summary>
    public double RoundingScale()
    {
        double sum = 0;
        for (int k = 0; k < _rates.Length; k++)
        {
            double size = MatrixNorms.Frobenius(_jacobians.Train(k));
            sum += _rates[k] * size * size;
        }
        return Math.Sqrt(sum);
    }

    /// <summary>R, N×N upper triangular, with F_d = Q·R: see <see cref="FlowFactor.Triangle"/>.</summary>
    /// <param name="cancellation">Honoured between steps.</param>
    public DenseMatrix Triangle(CancellationToken cancellation = default)
    {
        var rows = new RowReduction(Columns, _rows, _backend);
        MatrixView state = DenseMatrix.CreateIdentity(Columns);
        Forward(state, (int k, in MatrixView p) =>
        {
            cancellation.ThrowIfCancellationRequested();
            _backend.Gemm(Op.None, Op.None, Math.Sqrt(_rates[k]), _jacobians.Train(k), p, 0, rows.Next(_rows));
        });
        return rows.Finish();
    }

    /// <inheritdoc/>
    protected override void ApplyCore(in MatrixView x, in MatrixView y)
    {
        var z = y;
        Forward(x.ToMatrix(), (int k, in MatrixView p) => _backend.Gemm(Op.None, Op.None, Math.Sqrt(_rates[k]), _jacobians.Train(k), p, 0,
            z.Slice(k * _rows, 0, _rows, z.Columns)));
    }

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        var z = y;
        Backward(x, (int k, in MatrixView p) => _backend.Gemm(Op.Transpose, Op.None, Math.Sqrt(_rates[k]), _jacobians.Train(k),
            z.Slice(k * _rows, 0, _rows, z.Columns), 1, p));
    }

    // Carries X through the steps; visit sees it before each of them.
    private void Forward(in MatrixView x, DescentLoop.StepAction visit) => DescentLoop.Run(_steps, x, visit);

    // x ← Σ_k (transposed steps before k) give_k: give adds its part at step k.
    private void Backward(in MatrixView x, DescentLoop.StepAction give)
    {
        x.Fill(0);
        DescentLoop.RunBackwards(_steps, x, give);
    }

    private sealed class DescentTransfer(DescentFactor f) : LinearOperator(f._steps.TestSize, f.Columns, isSymmetric: false)
    {
        protected override void ApplyCore(in MatrixView x, in MatrixView y)
        {
            var sum = y;
            sum.Fill(0);
            f.Forward(x.ToMatrix(), (int k, in MatrixView p) => f._backend.Gemm(Op.None, Op.None, f._rates[k], f._steps.Test(k), p, 1, sum));
        }

        protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
        {
            var u = y;
            f.Backward(x, (int k, in MatrixView p) => f._backend.Gemm(Op.Transpose, Op.None, f._rates[k], f._steps.Test(k), u, 1, p));
        }
    }
}
