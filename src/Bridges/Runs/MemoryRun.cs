using System.Text.Json.Nodes;
using KernelFlow.Bridges;

namespace KernelFlow;

/// <summary>Records a run in memory: what <see cref="RunWriter"/> writes and <see cref="RecordedRun"/> reads again, without the files.</summary>
/// <remarks>Tensors are copied in the type that they are stored in, so whoever records may use its arrays again, and an analysis gives bit for bit what it
/// gives of the files. Nothing is released by <see cref="RunRecording.Dispose"/>; it ends the recording only.</remarks>
public sealed class MemoryRun : RunRecording
{
    private const string Place = "memory";

    private readonly LossModel _loss;
    private readonly RunFormat _format;
    private readonly IReadOnlyList<TensorSource> _targets;
    private readonly List<Checkpoint> _kept = [];

    private MemoryRun(JsonObject json, RunDescription description, RunManifest manifest, IEnumerable<TensorSource> targets, RunFormat format)
        : base(json, description.Loss, description.Test, manifest.Parameters, description.Layers, [], null)
    {
        _loss = description.Loss;
        _format = format;
        // y_S is in the loss, unless that is a custom one.
        _targets = [.. targets.Where(t => _loss.IsCustom || t.Name != TensorName.y_S).Select(StoredCopy.Of)];
    }

    /// <summary>Starts a recording.</summary>
    /// <param name="description">Loss, sizes, optimizer, targets and free-form facts.</param>
    /// <param name="format">Which losses and optimizers there are; null for <see cref="RunFormat.Default"/>. It must know the loss.</param>
    /// <exception cref="InvalidRunException">The description is not that of a sound run.</exception>
    public static MemoryRun Create(RunDescription description, RunFormat? format = null)
    {
        var (json, manifest, targets) = Described(description, Place, format);
        return new MemoryRun(json, description, manifest, targets, format ?? RunFormat.Default);
    }

    /// <summary>The checkpoints completed so far, to analyse: now, and while the recording goes on, which does not change them.</summary>
    /// <exception cref="InvalidRunException">There are fewer than two.</exception>
    public CheckpointSequence Sequence()
    {
        // By way of the manifest, so that nothing is here that a folder would not say, or the other way round.
        var manifest = ManifestParser.Parse(ManifestJson.Bytes(Json), Place, minimumCheckpoints: 2, _format);
        return new CheckpointSequence(_kept, _loss, manifest.Test, manifest.Parameters)
        {
            Optimizer = manifest.Optimizer,
            UnknownConstants = manifest.UnknownConstants,
            Schedule = manifest.Schedule,
            Setting = manifest.Setting,
            RunTensors = _targets.ToDictionary(t => t.Name),
            Metadata = manifest.Metadata,
        };
    }

    private protected override CheckpointEntry Keep(Checkpoint checkpoint, CheckpointEntry entry)
    {
        _kept.Add(new Checkpoint(checkpoint.Time, checkpoint.Step, [.. checkpoint.Tensors.Values.Select(Copy)]));
        return entry;
    }

    private TensorSource Copy(TensorSource tensor)
    {
        if (tensor is not FactoredJacobian jacobian || !KeepsFactors) return StoredCopy.Of(tensor);
        static TensorSource? Of(TensorSource? factor) => factor is null ? null : StoredCopy.Of(factor);
        return new FactoredJacobian(TensorName.Find(jacobian.Name)!, Place, jacobian.Shape[0], (int)jacobian.Shape[1],
            [.. jacobian.Layers.Select(l => new LayerFactors(l.Layer, Of(l.Inputs), Of(l.Deltas), Of(l.Columns)))]);
    }
}
