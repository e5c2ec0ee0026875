using System.CommandLine;

namespace KernelFlow.Cli;

/// <summary>The options of a recording as they appear on the command line; defaults are those of <see cref="RecordingOptions"/>.</summary>
internal sealed class RecordingOptionSet
{
    private static readonly RecordingOptions _defaults = new();

    private readonly Option<DataKind?> _data = NamedValue.Of("--data", "What to learn.", _defaults.Data);
    private readonly Option<int?> _train = Numbers.Whole("--train", $"Training examples. Default: {_defaults.Train}.", 1);
    private readonly Option<int?> _test = Numbers.Whole("--test", $"Test examples. Default: {_defaults.Test}.", 1);
    private readonly Option<int?> _outputs = Numbers.Whole("--outputs", "Outputs per example: 1 for digit parity, more for classes. Default: 1.", 1);
    private readonly Option<double?> _noise = Numbers.Real("--noise", "Probability that a training label is replaced. Default: 0.", x => x is >= 0 and <= 1, "between 0 and 1");
    private readonly Option<IReadOnlyList<LayerSpec>?> _layers = new("--layers")
    {
        Description = "Hidden layers, such as 24,24. Default: 32.",
        HelpName = "list",
        CustomParser = result =>
        {
            try { return LayerSpec.ParseList(result.Tokens[0].Value); }
            catch (Exception e) when (e is FormatException or ArgumentException)
            {
                result.AddError($"--layers: {e.Message}");
                return null;
            }
        },
    };
    private readonly Option<ActivationKind?> _activation = NamedValue.Of("--activation", "Nonlinearity after every hidden layer.", _defaults.Activation);
    private readonly Option<double?> _scale = Numbers.Real("--scale", "Factor on all initial weights. Default: 1.", x => x > 0, "positive");
    private readonly Option<LossKind?> _loss = NamedValue.Of("--loss", "Training loss.", _defaults.Loss);
    private readonly Option<OptimizerKind?> _optimizer = NamedValue.Of("--optimizer", "How parameters are updated.", _defaults.Optimizer);
    private readonly Option<double?> _rate = Numbers.Real("--learning-rate", "Learning rate. Default: 0.05.", x => x > 0, "positive");
    private readonly Option<int?> _steps = Numbers.Whole("--steps", $"Optimizer steps. Default: {_defaults.Steps}.", 1);
    private readonly Option<CheckpointSchedule?> _schedule = NamedValue.Of("--schedule", "When checkpoints are recorded.", _defaults.Schedule);
    private readonly Option<int?> _checkpoints = Numbers.Whole("--checkpoints", $"Number of checkpoints. Default: {_defaults.Checkpoints}.", 2);
    private readonly Option<string> _type = Choice.Of("--dtype", "Stored type of the Jacobians.", ["float32", "float64"]);
    private readonly Option<long?> _seed = Numbers.Seed("--seed", "Seed of data split, noise and initial weights. Default: 0.");

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        foreach (Option option in (Option[])[_data, _train, _test, _outputs, _noise, _layers, _activation, _scale, _loss, _optimizer, _rate, _steps, _schedule, _checkpoints, _type, _seed]) command.Add(option);
    }

    /// <summary>The values that were given, defaults elsewhere.</summary>
    public RecordingOptions Of(ParseResult parsed) => _defaults with
    {
        Data = parsed.GetValue(_data) ?? _defaults.Data,
        Train = parsed.GetValue(_train) ?? _defaults.Train,
        Test = parsed.GetValue(_test) ?? _defaults.Test,
        Outputs = parsed.GetValue(_outputs) ?? _defaults.Outputs,
        Noise = parsed.GetValue(_noise) ?? _defaults.Noise,
        Layers = parsed.GetValue(_layers) ?? _defaults.Layers,
        Activation = parsed.GetValue(_activation) ?? _defaults.Activation,
        Scale = parsed.GetValue(_scale) ?? _defaults.Scale,
        Loss = parsed.GetValue(_loss) ?? _defaults.Loss,
        Optimizer = parsed.GetValue(_optimizer) ?? _defaults.Optimizer,
        LearningRate = parsed.GetValue(_rate) ?? _defaults.LearningRate,
        Steps = parsed.GetValue(_steps) ?? _defaults.Steps,
        Schedule = parsed.GetValue(_schedule) ?? _defaults.Schedule,
        Checkpoints = parsed.GetValue(_checkpoints) ?? _defaults.Checkpoints,
        DType = parsed.GetRequiredValue(_type) == "float64" ? StorageType.Float64 : StorageType.Float32,
        Seed = parsed.GetValue(_seed) ?? _defaults.Seed,
    };
}
