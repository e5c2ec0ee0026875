using System.Globalization;

namespace KernelFlow.Networks.Imports;

/// <summary>Adam's preconditioner of the step that leaves a checkpoint, from the running mean of squared gradients that was saved before it and the gradient
/// at the checkpoint.</summary>
/// <param name="adam">The optimizer, with the weight decay of the training's own loss.</param>
/// <param name="factor">What that loss is times the recorded one.</param>
/// <param name="network">The network, whose parameters the optimizer counts in their order.</param>
internal sealed class SecondMoments(Adam adam, double factor, ImportedNetwork network)
{
    private readonly StateTensor[] _tensors = [.. network.Parameters.Select((p, i) => new StateTensor(
        network.Map.SecondMoments!.Replace(NetworkMap.Index, i.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal), p.Shape))];

    /// <summary>The saved tensors, which the first step does not have.</summary>
    public void Check(ContainerFile file, string checkpoint, long step)
    {
        if (step == 0) return;
        foreach (var tensor in _tensors) _ = tensor.In(file, checkpoint);
    }

    /// <summary>1/(√v̂ + ε).</summary>
    public double[] Preconditioner(ContainerFile file, string checkpoint, long step, double[] w, double[] gradient)
    {
        double correction = Math.Sqrt(1 - Math.Pow(adam.Beta2, step + 1));
        var result = new double[w.Length];
        int offset = 0;
        foreach (var tensor in _tensors)
        {
            double[] before = step == 0 ? new double[tensor.Count] : tensor.In(file, checkpoint).ReadAll();
            for (int i = 0; i < before.Length; i++)
            {
                int j = offset + i;
                double g = factor * gradient[j] + (adam.Decoupled ? 0 : adam.WeightDecay * w[j]), v = adam.Beta2 * before[i] + (1 - adam.Beta2) * g * g;
                if (before[i] < 0 || v == 0 && adam.Epsilon == 0)
                    throw new InvalidRunException($"{file.Path}: {checkpoint}: {tensor.Name}: found {FlowTimeWindow.Text(before[i])}, "
                        + "expected squares of gradients above 0.");
                result[j] = 1 / (Math.Sqrt(v) / correction + adam.Epsilon);
            }
            offset += tensor.Count;
        }
        return result;
    }
}
