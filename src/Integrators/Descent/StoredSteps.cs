using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Steps of plain gradient descent that are kept, for the training outputs: T = η_k J̄_S,k J_S,kᵀ X and its transpose.</summary>
/// <param name="rates">η_k, the learning rate of every step.</param>
/// <param name="chords">[J̄_S; J̄_Q] J_Sᵀ of each step, (N+M)×N.</param>
/// <param name="hessians">B̄ of each step.</param>
/// <param name="backend">The dense linear algebra to use.</param>
internal sealed class StoredSteps(double[] rates, MatrixView[] chords, OutputHessian[] hessians, Backend backend) : TransposableDescentMap
{
    private long _step;

    public override long Steps => rates.Length;

    public override int TrainSize => chords[0].Columns;

    /// <summary>M = m·p, the number of stacked test outputs.</summary>
    public int TestSize => chords[0].Rows - chords[0].Columns;

    public override int Rows => TrainSize;

    public override OutputHessian Average => hessians[_step];

    /// <summary>J̄_Q J_Sᵀ of a step, M×N.</summary>
    public MatrixView Test(int step) => chords[step].Slice(TrainSize, 0, TestSize, TrainSize);

    public override void MoveTo(long step) => _step = step;

    public override void Respond(long step, in MatrixView x, in MatrixView t)
    {
        MoveTo(step);
        backend.Gemm(Op.None, Op.None, rates[step], Train(step), x, 0, t);
    }

    public override void AddTransposed(long step, double alpha, in MatrixView y, in MatrixView x) =>
        backend.Gemm(Op.Transpose, Op.None, alpha * rates[step], Train(step), y, 1, x);

    private MatrixView Train(long step) => chords[step].Slice(0, 0, TrainSize, TrainSize);
}
