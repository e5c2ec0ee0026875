using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Buffers for the kernels of one step, reused from step to step.</summary>
public sealed class StepKernels
{
    /// <summary>Makes buffers.</summary>
    /// <param name="trainSize">N = n·p, the number of stacked training outputs.</param>
    /// <param name="testSize">M = m·p, the number of stacked test outputs.</param>
    public StepKernels(int trainSize, int testSize)
    {
        int rows = trainSize + testSize;
        Average = new MatrixView(new double[ArraySize.Of(rows, trainSize)], rows, trainSize);
        Start = new MatrixView(new double[ArraySize.Of(trainSize, trainSize)], trainSize, trainSize);
        TrainAverage = new MatrixView(new double[ArraySize.Of(trainSize, trainSize)], trainSize, trainSize);
        TestAverage = new MatrixView(new double[ArraySize.Of(testSize, testSize)], testSize, testSize);
        Changes = new StepChanges(rows);
    }

    /// <summary>[J̄_S; J̄_Q] J_Sᵀ S, (N+M)×N: the average Jacobian along the chord times the Jacobian at the start, S the weights of the
    /// step's batch.</summary>
    public MatrixView Average { get; }

    /// <summary>S J_S J_Sᵀ S at the start, N×N; K_SS where the step is over all examples.</summary>
    public MatrixView Start { get; }

    /// <summary>J̄_S J̄_Sᵀ, N×N, or what may stand for it in Cauchy–Schwarz bounds.</summary>
    public MatrixView TrainAverage { get; }

    /// <summary>J̄_Q J̄_Qᵀ, M×M, or what may stand for it in Cauchy–Schwarz bounds.</summary>
    public MatrixView TestAverage { get; }

    /// <summary>How J moves along the step, applied to J_Sᵀ S g: length N+M.</summary>
    public StepChanges Changes { get; }
}
