using KernelFlow.Files;

namespace KernelFlow;

/// <summary>The optimizer of a run, as its manifest names it.</summary>
/// <param name="Kind">"gradient-descent", "momentum", "adam", "sgd", "gradient-flow", or a name of the recorder's own.</param>
/// <param name="LearningRate">The first step's learning rate.</param>
/// <param name="Constants">The other constants under their keys of the manifest, in order: "momentum", "beta1", "beta2", "epsilon", "batchSize", or keys
/// of the recorder's own.</param>
public sealed record OptimizerSummary(string Kind, double LearningRate, IReadOnlyList<(string Key, double Value)> Constants)
{
    /// <summary>"momentum, learning rate 0.05, μ = 0.9".</summary>
    public string Description =>
        $"{Kind}, learning rate {NumberText.RoundTrip(LearningRate)}"
            + string.Concat(Constants.Where(c => c.Key != "epsilon").Select(c => ", " + Describe(c.Key, c.Value)));

    // A constant that this version does not know stands under its own key.
    private static string Describe(string key, double value) => key switch
    {
        "momentum" => $"μ = {NumberText.RoundTrip(value)}",
        "beta1" => $"β₁ = {NumberText.RoundTrip(value)}",
        "beta2" => $"β₂ = {NumberText.RoundTrip(value)}",
        "batchSize" => $"{NumberText.RoundTrip(value)} examples per step",
        _ => $"{key} = {NumberText.RoundTrip(value)}",
    };
}
