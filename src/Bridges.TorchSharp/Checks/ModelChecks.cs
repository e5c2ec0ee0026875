using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>What of a model would make its Jacobians those of another function than the one that is trained.</summary>
internal static class ModelChecks
{
    private const int ComparedAlone = 8, ComparedInHalves = 256;

    /// <summary>Modules whose training mode makes an output random, or a function of the whole batch.</summary>
    public static void Modules(torch.nn.Module model, Action<RecordAnyway, string> refuse)
    {
        foreach (var (name, module) in model.named_modules().Append(("the model", model)))
        {
            if (!module.training) continue;
            if (module is NormBase { track_running_stats: true } or BatchNorm)
                refuse(RecordAnyway.BatchNorm, $"{name}: batch normalisation in training mode makes every output depend on the whole batch, so that no "
                    + "example has a Jacobian of its own, and each forward pass changes the running statistics; call eval() on it before attaching.");
            if (module is Dropout or Dropout1d or Dropout2d or Dropout3d or AlphaDropout or FeatureAlphaDropout)
                refuse(RecordAnyway.Dropout, $"{name}: dropout in training mode makes every forward pass another function; "
                    + "call eval() on it, or train without it, before attaching.");
        }
    }

    /// <summary>The same inputs must give the same outputs, in a batch, again, alone, and whatever other examples are beside them.</summary>
    /// <param name="model">The model.</param>
    /// <param name="inputs">The training examples.</param>
    /// <param name="single">Whether it computes in float32.</param>
    /// <param name="leniency">What is recorded all the same.</param>
    public static void Forward(TensorModule model, Tensor inputs, bool single, Leniency leniency)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        double tolerance = single ? 1e-4 : 1e-10;
        int n = (int)Math.Min(inputs.shape[0], ComparedInHalves);
        // Evenly over all examples, so that a dependence that begins late is seen, too.
        long[] chosen = [.. Enumerable.Range(0, n).Select(i => i * inputs.shape[0] / n)];
        var x = inputs.index_select(0, torch.tensor(chosen, device: inputs.device));
        double[] first = HostCopies.Doubles(model.forward(x)), again = HostCopies.Doubles(model.forward(x));
        if (Difference(first, again) is var change && !(change <= tolerance) && !leniency.Has(RecordAnyway.Dropout))
            leniency.Refuse(RecordAnyway.RandomForward, FormattableString.Invariant(
                $"The forward pass differs when it is repeated, by {change:g3} relative to the largest output: something in it is random or keeps state; ")
                + "make it deterministic while recording.");
        if (leniency.IsRandom || leniency.IsJoint) return;
        int p = first.Length / n;
        double scale = first.Max(Math.Abs);
        for (int i = 0; i < Math.Min(n, ComparedAlone); i++) Compare([i]);
        // Two examples differ in a bit of their index: with that bit they pass apart, and a dependence of one on the other shows.
        for (int bit = 0; 1 << bit < n; bit++)
            foreach (int side in (int[])[0, 1]) Compare([.. Enumerable.Range(0, n).Where(i => (i >> bit & 1) == side)]);

        void Compare(int[] some)
        {
            using var inner = torch.NewDisposeScope();
            double[] found = HostCopies.Doubles(model.forward(x.index_select(0, torch.tensor(some, device: x.device))));
            if (found.Length != some.Length * p)
                throw new RecordingRefusedException($"{Name(some)}: found {found.Length} outputs without the others, and {first.Length} in the batch of "
                    + $"{n} examples; the first dimension of inputs and outputs must count the examples.");
            for (int i = 0; i < some.Length && !leniency.IsJoint; i++)
            {
                double difference = 0;
                for (int c = 0; c < p; c++) difference = Math.Max(difference, Math.Abs(found[i * p + c] - first[some[i] * p + c]));
                if (!(difference <= tolerance * scale))
                    leniency.Refuse(RecordAnyway.DependentSamples, FormattableString.Invariant(
                        $"The outputs of example {chosen[some[i]]} depend on the other examples: without some of them they differ by ")
                        + FormattableString.Invariant($"{difference / scale:g3} relative to the largest output; no example has a Jacobian of its own."));
            }
        }

        string Name(int[] some) => some.Length == 1 ? $"Example {chosen[some[0]]} alone" : $"{some.Length} examples";
    }

    private static double Difference(double[] a, double[] b)
    {
        if (a.Length != b.Length) return double.PositiveInfinity;
        double difference = 0, scale = a.Length == 0 ? 0 : a.Max(Math.Abs);
        for (int i = 0; i < a.Length; i++)
        {
            if (!double.IsFinite(a[i]) || !double.IsFinite(b[i])) return double.NaN;
            difference = Math.Max(difference, Math.Abs(a[i] - b[i]));
        }
        return difference == 0 ? 0 : difference / scale;
    }
}
