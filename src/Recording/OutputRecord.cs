using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>What was recorded in output space: U_S, U_Q, g, B and Φ at every checkpoint, read once and checked against each other.</summary>
public sealed class OutputRecord
{
    private OutputRecord(double[] times, double[][] trainOutputs, double[][] testOutputs, double[][] gradients, OutputHessian[] hessians, double?[] losses,
        GradientSpace space)
    {
        GradientSpace = space;
        Times = times;
        TrainOutputs = trainOutputs;
        TestOutputs = testOutputs;
        Gradients = gradients;
        Hessians = hessians;
        Losses = losses;
    }

    /// <summary>Flow times of the checkpoints.</summary>
    public IReadOnlyList<double> Times { get; }

    /// <summary>U_S per checkpoint, stacked, length N.</summary>
    public IReadOnlyList<double[]> TrainOutputs { get; }

    /// <summary>U_Q per checkpoint, stacked, length M.</summary>
    public IReadOnlyList<double[]> TestOutputs { get; }

    /// <summary>g = ∇Φ_S per checkpoint, length N.</summary>
    public IReadOnlyList<double[]> Gradients { get; }

    /// <summary>B per checkpoint.</summary>
    public IReadOnlyList<OutputHessian> Hessians { get; }

    /// <summary>The space that all gradients lie in: that of the loss; for a custom loss what the recorded g and B leave.</summary>
    public GradientSpace GradientSpace { get; }

    /// <summary>Φ per checkpoint: the recorded <c>loss</c>, otherwise Φ(U_S); null for a custom loss without one.</summary>
    public IReadOnlyList<double?> Losses { get; }

    /// <summary>Reads the outputs and derives g and B from the loss.</summary>
    /// <exception cref="InvalidRunException">NaN, a recorded g that contradicts loss and targets, or a custom B that is not symmetric PSD.</exception>
    public static OutputRecord Read(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        var loss = checkpoints.Loss;
        int count = checkpoints.Count, N = checkpoints.TrainSize;
        var times = new double[count];
        double[][] us = new double[count][], uq = new double[count][], g = new double[count][];
        var b = new OutputHessian[count];
        var phi = new double?[count];
        for (int k = 0; k < count; k++)
        {
            var c = checkpoints[k];
            times[k] = c.Time;
            us[k] = c[TensorName.U_S].ReadAll();
            uq[k] = c[TensorName.U_Q].ReadAll();
            g[k] = new double[N];
            b[k] = new OutputHessian(checkpoints.Train, checkpoints.Outputs);
            if (loss.IsCustom)
            {
                c[TensorName.g].Read(0, g[k]);
                c[TensorName.B].Read(0, b[k].Blocks);
                CheckHessian(c[TensorName.B], b[k], loss.Scale);
            }
            else
            {
                loss.Gradient(us[k], g[k]);
                loss.Hessian(us[k], b[k]);
                if (c.Find(TensorName.g) is { } recorded) CheckGradient(recorded, c[TensorName.U_S].Type, us[k], g[k], loss);
            }
            if (c.Find(TensorName.Loss) is { } l) phi[k] = l.ReadAll()[0];
            else if (!loss.IsCustom) phi[k] = loss.Value(us[k]);
        }
        return new OutputRecord(times, us, uq, g, b, phi, loss.IsCustom ? GradientSpace.OfRecorded(b, g, RecordedEpsilon(checkpoints)) : loss.GradientSpace);
    }

    // ε of the coarsest type among g and B.
    private static double RecordedEpsilon(CheckpointSequence checkpoints) =>
        checkpoints.Max(c => Math.Max(c[TensorName.g].Type.Epsilon(), c[TensorName.B].Type.Epsilon()));

    // A recorder may compute in float32 and store float64, so 1e-5 is allowed whatever the stored type; a wrong loss, reduction or target is off by far more.
    // For B = βI the gradient is linear in outputs and targets, and 1e-5 is of the largest of these: in other units it is the same. Other losses have units of
    // their own for outputs (softmax and logistic saturate at a size of 1), and an example's gradient is of the size of the loss's scale.
    private static void CheckGradient(TensorSource recorded, StorageType outputType, double[] u, double[] g, LossModel loss)
    {
        double[] found = recorded.ReadAll();
        double largest = loss.Beta is null ? 1 : 0;
        foreach (double v in u) largest = Math.Max(largest, Math.Abs(v));
        if (loss.Beta is not null)
            foreach (double v in loss.Targets) largest = Math.Max(largest, Math.Abs(v));
        double tolerance = loss.Scale * largest * Math.Max(1e-5, 64 * Math.Max(recorded.Type.Epsilon(), outputType.Epsilon()));
        for (int i = 0; i < g.Length; i++)
            if (Math.Abs(found[i] - g[i]) > tolerance)
                throw new InvalidRunException(
                    FormattableString.Invariant($"{recorded.Location}: g: found {found[i]:G6} at index [{i / loss.Outputs}, {i % loss.Outputs}], ")
                    + FormattableString.Invariant($"expected {g[i]:G6} from loss {loss.Kind} and targets (tolerance {tolerance:G2})."));
    }

    // A recorder forms diag q − q qᵀ from q of size 1: its rounding is that of the loss's scale, even where a saturated block is far smaller.
    private static void CheckHessian(TensorSource tensor, OutputHessian b, double scale)
    {
        int p = b.Outputs;
        for (int i = 0; i < b.Examples; i++)
        {
            var block = b.Blocks.AsSpan(i * p * p, p * p);
            double size = scale;
            foreach (double v in block) size = Math.Max(size, Math.Abs(v));
            double tolerance = 16 * p * tensor.Type.Epsilon() * size;
            for (int c = 0; c < p; c++)
                for (int d = 0; d < c; d++)
                    if (Math.Abs(block[c * p + d] - block[d * p + c]) > tolerance)
                        throw new InvalidRunException(FormattableString.Invariant($"{tensor.Location}: B: block {i} is not symmetric: ")
                            + FormattableString.Invariant($"found {block[c * p + d]:G6} at [{c}, {d}] and {block[d * p + c]:G6} at [{d}, {c}]."));
            if (!SmallMatrix.IsPositiveSemidefinite(block, p, tolerance))
                throw new InvalidRunException($"{tensor.Location}: B: block {i} is not positive semidefinite, expected the Hessian of a convex loss.");
        }
    }
}
