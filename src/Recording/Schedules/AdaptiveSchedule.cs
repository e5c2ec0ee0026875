using System.Globalization;

namespace KernelFlow;

/// <summary>When a recorder takes a checkpoint: where something has changed enough since the last one. Immutable; change it by <c>with</c>. The rule itself is
/// <see cref="AdaptiveRule"/>.</summary>
/// <remarks>
/// Tests look at up to <see cref="Probes"/> training and as many test examples. The Python recorder has the same options, with the same defaults and
/// meanings, and writes the same texts to a run's metadata. A spent budget ends the tests: after it only the last state of the training is recorded.
/// </remarks>
public sealed record AdaptiveSchedule
{
    /// <summary>Key of the rule, as a text, in a run's metadata.</summary>
    public const string MetadataKey = "schedule";

    /// <summary>Key of what fired, checkpoint by checkpoint, in a run's metadata.</summary>
    public const string FiredKey = "fired";

    /// <summary>Tolerance of ‖U(w) − U_k − J_k(w − w_k)‖ / ‖U(w) − U_k‖; null leaves the test out.</summary>
    public double? Linearity { get; init; } = 0.1;

    /// <summary>Tolerance of ‖g(w) − g_k‖ / ‖g_k‖; null leaves the test out.</summary>
    public double? Gradient { get; init; } = 0.3;

    /// <summary>Tolerance of ‖(K(w) − K_k)v‖ / ‖K_k v‖ over <see cref="Vectors"/> fixed v; null leaves the test out.</summary>
    public double? Kernel { get; init; } = 0.2;

    /// <summary>Steps from one test to the next.</summary>
    public int Every { get; init; } = 1;

    /// <summary>At most so many training examples, and as many test examples, are looked at.</summary>
    public int Probes { get; init; } = 16;

    /// <summary>How many vectors the kernel is applied to.</summary>
    public int Vectors { get; init; } = 4;

    /// <summary>Checkpoints are at most so many steps apart; null for any distance.</summary>
    public long? MaxGap { get; init; }

    /// <summary>Budget: at most so many checkpoints, the first and the last included; null for none.</summary>
    public int? MaxCheckpoints { get; init; }

    /// <summary>Budget: at most so many seconds spent on tests and checkpoints; null for none. With it two recordings of one training may differ.</summary>
    public double? MaxSeconds { get; init; }

    /// <summary>Budget: at most so many bytes on disk; null for none.</summary>
    public long? MaxBytes { get; init; }

    /// <summary>Refuses values that make no rule.</summary>
    /// <exception cref="ArgumentException">A value is out of range; the message names it.</exception>
    public void Validate()
    {
        Tolerance(Linearity, nameof(Linearity));
        Tolerance(Gradient, nameof(Gradient));
        Tolerance(Kernel, nameof(Kernel));
        Require(Every >= 1, nameof(Every), Every, "at least 1");
        Require(Probes >= 1, nameof(Probes), Probes, "at least 1");
        Require(Vectors >= 1, nameof(Vectors), Vectors, "at least 1");
        Require(MaxGap is null or >= 1, nameof(MaxGap), MaxGap, "at least 1");
        Require(MaxCheckpoints is null or >= 2, nameof(MaxCheckpoints), MaxCheckpoints, "at least 2");
        Require(MaxSeconds is null or > 0, nameof(MaxSeconds), MaxSeconds, "a positive number");
        Require(MaxBytes is null or >= 1, nameof(MaxBytes), MaxBytes, "a positive number");
    }

    /// <summary>Which of some examples are looked at: evenly spread, the first and the last among them.</summary>
    /// <param name="examples">How many examples there are.</param>
    public int[] ProbeExamples(int examples)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(examples);
        int count = Math.Min(Probes, examples);
        return [.. Enumerable.Range(0, count).Select(i => count == 1 ? 0 : (int)((long)i * (examples - 1) / (count - 1)))];
    }

    /// <summary>The fixed vectors v of the kernel's test: signs ±1, the same in every recording.</summary>
    /// <param name="length">Outputs of all probes together.</param>
    /// <returns>Row-major [length, <see cref="Vectors"/>].</returns>
    public double[] ProbeVectors(int length)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(length);
        var v = new double[checked(length * Vectors)];
        // SplitMix64 (Steele, Lea, Flood 2014): the same bits on every system.
        ulong state = 0;
        for (int i = 0; i < v.Length; i++)
        {
            ulong z = unchecked(state += 0x9E3779B97F4A7C15);
            z = unchecked((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9);
            z = unchecked((z ^ (z >> 27)) * 0x94D049BB133111EB);
            v[i] = (z ^ (z >> 31)) >> 63 == 0 ? 1 : -1;
        }
        return v;
    }

    /// <summary>The rule in one line, as a run's metadata has it.</summary>
    public override string ToString() =>
        $"adaptive: linearity > {Text(Linearity)}, gradient > {Text(Gradient)}, kernel > {Text(Kernel)}, tested every {Text(Every)} steps on {Text(Probes)} "
        + $"examples; max_gap {Text(MaxGap)}, max_checkpoints {Text(MaxCheckpoints)}, max_seconds {Text(MaxSeconds)}, max_bytes {Text(MaxBytes)}";

    // A value that is not there is "None", as the Python recorder writes it: one text for one rule.
    private static string Text(IFormattable? value) => value?.ToString(null, CultureInfo.InvariantCulture) ?? "None";

    private static void Tolerance(double? value, string name) =>
        Require(value is null || (value > 0 && double.IsFinite(value.Value)), name, value, "a positive number, or none");

    private static void Require(bool condition, string name, object? found, string expected)
    {
        if (!condition) throw new ArgumentException(FormattableString.Invariant($"{name} is {found}, expected {expected}."));
    }
}
