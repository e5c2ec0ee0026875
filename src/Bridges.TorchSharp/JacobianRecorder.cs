using KernelFlow.Files;
using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Records a TorchSharp training: outputs and Jacobians at chosen steps become a run folder that <see cref="RecordedRun"/> opens.</summary>
/// <remarks>
/// The training loop stays the user's; <see cref="Step"/> stands where <c>optimizer.step()</c> stood. Between checkpoints it does that and nothing else.
/// Rows of J are backward passes through one example after the other, so memory beyond J is that of one example, and the gradients that the training
/// holds are left as they are. The training examples are all those that the loss is over, also where steps take batches of them.
/// </remarks>
public sealed class JacobianRecorder : IDisposable
{
    private readonly torch.nn.Module<torch.Tensor, torch.Tensor> _model;
    private readonly torch.optim.Optimizer _steps;
    private readonly JacobianRecorderOptions _options;
    private readonly torch.Tensor _train, _test;
    private readonly TrainedParameters _parameters;
    private readonly TorchOptimizer _optimizer;
    private readonly Gradients _gradients;
    private readonly TrainingLoss _loss;
    private readonly RunRecording _writer;
    private readonly StorageType _type;
    private readonly Dictionary<string, double[]> _jacobians = new(StringComparer.Ordinal);
    private double _time, _timeError;
    private bool _disposed;

    private JacobianRecorder(torch.nn.Module<torch.Tensor, torch.Tensor> model, Func<torch.Tensor, torch.Tensor, torch.Tensor> loss,
        torch.optim.Optimizer optimizer, torch.Tensor train, torch.Tensor targets, torch.Tensor test, string? folder, JacobianRecorderOptions options)
    {
        _model = model;
        _steps = optimizer;
        _options = options;
        (_train, _test) = (train, test);
        ModelChecks.Modules(model);
        _parameters = TrainedParameters.Of(model, optimizer);
        _type = _parameters.StoredType(options.DType);
        _optimizer = TorchOptimizer.Of(optimizer, _parameters, options.BatchSize);
        ModelChecks.Forward(model, train, _parameters.IsSingle);
        _gradients = new Gradients(model, _parameters);
        using var scope = torch.NewDisposeScope();
        var outputs = Outputs(train);
        int n = (int)train.shape[0], m = (int)test.shape[0], p = (int)(outputs.numel() / n);
        long elements = Math.Max(n, m) * (long)p * _parameters.Count;
        if (elements > Array.MaxLength)
            throw new ArgumentException(FormattableString.Invariant(
                $"A Jacobian of {elements} elements ({Math.Max(n, m)} examples, {p} outputs, {_parameters.Count} parameters) is too large: at most ")
                + FormattableString.Invariant($"{Array.MaxLength}; record fewer examples."));
        _loss = TrainingLoss.Of(loss, outputs, targets, n, p, _parameters.IsSingle);
        var description = new RunDescription(_loss.Model, m)
        {
            Parameters = _parameters.Count,
            Optimizer = _optimizer.Description,
            Setting = options.Setting,
            Targets = Targets(targets, options.TestTargets, m, p),
            Metadata = Metadata(),
        };
        _writer = folder is null ? MemoryRun.Create(description) : RunWriter.Create(folder, description, options.Overwrite);
    }

    /// <summary>Optimizer steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>The steps of the checkpoints that are complete.</summary>
    public IReadOnlyList<long> RecordedSteps => [.. _writer.Checkpoints.Select(c => c.Step)];

    /// <summary>Of a recording in memory, the checkpoints that are complete, to analyse while the training goes on or afterwards; later ones do not change
    /// what was handed out.</summary>
    /// <exception cref="InvalidOperationException">The recording is in a folder.</exception>
    /// <exception cref="InvalidRunException">There are fewer than two.</exception>
    public CheckpointSequence Checkpoints => _writer switch
    {
        MemoryRun memory => memory.Sequence(),
        RunWriter writer => throw new InvalidOperationException($"{writer.Folder}: this recording is in a folder, expected one in memory: "
            + "open it with RecordedRun.Open, or attach without a folder."),
        _ => throw new NotSupportedException(),
    };

