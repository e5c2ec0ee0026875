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
        var loss = checkpoints.Loss;
        int p = loss.Outputs;
        double[] g = outputs.Gradients[0];
        if (checkpoints.RunTensors.GetValueOrDefault(TensorName.clean_S) is { } tensor && !loss.IsCustom)
        {
            double[] targets = tensor.ReadAll(), clean = new double[g.Length];
            loss.WithTargets(targets).Gradient(outputs.TrainOutputs[0], clean);
            int noisy = Enumerable.Range(0, loss.Examples).Count(i => !loss.Targets.Slice(i * p, p).SequenceEqual(targets.AsSpan(i * p, p)));
            return noisy == 0 ? Known.Unknown<NoiseDivision>("no label differs from its clean value")
                : Known.Of(new NoiseDivision(VectorMath.Subtract(g, clean), clean, noisy, "clean targets"));
        }
        if (checkpoints.RunTensors.GetValueOrDefault(TensorName.noise_mask_S) is not { } mask)
            return Known.Unknown<NoiseDivision>("the run has neither clean_S nor noise_mask_S, so its noise is not known");
        double[] marked = mask.ReadAll();
        int count = marked.Count(m => m != 0);
        if (count == 0) return Known.Unknown<NoiseDivision>("noise_mask_S marks no example");
        double[] Where(bool noisy) => [.. g.Select((x, i) => marked[i / p] != 0 == noisy ? x : 0)];
        return Known.Of(new NoiseDivision(Where(true), Where(false), count, "noise mask"));
    }

    /// <summary>The noise, the rest and g(s) itself as columns, N×3.</summary>
    public DenseMatrix Columns(double[] gradient) => DenseMatrix.OfColumnArrays(Noise, Clean, gradient);
}
