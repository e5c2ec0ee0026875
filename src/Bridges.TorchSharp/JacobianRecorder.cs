using KernelFlow.Files;
using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Records a TorchSharp training: outputs and Jacobians at chosen steps become a run folder that <see cref="RecordedRun"/> opens.</summary>
/// <remarks>
/// The training loop stays the user's; <see cref="Step"/> stands where <c>optimizer.step()</c> stood. Between checkpoints it does that and nothing else.
/// Gradients, buffers and random numbers are left as they are. The training examples are all those that the loss is over, also where steps take batches of
/// them.
/// </remarks>
public sealed class JacobianRecorder : IDisposable
{
    private readonly torch.optim.Optimizer _steps;
    private readonly JacobianRecorderOptions _options;
    private readonly CheckpointMaker _maker;
    private readonly Leniency _leniency;
    private readonly RunRecording _writer;
    private readonly FlowClock _clock = new();
    private readonly AdaptiveCheckpoints? _adaptive;
    private double? _lastTime;
    private bool _disposed;

    private JacobianRecorder(RecorderSetup setup, torch.optim.Optimizer optimizer, JacobianRecorderOptions options)
    {
        _steps = optimizer;
        _options = options;
        (_maker, _leniency, _writer) = (setup.Maker, setup.Leniency, setup.Writer);
        Forecast = setup.Forecast;
        if (options.Checkpoints.Rule is { } rule) _adaptive = new AdaptiveCheckpoints(rule, _maker, _writer, Forecast);
    }

    /// <summary>Optimizer steps taken.</summary>
    public long Steps { get; private set; }

    /// <summary>The memory that recording takes.</summary>
    public MemoryForecast Forecast { get; }

    /// <summary>The steps of the checkpoints that are complete. Kernel blocks are when the next checkpoint is there, for the blocks across.</summary>
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
    /// <exception cref="ArgumentException">The options contradict each other or the model, or name examples that are not there.</exception>
    /// <exception cref="InvalidRunException">The targets are not those of a sound run.</exception>
    /// <exception cref="FolderInUseException">Another process records into the folder.</exception>
    /// <exception cref="IOException">The folder holds something this tool did not write, or cannot be written.</exception>
    public static JacobianRecorder Attach(TensorModule model, Func<Tensor, Tensor, Tensor> loss, torch.optim.Optimizer optimizer,
        Tensor trainInputs, Tensor trainTargets, Tensor testInputs, string folder,
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
    /// <exception cref="ArgumentException">The options contradict each other or the model, or name examples that are not there.</exception>
    /// <exception cref="InvalidRunException">The targets are not those of a sound run.</exception>
    public static JacobianRecorder Attach(TensorModule model, Func<Tensor, Tensor, Tensor> loss, torch.optim.Optimizer optimizer,
        Tensor trainInputs, Tensor trainTargets, Tensor testInputs, JacobianRecorderOptions options) =>
        Begin(model, loss, optimizer, trainInputs, trainTargets, testInputs, null, options);

    private static JacobianRecorder Begin(TensorModule model, Func<Tensor, Tensor, Tensor> loss, torch.optim.Optimizer optimizer,
        Tensor trainInputs, Tensor trainTargets, Tensor testInputs, string? folder, JacobianRecorderOptions options)
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
        var examples = new RecordedExamples(trainInputs, trainTargets, testInputs, options);
        try
        {
            return new JacobianRecorder(RecorderSetup.Of(model, loss, optimizer, examples, folder, options), optimizer, options);
        }
        catch
        {
            examples.Dispose();
            throw;
        }
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
        double rate = _maker.Optimizer.LearningRate;
        if (Steps < _options.Checkpoints.Last && IsDue() && HasMoved()) Record(batch);
        else _steps.step();
        Steps++;
        _clock.Advance(rate);
        if (Steps == _options.Checkpoints.Last && HasMoved()) RecordLast();
    }

    /// <summary>Ends the recording. A training that took fewer steps than the schedule has keeps the checkpoints it reached.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        try
        {
            _maker.Form.End(Write);
        }
        finally
        {
            _writer.Dispose();
            _adaptive?.Dispose();
            _maker.Examples.Dispose();
        }
    }

    private bool IsDue() => _adaptive is { } adaptive ? adaptive.IsDue(Steps) : _options.Checkpoints.Contains(Steps);

    private void Record(IReadOnlyList<long>? batch)
    {
        using var clock = _adaptive?.Spend();
        OpenCheckpoint? checkpoint = Begin();
        Tensor[] before = [];
        try
        {
            // Of some of the examples the batch would name others.
            if (batch is not null && !_maker.Examples.IsPart) checkpoint.Tensors.Add(StreamedTensor.Integers(TensorName.Batch, batch));
            if (_options.Midpoints) before = _maker.Parameters.Copies();
            _steps.step();
            _maker.AddStep(checkpoint, before);
            var complete = checkpoint;
            checkpoint = null; // The form owns it now.
            _maker.Form.Complete(complete, Write);
        }
        finally
        {
            checkpoint?.Dispose();
            foreach (var copy in before) copy.Dispose();
        }
    }

    private void RecordLast()
    {
        var checkpoint = Begin();
        try
        {
            _maker.AddEnd(checkpoint);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
        _maker.Form.Complete(checkpoint, Write);
        _maker.Form.End(Write);
    }

    private OpenCheckpoint Begin()
    {
        ModelChecks.Modules(_maker.Model, _leniency.RefuseLater);
        var checkpoint = _maker.Begin(_clock.Time, Steps);
        _lastTime = checkpoint.Time;
        _adaptive?.Recorded(Steps);
        return checkpoint;
    }

    private void Write(OpenCheckpoint checkpoint) => _writer.Append(checkpoint.Time, checkpoint.Step, checkpoint.Tensors);

    // Steps of rate 0 do not move flow time. Without a memory they are nothing, and their checkpoint is that of the next step that moves.
    private bool HasMoved()
    {
        if (_lastTime is not { } last || _clock.Time > last) return true;
        var optimizer = _maker.Optimizer;
        if (!optimizer.HasMemory) return false;
        if (last > 0 || optimizer.LearningRate <= 0)
            throw new RecordingRefusedException($"The learning rate was 0 before step {Steps}, so flow time did not move; with {optimizer.Description.Kind} "
                + "give such steps a rate that is too small to matter.");
        _clock.Set(1e-12 * optimizer.LearningRate);
        return true;
    }

    private static void RequireExamples(Tensor tensor, string name)
    {
        if (tensor.dim() == 0 || tensor.shape[0] == 0)
            throw new ArgumentException($"{name}: found shape [{string.Join(", ", tensor.shape)}], expected examples along the first dimension.", name);
    }
}
