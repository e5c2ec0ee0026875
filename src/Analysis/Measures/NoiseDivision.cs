using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Measures;

/// <summary>g(s) in two parts: what changed labels make of it, and what is there without them.</summary>
/// <param name="Noise">The part of the changed labels, N numbers.</param>
/// <param name="Clean">The rest, N numbers.</param>
/// <param name="Noisy">How many examples have a changed label.</param>
/// <param name="How">What told: the clean targets, or a mask.</param>
internal sealed record NoiseDivision(double[] Noise, double[] Clean, int Noisy, string How)
{
    /// <summary>Divides the gradient at the start of a run, or says why that cannot be done.</summary>
    public static Known<NoiseDivision> Of(CheckpointSequence checkpoints, OutputRecord outputs)
    {
        if (!ChangedLabels.Of(checkpoints).TryGet(out var changed)) return Known.Unknown<NoiseDivision>(ChangedLabels.Of(checkpoints).Reason!);
        var loss = checkpoints.Loss;
        int p = loss.Outputs;
        double[] g = outputs.Gradients[0];
        if (checkpoints.RunTensors.GetValueOrDefault(TensorName.clean_S) is { } tensor && !loss.IsCustom)
        {
            if (changed.Count == 0) return Known.Unknown<NoiseDivision>("no label differs from its clean value");
            double[] clean = new double[g.Length];
            loss.WithTargets(tensor.ReadAll()).Gradient(outputs.TrainOutputs[0], clean);
            return Known.Of(new NoiseDivision(VectorMath.Subtract(g, clean), clean, changed.Count, "clean targets"));
        }
        if (changed.Count == 0) return Known.Unknown<NoiseDivision>("noise_mask_S marks no example");
        var marked = changed.ToHashSet();
        double[] Where(bool noisy) => [.. g.Select((x, i) => marked.Contains(i / p) == noisy ? x : 0)];
        return Known.Of(new NoiseDivision(Where(true), Where(false), changed.Count, "noise mask"));
    }

    /// <summary>The gradient at the start by the clean labels, or why it is not known: a run whose labels were not changed says so with clean_S or
    /// noise_mask_S.</summary>
    public static Known<double[]> CleanOf(CheckpointSequence checkpoints, OutputRecord outputs)
    {
        var changed = ChangedLabels.Of(checkpoints);
        return changed.TryGet(out var which) && which.Count == 0 ? Known.Of(outputs.Gradients[0]) : Of(checkpoints, outputs).Map(d => d.Clean);
    }

    /// <summary>The noise, the rest and g(s) itself as columns, N×3.</summary>
    public DenseMatrix Columns(double[] gradient) => DenseMatrix.OfColumnArrays(Noise, Clean, gradient);
}
