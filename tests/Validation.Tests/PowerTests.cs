using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Power;

namespace KernelFlow.Validation.Tests;

/// <summary>The power study: a corruption changes what its name says and nothing else, and what counts as seen and as resolved follows from the
/// claims.</summary>
public sealed class PowerTests
{
    private static readonly Backend s_backend = Backend.Managed(1);

    private static PowerSubject Subject(PowerGroup group, long seed = 7)
    {
        var training = PowerTrainings.Of(group, seed);
        return new PowerSubject(group, training.RecordAll(s_backend), training.Form, s_backend, default);
    }

    private static double[] Facts(CheckpointSequence run) =>
    [
        .. run.SelectMany(c => c.Tensors.OrderBy(t => t.Key, StringComparer.Ordinal).SelectMany(t => t.Value.ReadAll()).Append(c.Time)),
        .. run.Loss.Targets.ToArray(), run.Loss.Scale, run.Loss.Kind.Length, run.Optimizer!.LearningRate,
    ];

    [Fact]
    public void EveryCorruptionChangesTheRecording()
    {
        foreach (var group in Enum.GetValues<PowerGroup>())
        {
            var subject = Subject(group);
            double[] honest = Facts(subject.Honest);
            Assert.Equal(honest, Facts(Corruptions.None.Apply(subject)!));
            foreach (var corruption in Corruptions.All.Where(c => c.Groups.Contains(group)))
                if (corruption.Apply(subject) is { } spoilt)
                    Assert.False(honest.SequenceEqual(Facts(spoilt)), $"{group}: {corruption.Name} changes nothing");
        }
    }

    [Fact]
    public void ThereAreEighteenKindsAndTheirNamesAreUnique()
    {
        Assert.True(Corruptions.All.Count >= 18, $"there are {Corruptions.All.Count}");
        Assert.Equal(Corruptions.All.Count, Corruptions.All.Select(c => c.Name).Distinct().Count());
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(4)]
    public void WithoutBiasesNoColumnIsOneOfThem(long seed)
    {
        var subject = Subject(PowerGroup.Flow, seed);
        var options = subject.Recording.Options;
        int biases = options.Layers.Sum(l => l.Width) + subject.Run.Outputs;
        var without = KernelCorruptions.WithoutBiases(subject);
        Assert.Equal(subject.Run.Parameters - biases, without.Parameters);
        // The bias of an output moves that output alone, by 1, for every example: the first of these columns is 1, 0, … for each.
        int p = without.Outputs, columns = (int)without.Parameters!.Value;
        double[] J = without[0][TensorName.J_S].ReadAll();
        for (int k = 0; k < columns; k++)
            Assert.False(Enumerable.Range(0, without.Train).All(i => J[i * p * columns + k] == 1), $"column {k} of {columns} is that of a bias");
    }

    [Fact]
    public void AnEffectIsResolvedWhereABudgetIsBelowAThirdOfIt()
    {
        static CalibrationOutcome Outcome(double error, double budget, Verdict verdict) => new(PowerTrainings.Of(PowerGroup.Flow, 1),
            [new ClaimResult("C4", "test transfer", verdict) { Kind = ClaimKind.Data, RelativeError = error, Budget = new ErrorBudget(budget, 0d, 0d, 0d) }],
            0.1, false, 10, 1, 0.5, 0.1);
        var honest = Outcome(0.01, 0.01, Verdict.Holds);
        Assert.False(new PowerOutcome("x", PowerGroup.Flow, honest, Outcome(0.039, 0.05, Verdict.Holds)).IsResolved);
        Assert.True(new PowerOutcome("x", PowerGroup.Flow, honest, Outcome(0.041, 0.05, Verdict.Holds)).IsResolved);
        Assert.False(new PowerOutcome("x", PowerGroup.Flow, honest, Outcome(0.041, 0.05, Verdict.Holds)).IsSeen);
        Assert.True(new PowerOutcome("x", PowerGroup.Flow, honest, Outcome(0.041, 0.01, Verdict.Violated)).IsSeen);
    }

    [Fact]
    public void AForeignTestJacobianIsSeen()
    {
        var outcomes = PowerRun.Of(PowerGroup.Midpoints, 4, [.. Corruptions.All.Where(c => c.Name is "J_Q of another training" or "labels shuffled")],
            s_backend, default);
        Assert.Equal(PowerGroup.Midpoints, outcomes[0].Group);
        Assert.False(outcomes[0].IsSeen, "where nothing is wrong: " + string.Join(" ", outcomes[0].Violated));
        Assert.True(outcomes.Count > 1, "no corruption applies");
        Assert.All(outcomes.Skip(1), o => Assert.True(o.IsSeen, $"{o.Corruption} is not seen; effect {o.Effect}"));
    }
}
