using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis;

/// <summary>What was read of a run, and how it is to be analysed.</summary>
/// <param name="Checkpoints">The run or the window of it.</param>
/// <param name="Outputs">Outputs, gradients, loss Hessians and losses.</param>
/// <param name="Kernels">The kernels of each checkpoint and, except where every step was recorded, all that interpolation between them needs.</param>
/// <param name="Options">Options.</param>
/// <param name="Backend">The dense linear algebra to use.</param>
internal sealed record AnalysisInput(CheckpointSequence Checkpoints, OutputRecord Outputs, TrajectoryBuilder Kernels, AnalysisOptions Options, Backend Backend)
{
    /// <summary>N.</summary>
    public int TrainSize => Checkpoints.TrainSize;

    /// <summary>g(s).</summary>
    public double[] StartGradient => Outputs.Gradients[0];

    /// <summary>0, 1, …: every checkpoint.</summary>
    public int[] AllCheckpoints => [.. Enumerable.Range(0, Checkpoints.Count)];

    /// <summary>The checkpoints at which W_S(s, t_k) is kept.</summary>
    public IReadOnlyList<int> KeptCheckpoints => Measures.ScheduleBuilder.Checkpoints(Checkpoints.Count, TrainSize);
}
