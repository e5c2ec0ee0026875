using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>What the recorded outputs do that the recursion does not: step by step, and carried along as an error of the predicted gradient.</summary>
internal sealed class RecordedResiduals
{
    private readonly OutputRecord _recorded;
    private readonly QuadratureError _error;
    private readonly double[] _product, _trainDisplacement, _testDisplacement, _trainResidual, _testResidual;
    private readonly int _n;

    /// <param name="recorded">Outputs before every step and after the last one.</param>
    /// <param name="n">N = n·p, the number of stacked training outputs.</param>
    /// <param name="m">M = m·p, the number of stacked test outputs.</param>
    /// <param name="steps">Number of steps.</param>
    public RecordedResiduals(OutputRecord recorded, int n, int m, int steps)
    {
        (_recorded, _n) = (recorded, n);
        _error = new QuadratureError(n, m);
        _product = new double[n];
        (_trainDisplacement, _testDisplacement) = (new double[steps], new double[steps]);
        (_trainResidual, _testResidual) = (new double[steps], new double[steps]);
    }

    /// <summary>Displacements and residuals of the steps.</summary>
    public StepMisfits PerStep => new(_trainDisplacement, _testDisplacement, _trainResidual, _testResidual);

    /// <summary>The error that is carried along.</summary>
    public QuadratureError Error => _error;

    /// <summary>Takes in a step before X moves: s = ΔU + T of the recorded gradients, c = Δg − B̄ΔU_S, and what B̄' leaves of ΔΦ.</summary>
    /// <param name="k">The step.</param>
    /// <param name="hessian">B of the step.</param>
    /// <param name="single">T of the recorded gradient.</param>
    /// <param name="error">The error so far.</param>
    /// <param name="carried">T of that error.</param>
    /// <param name="predicted">The predicted gradient.</param>
    /// <param name="displacement">The predicted ΔU_S.</param>
    public void Responded(int k, ChordHessian hessian, ReadOnlySpan<double> single, ReadOnlySpan<double> error, ReadOnlySpan<double> carried,
        ReadOnlySpan<double> predicted, double[] displacement)
    {
        double[] s = _error.Source, c = _error.Correction;
        Span<double> train = s.AsSpan(0, _n), test = s.AsSpan(_n);
        TensorPrimitives.Subtract(_recorded.TrainOutputs[k + 1], _recorded.TrainOutputs[k], train);
        TensorPrimitives.Subtract(_recorded.TestOutputs[k + 1], _recorded.TestOutputs[k], test);
        (_trainDisplacement[k], _testDisplacement[k]) = (TensorPrimitives.Norm<double>(train), TensorPrimitives.Norm<double>(test));
        Apply(hessian.Average, s);
        for (int i = 0; i < _n; i++) c[i] = _recorded.Gradients[k + 1][i] - _recorded.Gradients[k][i] - _product[i];
        Apply(hessian.Remainder, s);
        double? loss = _recorded.Losses[k + 1] - _recorded.Losses[k]
            - TensorPrimitives.Dot<double>(_recorded.Gradients[k], train) - 0.5 * TensorPrimitives.Dot<double>(_product, train);
        _error.AddLoss(loss ?? 0);
        TensorPrimitives.Add(s, single, s);
        (_trainResidual[k], _testResidual[k]) = (TensorPrimitives.Norm<double>(train), TensorPrimitives.Norm<double>(test));
        _error.Accumulate(error, carried, predicted, displacement, hessian.Remainder, null);
    }

    // product ← B·x for the first N entries of x
    private void Apply(OutputHessian B, double[] x) => B.Apply(1, new MatrixView(x, 0, _n, 1, _n), 0, new MatrixView(_product, _n, 1));
}
