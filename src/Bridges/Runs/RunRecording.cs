using System.Text.Json.Nodes;
using KernelFlow.Bridges;

namespace KernelFlow;

/// <summary>A recording that grows by one checkpoint at a time, in a folder (<see cref="RunWriter"/>) or in memory (<see cref="MemoryRun"/>). What is wrong
/// with a checkpoint is told in the same words by both.</summary>
public abstract class RunRecording : IDisposable
{
    private readonly LossModel _loss;
    private readonly int _test;
    private readonly List<CheckpointEntry> _checkpoints;
    private readonly IReadOnlyList<JacobianLayer>? _layers;
    private bool _disposed;
    private long? _parameters;
    private CheckpointStructure? _structure;

    private protected RunRecording(JsonObject json, LossModel loss, int test, long? parameters, IReadOnlyList<JacobianLayer>? layers,
        IEnumerable<CheckpointEntry> checkpoints, CheckpointStructure? structure)
    {
        Json = json;
        _loss = loss;
        _test = test;
        _parameters = parameters;
        _layers = layers;
        _checkpoints = [.. checkpoints];
        _structure = structure;
    }

    /// <summary>The checkpoints completed so far.</summary>
    public IReadOnlyList<CheckpointEntry> Checkpoints => _checkpoints;

    private protected JsonObject Json { get; }

    /// <summary>Records one checkpoint: when this returns it is complete.</summary>
    /// <param name="time">Flow time, above that of the checkpoint before.</param>
    /// <param name="step">Optimizer steps taken, above those of the checkpoint before.</param>
    /// <param name="tensors">By their names in the run format, each stored in its own type; they may be computed while they are read
    /// (<see cref="StreamedTensor"/>), and are not used afterwards.</param>
    /// <exception cref="ArgumentException">Time or step does not increase, or two tensors have the same name.</exception>
    /// <exception cref="InvalidRunException">A required tensor is missing, a shape or type is wrong, or a value is not finite; the run is left as it
    /// was.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public void Append(double time, long step, params IEnumerable<TensorSource> tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        ObjectDisposedException.ThrowIf(_disposed, this);
        var last = _checkpoints.LastOrDefault();
        string? obstacle = last is null ? null : FlowTimeWindow.Obstacle(last.Time, time);
        if (!double.IsFinite(time) || obstacle is not null)
        {
            string bound = last is null ? "" : $" above {FlowTimeWindow.Text(last.Time)}" + (obstacle is null ? "" : $" ({obstacle})");
            throw new ArgumentException($"time: found {FlowTimeWindow.Text(time)}, expected a finite number{bound}.");
        }
        if (step < 0 || step <= last?.Step)
            throw new ArgumentException($"step: found {step}, expected {(last is null ? "at least 0" : $"more than {last.Step}")}.");
        var checkpoint = new Checkpoint(time, step, [.. tensors]);
        foreach (var tensor in checkpoint.Tensors.Values) TensorTypes.Check(tensor);
        var structure = _structure ?? new CheckpointStructure(checkpoint, _loss, _test, _parameters);
        structure.Check(checkpoint);
        CheckpointReader.CheckBatch(checkpoint, _loss.Examples);
        if (_parameters is null && checkpoint.HasJacobians && checkpoint.Find(TensorName.Sketch) is not null)
            throw new InvalidRunException("parameters is missing: state it in the run's description when the Jacobians are sketched.");
        CheckLayers(checkpoint);

        int number = _checkpoints.Count;
        string name;
        do name = FormattableString.Invariant($"checkpoint-{number++:D6}.safetensors");
        while (_checkpoints.Any(c => c.File == name));
        var entry = Keep(checkpoint, new CheckpointEntry(name, step, time));

        if (_parameters is null && checkpoint.HasJacobians) Json["parameters"] = _parameters = structure.Parameters;
        _structure = structure;
        ManifestJson.Append(Json, entry);
        _checkpoints.Add(entry);
        Completed();
    }

    /// <summary>States one of the free-form facts, in place of an earlier one of this name; it is kept with the next checkpoint.</summary>
    /// <param name="key">Its name.</param>
    /// <param name="value">What it says.</param>
    public void State(string key, string value)
    {
        ArgumentNullException.ThrowIfNull(key);
        ArgumentNullException.ThrowIfNull(value);
        Json["metadata"]![key] = value;
    }

    /// <summary>Ends the recording; what is complete stays.</summary>
    public void Dispose()
    {
        if (_disposed) return;
        _disposed = true;
        Release();
        GC.SuppressFinalize(this);
    }

    /// <summary>Keeps the tensors; nothing of the recording has changed yet.</summary>
    /// <returns>The entry of the manifest.</returns>
    private protected abstract CheckpointEntry Keep(Checkpoint checkpoint, CheckpointEntry entry);

    /// <summary>The manifest names one more checkpoint.</summary>
    private protected virtual void Completed() { }

    private protected virtual void Release() { }

    /// <summary>Whether factors are kept as they are; otherwise a factored Jacobian is kept expanded, as any other tensor.</summary>
    private protected bool KeepsFactors => _layers is not null;

    /// <summary>Checks a description as a reader of the run would, so that nothing is recorded that cannot be opened.</summary>
    private protected static (JsonObject Json, RunManifest Manifest, IReadOnlyList<TensorSource> Targets) Described(RunDescription description, string path,
        RunFormat? format)
    {
        ArgumentNullException.ThrowIfNull(description);
        if (description.Loss is null) throw new ArgumentException("The description's loss is null.", nameof(description));
        if (description.Targets is null || description.Targets.Contains(null!))
            throw new ArgumentException("The description's targets, or one of them, are null.", nameof(description));
        var loss = description.Loss;
        var targets = description.Targets.ToList();
        if (!loss.IsCustom) targets.Insert(0, new MemoryTensor(TensorName.y_S, loss.Targets.ToArray(), loss.Examples, loss.Outputs));
        var json = ManifestJson.Create(description, targets.Count > 0);
        var manifest = ManifestParser.Parse(ManifestJson.Bytes(json), path, minimumCheckpoints: 0, format ?? RunFormat.Default);
        RunTargets.Check(manifest, targets);
        return (json, manifest, targets);
    }

    private void CheckLayers(Checkpoint checkpoint)
    {
        if (_layers is null) return;
        foreach (var jacobian in checkpoint.Tensors.Values.OfType<FactoredJacobian>())
            if (!jacobian.Layers.Select(l => l.Layer).SequenceEqual(_layers))
                throw new InvalidRunException($"{jacobian.Location}: {jacobian.Name}: found factors of the layers "
                    + $"{JacobianLayer.Text(jacobian.Layers.Select(l => l.Layer))}, expected those of the run's description, {JacobianLayer.Text(_layers)}.");
    }
}
