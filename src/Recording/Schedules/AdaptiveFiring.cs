using System.Globalization;

namespace KernelFlow;

/// <summary>A test that passed its tolerance, so that a checkpoint was recorded.</summary>
/// <param name="Step">Optimizer steps taken before the checkpoint.</param>
/// <param name="Test">Which test.</param>
/// <param name="Value">What it measured.</param>
/// <param name="Tolerance">What it allows.</param>
public readonly record struct AdaptiveFiring(long Step, AdaptiveTest Test, double Value, double Tolerance)
{
    /// <summary>In words, as a run's metadata has it: "step 12: kernel 0.2104 > 0.2".</summary>
    public override string ToString() => Test == AdaptiveTest.Gap
        ? string.Create(CultureInfo.InvariantCulture, $"step {Step}: gap {Value} >= {Tolerance}")
        : string.Create(CultureInfo.InvariantCulture, $"step {Step}: {Test.ToString().ToLowerInvariant()} {Value:g4} > {Tolerance}");
}
