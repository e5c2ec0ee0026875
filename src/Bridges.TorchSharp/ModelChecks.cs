using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>What of a model would make its Jacobians those of another function than the one that is trained.</summary>
internal static class ModelChecks
{
    private const int ComparedAlone = 8;

    /// <summary>Modules whose training mode makes an output random, or a function of the whole batch.</summary>
    public static void Modules(torch.nn.Module model)
    {
        foreach (var (name, module) in model.named_modules().Append(("the model", model)))
        {
            if (!module.training) continue;
            if (module is BatchNorm)
                throw new RecordingRefusedException($"{name}: batch normalisation in training mode makes every output depend on the whole batch, so that no "
                    + "example has a Jacobian of its own, and each forward pass changes the running statistics; call eval() on it before attaching.");
            if (module is Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout)
                throw new RecordingRefusedException($"{name}: dropout in training mode makes every forward pass another function; "
                    + "call eval() on it, or train without it, before attaching.");
        }
    }

    /// <summary>The same inputs must give the same outputs, in a batch, again and alone.</summary>
    public static void Forward(torch.nn.Module<torch.Tensor, torch.Tensor> model, torch.Tensor inputs, bool single)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        double tolerance = single ? 1e-4 : 1e-10;
        double[] first = HostCopies.Doubles(model.forward(inputs)), again = HostCopies.Doubles(model.forward(inputs));
        if (Difference(first, again) is var change && !(change <= tolerance))
            throw new RecordingRefusedException(FormattableString.Invariant(
                $"The forward pass differs when it is repeated, by {change:g3} relative to the largest output: something in it is random or keeps state; ")
                + "make it deterministic while recording.");
        int n = (int)inputs.shape[0], p = first.Length / n;
        for (int i = 0; i < Math.Min(n, ComparedAlone); i++)
        {
            double[] alone = HostCopies.Doubles(model.forward(inputs.narrow(0, i, 1)));
            if (alone.Length != p)
                throw new RecordingRefusedException($"Example {i} alone has {alone.Length} outputs, and {p} of {first.Length} in the batch of {n} examples; "
                    + "the first dimension of inputs and outputs must count the examples.");
            double scale = Largest(first), difference = 0;
            for (int c = 0; c < p; c++) difference = Math.Max(difference, Math.Abs(alone[c] - first[i * p + c]));
            if (!(difference <= tolerance * scale))
                throw new RecordingRefusedException(FormattableString.Invariant(
                    $"The outputs of example {i} depend on the other examples: alone they differ by {difference / scale:g3} relative to the largest output; ")
                    + "no example has a Jacobian of its own.");
        }
    }

    private static double Difference(double[] a, double[] b)
    {
        if (a.Length != b.Length) return double.PositiveInfinity;
        double difference = 0, scale = Largest(a);
        for (int i = 0; i < a.Length; i++)
        {
            if (!double.IsFinite(a[i]) || !double.IsFinite(b[i])) return double.NaN;
            difference = Math.Max(difference, Math.Abs(a[i] - b[i]));
        }
        return difference == 0 ? 0 : difference / scale;
    }

    private static double Largest(double[] values) => values.Length == 0 ? 0 : values.Max(Math.Abs);
}
