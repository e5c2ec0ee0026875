namespace KernelFlow.Validation.Laboratory;

/// <summary>What came of one training: its row, and curves for figures.</summary>
/// <param name="Row">Settings and measurements.</param>
/// <param name="Curves">Named sequences over checkpoints or modes.</param>
internal sealed record LabOutcome(ExperimentRow Row, IReadOnlyDictionary<string, double[]> Curves)
{
    /// <summary>Of a training and seed: settings that every experiment states, and its measurements.</summary>
    public static LabOutcome Of(LabRun run, long seed, IReadOnlyList<Measurement> measurements, IReadOnlyDictionary<string, double[]>? curves = null)
    {
        var options = run.Training.Options;
        return new LabOutcome(new ExperimentRow($"{run.Training.Name}/{Files.NumberText.Count(seed)}", run.Training.Name, run.Training.Name)
        {
            Settings =
            [
                new("seed", Files.NumberText.Count(seed)),
                new("data", run.Training.Components > 0 ? $"digits, {Files.NumberText.Count(run.Training.Components)} components"
                    : options.Data == DataKind.Digits ? "digits" : "teacher"),
                new("loss", OptionName.Of(options.Loss)),
                new("layers", string.Join(",", options.Layers)),
                new("activation", OptionName.Of(options.Activation)),
                new("noise", Files.NumberText.RoundTrip(options.Noise)),
                new("learningRate", Files.NumberText.RoundTrip(run.Rate)),
                new("steps", Files.NumberText.Count(options.Steps)),
            ],
            Measurements =
            [
                new("parameters", run.Parameters, "number of parameters"),
                new("drift", run.Drift, "largest ‖K(t) − K(s)‖/‖K(s)‖"),
                .. measurements,
            ],
        }, curves ?? new Dictionary<string, double[]>());
    }
}
