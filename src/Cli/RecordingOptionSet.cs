using System.CommandLine;
using System.Globalization;
using System.Text.RegularExpressions;

namespace KernelFlow.Cli;

/// <summary>The options of a recording as they appear on the command line; defaults are those of <see cref="RecordingOptions"/>,
/// and each is named as its property.</summary>
internal sealed partial class RecordingOptionSet
{
    private readonly List<(Option Option, Func<RecordingOptions, ParseResult, RecordingOptions> Apply)> _settings = [];

    private readonly IReadOnlyList<Option> _adaptive;

    /// <summary>All options, in the order of --help.</summary>
    public RecordingOptionSet()
    {
        var d = new RecordingOptions();
        Set(NamedValue.Of("--data", "What to learn.", d.Data), (o, v) => o with { Data = v });
        Set(Numbers.Whole("--train", $"Training examples. Default: {Text(d.Train)}.", 1), (o, v) => o with { Train = v });
        Set(Numbers.Whole("--test", $"Test examples. Default: {Text(d.Test)}.", 1), (o, v) => o with { Test = v });
        Set(Numbers.Whole("--outputs", "Outputs per example. Default: what data and loss suggest.", 1), (o, v) => o with { Outputs = v });
        Set(Numbers.Real("--noise", "Probability that a training target is replaced by a false one. Default: 0.", x => x is >= 0 and <= 1,
            "between 0 and 1"), (o, v) => o with { Noise = v });
        Set(Numbers.Whole("--duplicates", "Training inputs that occur more than once: a planted reservoir. Default: 0.", 0),
            (o, v) => o with { Duplicates = v });
        Set(Numbers.Whole("--copies", $"Occurrences of each duplicated input. Default: {Text(d.Copies)}.", 2), (o, v) => o with { Copies = v });
        Set(Numbers.Whole("--modulus", $"q, for modular data. Default: {Text(d.Modulus)}.", 2), (o, v) => o with { Modulus = v });
        Set(Numbers.Whole("--input-size", $"Values per input, for teacher-student data. Default: {Text(d.InputSize)}.", 1), (o, v) => o with { InputSize = v });
        Set(Numbers.Whole("--teacher-width", $"Hidden units of the teacher. Default: {Text(d.TeacherWidth)}.", 1), (o, v) => o with { TeacherWidth = v });
        Set(Layers(d), (o, v) => o with { Layers = v });
        Set(NamedValue.Of("--activation", "Nonlinearity after every hidden layer.", d.Activation), (o, v) => o with { Activation = v });
        Set(NamedValue.Of("--parametrisation", "How width enters the network.", d.Parametrisation), (o, v) => o with { Parametrisation = v });
        Set(Positive("--scale", $"Factor on all initial weights. Default: {Text(d.Scale)}."), (o, v) => o with { Scale = v });
        Set(NamedValue.Of("--loss", "Training loss.", d.Loss), (o, v) => o with { Loss = v });
        Set(NamedValue.Of("--optimizer", "How parameters are updated.", d.Optimizer), (o, v) => o with { Optimizer = v });
        var rate = Positive("--learning-rate", $"Learning rate. Default: {Text(d.LearningRate)}.");
        rate.Aliases.Add("--lr");
        Set(rate, (o, v) => o with { LearningRate = v });
        Set(NamedValue.Of("--learning-rate-schedule", "How the learning rate depends on the step.", d.LearningRateSchedule),
            (o, v) => o with { LearningRateSchedule = v });
        Set(Numbers.Whole("--decay-every", $"Steps between decays, with step-decay. Default: {Text(d.DecayEvery)}.", 1), (o, v) => o with { DecayEvery = v });
        Set(Numbers.Real("--decay-factor", $"Factor of each decay, with step-decay. Default: {Text(d.DecayFactor)}.", x => x is > 0 and <= 1,
            "above 0 and at most 1"), (o, v) => o with { DecayFactor = v });
        Set(Numbers.Whole("--warmup-steps", "Steps over which the learning rate rises linearly. Default: 0.", 0), (o, v) => o with { WarmupSteps = v });
        Set(Fraction("--momentum", $"Heavy-ball coefficient. Default: {Text(d.Momentum)}."), (o, v) => o with { Momentum = v });
        Set(Fraction("--dampening", "Dampening of momentum: a gradient enters the velocity with weight 1 minus this. Default: 0."),
            (o, v) => o with { Dampening = v });
        Set(Flag("--nesterov", "Nesterov's momentum, with momentum."), (o, v) => o with { Nesterov = v });
        Set(Numbers.Real("--weight-decay", "L2 weight decay. Default: 0.", x => x >= 0, "at least 0"), (o, v) => o with { WeightDecay = v });
        Set(Flag("--decoupled", "Take the weight decay off beside the step instead of adding it to the gradient (adam: AdamW)."),
            (o, v) => o with { Decoupled = v });
        Set(Fraction("--beta1", $"Adam's β₁. Default: {Text(d.Beta1)}."), (o, v) => o with { Beta1 = v });
        Set(Fraction("--beta2", $"Adam's β₂. Default: {Text(d.Beta2)}."), (o, v) => o with { Beta2 = v });
        Set(Positive("--epsilon", $"Adam's ε. Default: {Text(d.Epsilon)}."), (o, v) => o with { Epsilon = v });
        Set(Numbers.Whole("--batch", "Examples per step, for sgd, momentum and adam. Default: all.", 1), (o, v) => o with { Batch = v });
        Set(NamedValue.Of("--gate", "Adam only: hold back parameters whose gradients disagree, between the examples of a step or from step to step.", d.Gate),
            (o, v) => o with { Gate = v });
        Set(Numbers.Whole("--steps", $"Optimizer steps. Default: {Text(d.Steps)}.", 1), (o, v) => o with { Steps = v });
        Set(NamedValue.Of("--schedule", "When checkpoints are recorded.", d.Schedule), (o, v) => o with { Schedule = v });
        Set(Numbers.Whole("--checkpoints", $"Number of checkpoints. Default: {Text(d.Checkpoints)}.", 2), (o, v) => o with { Checkpoints = v });
        _adaptive = AdaptiveOptions.AddTo(_settings, d.Adaptive);
        Set(Flag("--midpoints", "Also record Jacobians at the middle of each step; needs --schedule every-step."), (o, v) => o with { Midpoints = v });
        Set(Flag("--kernels", "Record kernel blocks instead of Jacobians."), (o, v) => o with { Kernels = v });
        Set(NamedValue.Of("--factors", "Record Jacobians as factors of their layers; auto: where these are smaller.", d.Factors),
            (o, v) => o with { Factors = v });
        var type = Choice.Of("--dtype", "Stored type of the Jacobians.", ["float32", "float64"]);
        _settings.Add((type, (o, parsed) => o with { DType = parsed.GetValue(type) == "float64" ? StorageType.Float64 : StorageType.Float32 }));
        Set(Numbers.Seed("--seed", "Seed of data, noise, weights and batches. Default: 0."), (o, v) => o with { Seed = v });
    }

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (var (option, _) in _settings) command.Add(option);
    }

    /// <summary>The values that were given, defaults elsewhere.</summary>
    /// <exception cref="UsageException">They contradict each other; the message names the option.</exception>
    public RecordingOptions Of(ParseResult parsed)
    {
        var options = _settings.Aggregate(new RecordingOptions(), (o, setting) => setting.Apply(o, parsed));
        // An option that changes nothing hides a mistake.
        var idle = options.Schedule == CheckpointSchedule.Adaptive ? [] : _adaptive.Where(o => parsed.GetResult(o) is { Implicit: false }).ToArray();
        if (idle.Length > 0)
            throw new UsageException($"{string.Join(" and ", idle.Select(o => o.Name))} would do nothing: the schedule is {OptionName.Of(options.Schedule)}. "
                + $"Add --schedule {OptionName.Of(CheckpointSchedule.Adaptive)}, or leave the option out.");
        try
        {
            options.Validate();
        }
        catch (ArgumentException e)
        {
            throw Named(e);
        }
        return options;
    }

    /// <summary>Whether an option stands on the command line.</summary>
    public bool IsGiven(ParseResult parsed, string name) => _settings.Any(s => s.Option.Name == name && parsed.GetResult(s.Option) is { Implicit: false });

    /// <summary>The refusal of some options, in the names of the command line.</summary>
    public static UsageException Named(ArgumentException refused) =>
        new(Word().Replace(PropertyName().Replace(Errors.WithoutParameter(refused.Message), m => "--" + WordStart().Replace(m.Value, "-$0").ToLowerInvariant()),
            m => Member<CheckpointSchedule>(m.Value) ?? Member<OptimizerKind>(m.Value) ?? Member<GateKind>(m.Value) ?? m.Value));

    private static string? Member<T>(string name) where T : struct, Enum =>
        Enum.TryParse(name, out T value) && Enum.IsDefined(value) ? OptionName.Of(value) : null;

    private void Set<T>(Option<T?> option, Func<RecordingOptions, T, RecordingOptions> set) where T : struct =>
        _settings.Add((option, (o, parsed) => parsed.GetValue(option) is { } value ? set(o, value) : o));

    private void Set<T>(Option<T?> option, Func<RecordingOptions, T, RecordingOptions> set) where T : class =>
        _settings.Add((option, (o, parsed) => parsed.GetValue(option) is { } value ? set(o, value) : o));

    private static Option<bool?> Flag(string name, string description) => new(name) { Description = description, Arity = ArgumentArity.Zero };

    private static Option<double?> Positive(string name, string description) => Numbers.Real(name, description, x => x > 0, "positive");

    private static Option<double?> Fraction(string name, string description) =>
        Numbers.Real(name, description, x => x is >= 0 and < 1, "at least 0 and below 1");

    private static Option<IReadOnlyList<LayerSpec>?> Layers(RecordingOptions defaults) => new("--layers")
    {
        Description = $"Hidden layers: 24,24 or conv:8:3:2,16 (channels, kernel, stride). Default: {string.Join(",", defaults.Layers)}.",
        HelpName = "list",
        CustomParser = result =>
        {
            try
            {
                return LayerSpec.ParseList(result.Tokens[0].Value);
            }
            catch (FormatException e)
            {
                result.AddError($"--layers: {e.Message}");
                return null;
            }
        },
    };

    private static string Text(IFormattable value) => value.ToString(null, CultureInfo.InvariantCulture);

    /// <summary>The library names properties; on the command line they are options.</summary>
    [GeneratedRegex("^[A-Z][A-Za-z0-9]*(?= (is|need) )|(?<=and )[A-Z][A-Za-z]*(?=( [0-9]|, which is))")]
    private static partial Regex PropertyName();

    /// <summary>A word that may be a value of an option as the library spells it.</summary>
    [GeneratedRegex("(?<![-A-Za-z])[A-Z][A-Za-z]+\\b")]
    private static partial Regex Word();

    [GeneratedRegex("(?<=[a-z0-9])[A-Z]")]
    private static partial Regex WordStart();
}
