using System.Numerics.Tensors;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>The Cauchy–Schwarz constants of a rule with memory: G_d v = Σ_i H_i J_iᵀ S_i P_i v, C = Σ η_i⁻¹ H_i H_iᵀ, and the same with B̄ for the
/// motion of P.</summary>
/// <remarks>H_i = A_i + φ_i f_i M_i J̄_iᵀ with A_i = c_i f_i M_i J̄_iᵀ + (c_i/c_{i+1}) d_{i+1} A_{i+1}, backwards through the run, one block of parameters
/// after the other; the train part times B̄_i.</remarks>
internal sealed class BufferedBounds(CheckpointSequence checkpoints, DescentRule rule, IReadOnlyList<double> rates, ChordColumns columns, bool preconditioned,
    Action<int, ChordHessian> hessians, Backend backend)
{
    private readonly int _n = checkpoints.TrainSize, _m = checkpoints.TestSize;
    private readonly ChordHessian _hessian = new(checkpoints.Train, checkpoints.Outputs);
    private readonly double[] _memory = new double[ArraySize.Of(columns.Width, checkpoints.TrainSize + checkpoints.TestSize)];
    private double[] _all = []; // H, where it is more than the memory

    /// <summary>Reads the run once more, backwards.</summary>
    public (DenseMatrix Response, DenseMatrix Motion) Form(CancellationToken cancellation)
    {
        MatrixView test = new(new double[ArraySize.Of(_m, _m)], _m, _m), motion = new(new double[ArraySize.Of(_n, _n)], _n, _n);
        for (int block = 0; block < columns.Blocks; block++)
        {
            Array.Clear(_memory);
            for (int step = rates.Count - 1; step >= 0; step--)
            {
                cancellation.ThrowIfCancellationRequested();
                columns.Load(step, block, neighbours: false, scaled: false);
                hessians(step, _hessian);
                var average = columns.Average;
                if (preconditioned)
                    for (int j = 0; j < _n + _m; j++) TensorPrimitives.Multiply(average.Column(j), columns.Preconditioner, average.Column(j));
                long number = checkpoints[step].Step;
                double factor = rule.StepFactor(number, rates[step]), fresh = rule.FreshAt(number);
                var view = new MatrixView(_memory, average.Rows, _n + _m);
                TensorPrimitives.Multiply(_memory, Carry(step), _memory);
                Add(rule.GainAt(number) * factor, average, view);
                if (fresh != 0)
                {
                    if (_all.Length == 0) _all = new double[_memory.Length];
                    var whole = new MatrixView(_all, average.Rows, _n + _m);
                    view.CopyTo(whole);
                    Add(fresh * factor, average, whole);
                    view = whole;
                }
                backend.Syrk(Op.Transpose, 1 / rates[step], view.ColumnRange(0, _n), 1, motion);
                backend.Syrk(Op.Transpose, 1 / rates[step], view.ColumnRange(_n, _m), 1, test);
            }
        }
        return (test.ToMatrix(), motion.ToMatrix());
    }

    // What of A_{i+1} is in A_i; after the last step A is zero and the factor does not matter.
    private double Carry(int step)
    {
        if (step + 1 == rates.Count) return 0;
        long number = checkpoints[step].Step, next = checkpoints[step + 1].Step;
        return rule.GainAt(number) / rule.GainAt(next) * rule.DecayAt(next);
    }

    private void Add(double weight, in MatrixView average, in MatrixView target)
    {
        for (int j = 0; j < _m; j++) TensorPrimitives.MultiplyAdd(average.Column(_n + j), weight, target.Column(_n + j), target.Column(_n + j));
        AddTimesHessian(_hessian.Average, weight, average, target);
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
