using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>F_d of plain gradient descent with every step recorded: F_d v = (√η_k J_kᵀ P_k v)_k, W_d = F_dᵀF_d (theory, section 8). L×N with L = steps·min(D, N).</summary>
/// <remarks>
/// P_{k+1} = (I − η_k B̄_k J̄_S,k J_S,kᵀ) P_k forward, its transpose backward. J_k enters in coordinates of its own row space (<see cref="JacobianCoordinates"/>), so σ² resolves eigenvalues of W_d
/// down to ε²λ_1. Memory: (N+M)·N + min(D, N)·N numbers per step, formed once by the constructor.
/// </remarks>
public sealed class DescentFactor : LinearOperator
{
    private readonly JacobianCoordinates _jacobians;
    private readonly Backend _backend;
    private readonly double[] _rates;
    private readonly MatrixView[] _chords; // [J̄_S; J̄_Q] J_Sᵀ
    private readonly OutputHessian[] _hessians; // B̄
    private readonly int _rows;

    private DescentFactor(JacobianCoordinates jacobians, double[] rates, MatrixView[] chords, OutputHessian[] hessians, Backend backend)
        : base(checked(rates.Length * jacobians.Rows(0)), jacobians.TrainSize, isSymmetric: false) =>
        (_jacobians, _rates, _chords, _hessians, _backend, _rows) = (jacobians, rates, chords, hessians, backend, jacobians.Rows(0));

    /// <summary>Reads the run once for the kernels of the steps and once for the coordinates.</summary>
    /// <param name="checkpoints">Every step of plain gradient descent, with Jacobians.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <param name="options">Quadrature of J̄ and B̄.</param>
    /// <param name="backend">Dense kernels.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="ArgumentException">Kernel blocks, or an optimizer with a memory.</exception>
    /// <exception cref="InvalidRunException">Recorded data that are not sound.</exception>
    public static DescentFactor Read(CheckpointSequence checkpoints, OutputRecord outputs, DescentOptions options, Backend backend, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(options);
        if (!checkpoints.HasJacobians) throw new ArgumentException("The run holds kernel blocks: there are no Jacobians to form a factor from.", nameof(checkpoints));
        var kernels = DescentKernels.Of(checkpoints, outputs, options.Quadrature, backend, options.Segment);
        var jacobians = JacobianCoordinates.ReadCheckpoints(checkpoints, kernels.Steps, backend, cancellation);
        var step = new DescentStep(kernels.TrainSize, kernels.TestSize);
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
        return new DescentFactor(jacobians, [.. kernels.LearningRates], chords, hessians, backend);
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
        Forward(x, (int k, in MatrixView p) => _backend.Gemm(Op.None, Op.None, Math.Sqrt(_rates[k]), _jacobians.Train(k), p, 0, z.Slice(k * _rows, 0, _rows, z.Columns)));
    }

    /// <inheritdoc/>
    protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
    {
        var z = y;
        Backward(x, (int k, in MatrixView p) => _backend.Gemm(Op.Transpose, Op.None, Math.Sqrt(_rates[k]), _jacobians.Train(k), z.Slice(k * _rows, 0, _rows, z.Columns), 1, p));
    }

    private MatrixView Train(int k) => _chords[k].Slice(0, 0, Columns, Columns);

    private MatrixView Test(int k) => _chords[k].Slice(Columns, 0, _chords[k].Rows - Columns, Columns);

    private void Forward(in MatrixView x, FlowGrid.NodeAction visit)
    {
        MatrixView p = x.ToMatrix(), t = Buffers.Zero(x.Rows, x.Columns);
        for (int k = 0; k < _rates.Length; k++)
        {
            visit(k, p);
            _backend.Gemm(Op.None, Op.None, _rates[k], Train(k), p, 0, t);
            _hessians[k].Apply(-1, t, 1, p);
        }
    }

    // x ← Σ_k (transposed steps before k) give_k: give adds its part at step k.
    private void Backward(in MatrixView x, FlowGrid.NodeAction give)
    {
        MatrixView p = x, t = Buffers.Zero(x.Rows, x.Columns);
        p.Fill(0);
        for (int k = _rates.Length - 1; k >= 0; k--)
        {
            _hessians[k].Apply(1, p, 0, t);
            _backend.Gemm(Op.Transpose, Op.None, -_rates[k], Train(k), t, 1, p);
            give(k, p);
        }
    }

    private sealed class DescentTransfer(DescentFactor f) : LinearOperator(f._chords[0].Rows - f.Columns, f.Columns, isSymmetric: false)
    {
        protected override void ApplyCore(in MatrixView x, in MatrixView y)
        {
            var sum = y;
            sum.Fill(0);
            f.Forward(x, (int k, in MatrixView p) => f._backend.Gemm(Op.None, Op.None, f._rates[k], f.Test(k), p, 1, sum));
        }

        protected override void ApplyTransposeCore(in MatrixView y, in MatrixView x)
        {
            var u = y;
            f.Backward(x, (int k, in MatrixView p) => f._backend.Gemm(Op.Transpose, Op.None, f._rates[k], f.Test(k), u, 1, p));
        }
    }
}
