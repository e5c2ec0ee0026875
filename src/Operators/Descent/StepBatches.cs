using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>S_k, the weights of the training outputs in the gradient of step k: multiplicity·n/b for the examples of its batch, 0 elsewhere; without n/b
/// where the loss is a sum (theory, section 8).</summary>
/// <remarks>The gradient of a batch of b examples is J_Sᵀ S_k g with g that of the loss over all n.</remarks>
public sealed class StepBatches
{
    private readonly double[]?[] _weights;

    private StepBatches(double[]?[] weights) => _weights = weights;

    /// <summary>The batches of a run that recorded every step; null where every step is over all examples, each of them once.</summary>
    /// <param name="checkpoints">The run or a window of it.</param>
    /// <exception cref="InvalidRunException">A batch is not a list of training examples.</exception>
    public static StepBatches? Of(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        var weights = checkpoints.SkipLast(1).Select(c => Of(c, checkpoints)).ToArray();
        return weights.All(w => w is null) ? null : new StepBatches(weights);
    }

    /// <summary>The weights of a step, N numbers; empty where the step is over all examples.</summary>
    /// <param name="step">k, the number of the step.</param>
    public ReadOnlySpan<double> Weights(int step) => _weights[step];

    /// <summary>S_k g, the gradient of the training loss weighted by the batch of a step.</summary>
    /// <param name="batches">The batches of a run; null for none.</param>
    /// <param name="step">k, the number of the step.</param>
    /// <param name="gradient">g, N numbers.</param>
    public static double[] Gradient(StepBatches? batches, int step, double[] gradient)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        if (batches is null || batches.Weights(step).IsEmpty) return gradient;
        var weighted = new double[gradient.Length];
        VectorRoutines.Multiply(batches.Weights(step), gradient, weighted);
        return weighted;
    }

    /// <summary>x ← S x, row by row.</summary>
    /// <param name="weights">The weights of a step, as many as x has rows.</param>
    /// <param name="x">The matrix to weight.</param>
    public static void ScaleRows(ReadOnlySpan<double> weights, in MatrixView x)
    {
        for (int j = 0; j < x.Columns; j++)
        {
            var column = x.Column(j);
            for (int i = 0; i < weights.Length; i++) column[i] *= weights[i];
        }
    }

    /// <summary>x ← x S, column by column.</summary>
    /// <param name="weights">The weights of a step, as many as x has columns.</param>
    /// <param name="x">The matrix to weight.</param>
    public static void ScaleColumns(ReadOnlySpan<double> weights, in MatrixView x)
    {
        for (int j = 0; j < weights.Length; j++) VectorRoutines.Scale(weights[j], x.Column(j), x.Column(j));
    }

    private static double[]? Of(Checkpoint checkpoint, CheckpointSequence run)
    {
        if (checkpoint.Find(TensorName.Batch) is not { } batch) return null;
        int n = run.Train, p = run.Outputs;
        double[] members = batch.ReadAll(), weights = new double[ArraySize.Of(n, p)];
        double each = run.Loss.IsSum ? 1 : (double)n / members.Length;
        foreach (double member in members)
        {
            if (!(member >= 0 && member < n))
                throw new InvalidRunException(FormattableString.Invariant($"{batch.Location}: batch: found {member}, expected examples from 0 to {n - 1}."));
            for (int c = 0; c < p; c++) weights[(int)member * p + c] += each;
        }
        return Array.TrueForAll(weights, w => w == 1) ? null : weights;
    }
}
