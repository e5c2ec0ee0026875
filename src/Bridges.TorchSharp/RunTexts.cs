namespace KernelFlow.Recording;

/// <summary>What the manifest of a recording says beside the numbers: targets, settings and free-form facts.</summary>
internal static class RunTexts
{
    /// <summary>y_Q, and y_S where the loss has no formula that would need it.</summary>
    public static IReadOnlyList<TensorSource> Targets(TrainingLoss loss, RecordedExamples examples, bool custom, int outputs)
    {
        int n = loss.Model.Examples, p = loss.Model.Outputs, m = (int)examples.Test.shape[0];
        var targets = new List<TensorSource>();
        bool all = outputs == p;
        if (custom && all && examples.Targets.numel() == n * (long)p)
            targets.Add(new MemoryTensor(TensorName.y_S, HostCopies.Doubles(examples.Targets), n, p));
        if (examples.TestTargets is { } test && all) targets.Add(new MemoryTensor(TensorName.y_Q, TestTargets(loss, test, m, p), m, p));
        return targets;
    }

    /// <summary>What lies outside the setting of the theory.</summary>
    public static IReadOnlyList<string> Setting(Leniency leniency, RecordedExamples examples, bool part, JacobianRecorderOptions options)
    {
        List<string> setting = [.. leniency.Declared];
        if (examples.IsPart) setting.Insert(0, "subset-of-training-examples");
        if (part) setting.Add("subset-of-outputs");
        return [.. setting, .. options.Setting];
    }

    /// <summary>Free-form facts; those of the caller come first.</summary>
    public static Dictionary<string, string> Metadata(TrainedParameters parameters, TrainingLoss loss, StoredForm form, JacobianRecorderOptions options)
    {
        var metadata = new Dictionary<string, string>(options.Metadata, StringComparer.Ordinal);
        metadata.TryAdd("recorder", "TorchSharp");
        metadata.TryAdd("device", parameters.Device.ToString());
        metadata.TryAdd("store", options.Store.ToString());
        metadata.TryAdd("strategy", string.Join("; ", parameters.Layers.Select(l => $"{l.Layer.Name}: {l.Reason}")));
        metadata.TryAdd(AdaptiveSchedule.MetadataKey, options.Checkpoints.Rule?.ToString() ?? "fixed");
        if (loss.Factor != 1) metadata.TryAdd("lossFactor", loss.Factor.ToString("R", System.Globalization.CultureInfo.InvariantCulture));
        if (form.HasColumns) metadata.TryAdd("layers", JacobianLayer.Text(parameters.Layers.Select(l => l.Layer)));
        return metadata;
    }

    // As the loss has them: classes as indicators, labels 0 and 1 as ±1.
    private static double[] TestTargets(TrainingLoss loss, Tensor test, int m, int p)
    {
        double[] y = HostCopies.Doubles(test);
        if (y.Length == m && p > 1)
        {
            int wrong = Array.FindIndex(y, v => !(v >= 0 && v < p && v == Math.Floor(v)));
            if (wrong >= 0)
                throw new ArgumentException(FormattableString.Invariant($"TestTargets: found class {y[wrong]} of example {wrong}, expected 0 to {p - 1}."));
            var classes = new double[m * p];
            for (int i = 0; i < m; i++) classes[i * p + (int)y[i]] = 1;
            return classes;
        }
        if (y.Length != m * p) throw new ArgumentException($"TestTargets: found {y.Length} values, expected {m * p} for {m} examples of {p} outputs.");
        if (!loss.Model.IsCustom && LossCandidates.Of(test, m, p).FirstOrDefault(c => c.Kind == loss.Model.Kind) is { } same) return [.. same.Targets];
        return y;
    }
}