    /// <summary>Looks at model, loss and optimizer, refuses what cannot be recorded, and begins the run.</summary>
    /// <param name="model">The model, in the mode in which it is trained.</param>
    /// <param name="loss">The training's loss of outputs and targets over all examples, a mean or a sum: <c>mse.forward</c> or a function.</param>
    /// <param name="optimizer">The optimizer, before its first step.</param>
    /// <param name="trainInputs">n examples, along the first dimension.</param>
    /// <param name="trainTargets">Their targets, as the loss takes them: values, probabilities, or classes.</param>
    /// <param name="testInputs">m examples.</param>
    /// <param name="folder">The run folder: new, empty, or an earlier recording, which is replaced.</param>
    /// <param name="options">What to record.</param>
    /// <exception cref="RecordingRefusedException">Its Jacobians would not be those of the training; the message says why and what to change.</exception>
    /// <exception cref="ArgumentException">The options contradict each other or the model, or a Jacobian would be too large.</exception>
    /// <exception cref="InvalidRunException">The targets are not those of a sound run.</exception>
    /// <exception cref="FolderInUseException">Another process records into the folder.</exception>
    /// <exception cref="IOException">The folder holds something this tool did not write, or cannot be written.</exception>
    public static JacobianRecorder Attach(torch.nn.Module<torch.Tensor, torch.Tensor> model, Func<torch.Tensor, torch.Tensor, torch.Tensor> loss,
        torch.optim.Optimizer optimizer, torch.Tensor trainInputs, torch.Tensor trainTargets, torch.Tensor testInputs, string folder,
        JacobianRecorderOptions options)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        return Begin(model, loss, optimizer, trainInputs, trainTargets, testInputs, folder, options);
    }

    /// <summary>The same without files: the recording is kept in memory, all of it, and <see cref="Checkpoints"/> hands it out.</summary>
    /// <param name="model">The model, in the mode in which it is trained.</param>
    /// <param name="loss">The training's loss of outputs and targets over all examples, a mean or a sum: <c>mse.forward</c> or a function.</param>
    /// <param name="optimizer">The optimizer, before its first step.</param>
    /// <param name="trainInputs">n examples, along the first dimension.</param>
    /// <param name="trainTargets">Their targets, as the loss takes them: values, probabilities, or classes.</param>
    /// <param name="testInputs">m examples.</param>
    /// <param name="options">What to record.</param>
    /// <exception cref="RecordingRefusedException">Its Jacobians would not be those of the training; the message says why and what to change.</exception>
    /// <exception cref="ArgumentException">The options contradict each other or the model, or a Jacobian would be too large.</exception>
    /// <exception cref="InvalidRunException">The targets are not those of a sound run.</exception>
    public static JacobianRecorder Attach(torch.nn.Module<torch.Tensor, torch.Tensor> model, Func<torch.Tensor, torch.Tensor, torch.Tensor> loss,
        torch.optim.Optimizer optimizer, torch.Tensor trainInputs, torch.Tensor trainTargets, torch.Tensor testInputs, JacobianRecorderOptions options) =>
        Begin(model, loss, optimizer, trainInputs, trainTargets, testInputs, null, options);

    private static JacobianRecorder Begin(torch.nn.Module<torch.Tensor, torch.Tensor> model, Func<torch.Tensor, torch.Tensor, torch.Tensor> loss,
        torch.optim.Optimizer optimizer, torch.Tensor trainInputs, torch.Tensor trainTargets, torch.Tensor testInputs, string? folder,
        JacobianRecorderOptions options)
    {
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(loss);
        ArgumentNullException.ThrowIfNull(optimizer);
        ArgumentNullException.ThrowIfNull(trainInputs);
        ArgumentNullException.ThrowIfNull(trainTargets);
        ArgumentNullException.ThrowIfNull(testInputs);
        ArgumentNullException.ThrowIfNull(options);
        RequireExamples(trainInputs, nameof(trainInputs));
        RequireExamples(trainTargets, nameof(trainTargets));
        RequireExamples(testInputs, nameof(testInputs));
        if (trainTargets.shape[0] != trainInputs.shape[0])
            throw new ArgumentException($"trainTargets: found targets of {trainTargets.shape[0]} examples, expected {trainInputs.shape[0]} as in trainInputs.");
        if (options.Midpoints && options.Checkpoints.Steps.Count != options.Checkpoints.Last + 1)
            throw new ArgumentException("Midpoints: expected a checkpoint at every step (CheckpointSteps.Every).");
        if (options.BatchSize is { } b && (b < 1 || b > trainInputs.shape[0]))
            throw new ArgumentException($"BatchSize: found {b}, expected 1 to {trainInputs.shape[0]}, the number of training examples.");
        return new JacobianRecorder(model, loss, optimizer, trainInputs, trainTargets, testInputs, folder, options);
    }

    /// <summary>Takes the optimizer's step, with the gradients that are there, and records what the schedule asks for before and after it.</summary>
    /// <param name="batch">The training examples of the step, where the options state a batch size.</param>
    /// <exception cref="RecordingRefusedException">The model has changed into one that cannot be recorded.</exception>
    /// <exception cref="ArgumentException">The batch is missing or not of the size that was stated.</exception>
    /// <exception cref="InvalidRunException">A value is not finite; what was recorded before stays.</exception>
    /// <exception cref="IOException">A file cannot be written.</exception>
    public void Step(IReadOnlyList<long>? batch = null)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (batch?.Count != _options.BatchSize)
            throw new ArgumentException($"batch: found {batch?.Count.ToString(System.Globalization.CultureInfo.InvariantCulture) ?? "none"}, expected "
                + (_options.BatchSize is { } b ? $"the {b} examples of the step." : "none: the options state no BatchSize."));
        double rate = _optimizer.LearningRate, time = _time + _timeError;
        List<TensorSource>? tensors = null;
        torch.Tensor[] before = [];
        if (Steps < _options.Checkpoints.Last && _options.Checkpoints.Contains(Steps))
        {
            tensors = Snapshot();
            if (batch is not null) tensors.Add(StreamedTensor.Integers(TensorName.Batch, batch));
            if (_options.Midpoints) before = _parameters.Copies();
        }
        try
        {
            _steps.step();
            if (tensors is not null) Complete(tensors, before, time);
        }
        finally
        {
            foreach (var copy in before) copy.Dispose();
        }
        Steps++;
        Advance(rate);
        if (Steps == _options.Checkpoints.Last) Last();
    }

    /// <summary>Ends the recording. A training that took fewer steps than the schedule has keeps the checkpoints it reached.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        _writer.Dispose();
    }

    // What only the step itself tells: its diagonal, and where it leads.
    private void Complete(List<TensorSource> tensors, torch.Tensor[] before, double time)
    {
        if (_optimizer.HasPreconditioner) tensors.Add(Vector(TensorName.Preconditioner, _optimizer.Preconditioner()));
        if (before.Length > 0)
            _parameters.AtMiddle(before, () =>
            {
                tensors.Add(Jacobian(TensorName.J_S_mid, _train));
                tensors.Add(Jacobian(TensorName.J_Q_mid, _test));
            });
        _writer.Append(time, Steps, tensors);
    }

    // No step leaves the last checkpoint; its diagonal is that of the step along the gradient over all examples.
    private void Last()
    {
        var tensors = Snapshot();
        if (_optimizer.HasPreconditioner)
            tensors.Add(Vector(TensorName.Preconditioner, _optimizer.PreconditionerAfter(_gradients.OfLoss(_train, _loss.Value))));
        _writer.Append(_time + _timeError, Steps, tensors);
    }

    private List<TensorSource> Snapshot()
    {
        ModelChecks.Modules(_model);
        using var scope = torch.NewDisposeScope();
        int n = _loss.Model.Examples, p = _loss.Model.Outputs;
        torch.Tensor u_S = Outputs(_train), u_Q = Outputs(_test);
        var tensors = new List<TensorSource>
        {
            HostCopies.Tensor(TensorName.U_S, HostCopies.Doubles(u_S), _parameters.Type, n, p),
            HostCopies.Tensor(TensorName.U_Q, HostCopies.Doubles(u_Q), _parameters.Type, u_Q.numel() / p, p),
            Jacobian(TensorName.J_S, _train),
            Jacobian(TensorName.J_Q, _test),
        };
        if (_loss.Model.IsCustom)
        {
            var (g, B) = _loss.Both(u_S);
            tensors.Add(HostCopies.Tensor(TensorName.g, g, _parameters.Type, n, p));
            tensors.Add(HostCopies.Tensor(TensorName.B, B, _parameters.Type, n, p, p));
        }
        if (_options.Parameters || _optimizer.Description.WeightDecay > 0) tensors.Add(Vector(TensorName.w, _parameters.Values()));
        return tensors;
    }

    private MemoryTensor Jacobian(string name, torch.Tensor inputs)
    {
        int p = _loss.Model.Outputs;
        long examples = inputs.shape[0];
        // One array per name for the whole training: a checkpoint is written before the next one is computed.
        if (!_jacobians.TryGetValue(name, out double[]? J)) _jacobians[name] = J = new double[examples * p * _parameters.Count];
        _gradients.Jacobian(inputs, p, J);
        return HostCopies.Tensor(name, J, _type, examples, p, _parameters.Count);
    }

    private MemoryTensor Vector(string name, double[] values) => HostCopies.Tensor(name, values, _parameters.Type, values.Length);

    private torch.Tensor Outputs(torch.Tensor inputs)
    {
        using var none = torch.no_grad();
        return _model.forward(inputs);
    }

    // Compensated: k·η to rounding when η is constant.
    private void Advance(double rate)
    {
        double sum = _time + rate;
        _timeError += Math.Abs(_time) >= rate ? _time - sum + rate : rate - sum + _time;
        _time = sum;
    }

    private IReadOnlyList<TensorSource> Targets(torch.Tensor train, torch.Tensor? test, int m, int p)
    {
        int n = _loss.Model.Examples;
        var targets = new List<TensorSource>();
        if (_loss.Model.IsCustom && train.numel() == n * (long)p) targets.Add(new MemoryTensor(TensorName.y_S, HostCopies.Doubles(train), n, p));
        if (test is null) return targets;
        double[] y = HostCopies.Doubles(test);
        if (y.Length == m && p > 1)
        {
            var classes = new double[m * p];
            for (int i = 0; i < m; i++)
                classes[i * p + (y[i] >= 0 && y[i] < p ? (int)y[i]
                    : throw new ArgumentException(FormattableString.Invariant($"TestTargets: found class {y[i]} of example {i}, expected 0 to {p - 1}.")))] = 1;
            y = classes;
        }
        if (y.Length != m * p)
            throw new ArgumentException($"TestTargets: found {y.Length} values, expected {m * p} for {m} examples of {p} outputs.");
        targets.Add(new MemoryTensor(TensorName.y_Q, y, m, p));
        return targets;
    }

    private Dictionary<string, string> Metadata()
    {
        var metadata = new Dictionary<string, string>(_options.Metadata, StringComparer.Ordinal);
        metadata.TryAdd("recorder", "TorchSharp");
        if (_parameters.Layers() is { } layers) metadata.TryAdd("layers", layers);
        return metadata;
    }

    private static void RequireExamples(torch.Tensor tensor, string name)
    {
        if (tensor.dim() == 0 || tensor.shape[0] == 0)
            throw new ArgumentException($"{name}: found shape [{string.Join(", ", tensor.shape)}], expected examples along the first dimension.", name);
    }
}
