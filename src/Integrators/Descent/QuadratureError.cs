using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>An error of the predicted gradient and outputs, carried along: each step moves what is there as it moves any gradient, then adds its own
/// source.</summary>
/// <remarks>e_{k+1} = e_k − B̄T_e + B̄s + c, and δU ← δU − T_e + s, with s the error of the step's ΔU and c that of B̄ΔU. Signed, so that errors cancel where
/// they do.</remarks>
internal sealed class QuadratureError
{
    private readonly int _n;
    private readonly double[] _outputs, _change, _product;
    private double _loss, _transport, _mismatch;

    /// <param name="n">N = n·p, the number of stacked training outputs.</param>
    /// <param name="m">M = m·p, the number of stacked test outputs.</param>
    public QuadratureError(int n, int m)
    {
        _n = n;
        (Source, Correction) = (new double[n + m], new double[n]);
        (_outputs, _change, _product) = (new double[n + m], new double[n + m], new double[n]);
    }

    /// <summary>s of the step at hand, N+M.</summary>
    public double[] Source { get; }

    /// <summary>c of the step at hand, N.</summary>
    public double[] Correction { get; }

    /// <summary>The step's contribution to outputs and loss; before X moves on.</summary>
    /// <param name="error">e_k, the error of the predicted gradient before the step.</param>
    /// <param name="response">T_e, N+M.</param>
    /// <param name="gradient">The predicted g_k.</param>
    /// <param name="displacement">The predicted ΔU_S of the step.</param>
    /// <param name="remainder">B̄', the average loss Hessian of the second-order term.</param>
    /// <param name="remainderDefect">Error of B̄', or null.</param>
    public void Accumulate(ReadOnlySpan<double> error, ReadOnlySpan<double> response, ReadOnlySpan<double> gradient, double[] displacement,
        OutputHessian remainder, OutputHessian? remainderDefect)
    {
        TensorPrimitives.Subtract(Source, response, _change);
        TensorPrimitives.Add(_outputs, _change, _outputs);
        var d = _change.AsSpan(0, _n);
        // (g+e)ᵀ(Δ+d) + ½(Δ+d)ᵀB̄'(Δ+d) minus the same without e and d.
        double change = TensorPrimitives.Dot<double>(error, displacement) + TensorPrimitives.Dot<double>(gradient, d) + TensorPrimitives.Dot<double>(error, d);
        Apply(remainder, _change);
        change += TensorPrimitives.Dot<double>(_product, displacement) + 0.5 * TensorPrimitives.Dot<double>(_product, d);
        if (remainderDefect is not null)
        {
            Apply(remainderDefect, displacement);
            change += 0.5 * TensorPrimitives.Dot<double>(_product, displacement);
        }
        _loss += change;
    }

    /// <summary>Before <see cref="Accumulate"/>: by how much the errors of gradient and outputs do not belong to one another under B̄ of this step,
    /// Δu·(e − B̄δU) + s·(B̄' − B̄)Δu, summed over the steps with the signs of the sources; zero for a quadratic loss.</summary>
    /// <param name="error">e_k, the error of the predicted gradient before the step.</param>
    /// <param name="displacement">Δu, the predicted ΔU_S of the step.</param>
    /// <param name="average">B̄, the average loss Hessian along the step.</param>
    /// <param name="remainder">B̄', the average loss Hessian of the second-order term.</param>
    public void AddMismatch(ReadOnlySpan<double> error, double[] displacement, OutputHessian average, OutputHessian remainder)
    {
        Apply(average, displacement);
        double response = TensorPrimitives.Dot<double>(_product, _outputs.AsSpan(0, _n)), source = TensorPrimitives.Dot<double>(_product, Source.AsSpan(0, _n));
        Apply(remainder, displacement);
        _mismatch += TensorPrimitives.Dot(error, displacement) - response + TensorPrimitives.Dot<double>(_product, Source.AsSpan(0, _n)) - source;
    }

    /// <summary>Adds an error of the loss change itself: that of B̄'.</summary>
    public void AddLoss(double error) => _loss += error;

    /// <summary>Adds the step's source to the error; after X has moved on.</summary>
    public void Inject(Span<double> error, OutputHessian average)
    {
        Apply(average, Source);
        TensorPrimitives.Add(error, _product, error);
        TensorPrimitives.Add(error, Correction, error);
        _transport = Math.Max(_transport, TensorPrimitives.Norm<double>(error));
    }

    /// <summary>Relative to the given changes.</summary>
    /// <param name="loss">|ΔΦ|, the change of the loss.</param>
    /// <param name="gradient">‖g(0)‖, the size of the first gradient.</param>
    /// <param name="train">‖ΔU_S‖, the change of the training outputs.</param>
    /// <param name="test">‖ΔU_Q‖, the change of the test outputs.</param>
    public QuadratureBudget Relative(double loss, double gradient, double train, double test) =>
        new(Ratio(Math.Abs(_loss), loss), Ratio(_transport, gradient), Ratio(Moved, train), Ratio(MovedTest, test));

    /// <summary>What an error of this size may do, where its signs mean little: that parts of the loss cancel counts for nothing.</summary>
    /// <remarks>Φ(U + δU) − Φ(U) for the δU of the end: a loss that has converged no longer feels where its outputs are. The outputs' parts g_i δU_i add up
    /// as they do, or without regard to signs by their squares, whichever is more. Beside it what a loss that is not quadratic adds on the way.</remarks>
    /// <param name="end">g of the prediction at the end.</param>
    /// <param name="error">The error of that gradient.</param>
    public ErrorSizes Bounds(ReadOnlySpan<double> end, ReadOnlySpan<double> error)
    {
        double squares = 0;
        for (int i = 0; i < _n; i++) squares += end[i] * _outputs[i] * (end[i] * _outputs[i]);
        var moved = _outputs.AsSpan(0, _n);
        double first = Math.Max(Math.Abs(TensorPrimitives.Dot(end, moved)), Math.Sqrt(squares));
        double second = Math.Abs(TensorPrimitives.Dot(error, moved));
        return new ErrorSizes(Math.Max(Math.Abs(_loss), first + 0.5 * second + Math.Abs(_mismatch)), _transport, Moved, MovedTest);
    }

    private double Moved => TensorPrimitives.Norm<double>(_outputs.AsSpan(0, _n));

    private double MovedTest => _outputs.Length == _n ? 0 : TensorPrimitives.Norm<double>(_outputs.AsSpan(_n));

    private static double? Ratio(double error, double scale) => scale > 0 ? error / scale : null;

    // product ← B·x for the first N entries of x
    private void Apply(OutputHessian B, double[] x) => B.Apply(1, new MatrixView(x, 0, _n, 1, _n), 0, new MatrixView(_product, _n, 1));
}
