namespace KernelFlow.Recording;

/// <summary>The form in which Jacobians are kept: what becomes of the chunks as they are computed, and when a checkpoint can be written.</summary>
internal abstract class StoredForm(StorageType type)
{
    /// <summary>Their stored type.</summary>
    protected StorageType Type => type;

    /// <summary>The layers as the manifest lists them; null where it does not.</summary>
    public virtual IReadOnlyList<JacobianLayer>? Layers => null;

    /// <summary>Whether the files have columns, so that the run says how many.</summary>
    public virtual bool HasColumns => true;

    /// <summary>Takes the Jacobian of all examples, chunk by chunk, and owns the chunks.</summary>
    /// <param name="checkpoint">What is being made.</param>
    /// <param name="jacobian">J_S, J_Q, J_S_mid or J_Q_mid.</param>
    /// <param name="examples">Examples in all.</param>
    /// <param name="chunks">Their chunks in order.</param>
    public abstract void Take(OpenCheckpoint checkpoint, TensorName jacobian, long examples, IEnumerable<ChunkJacobian> chunks);

    /// <summary>Ends a checkpoint of which everything is known, and owns it; what can be written now is handed to <paramref name="write"/>.</summary>
    public virtual void Complete(OpenCheckpoint checkpoint, Action<OpenCheckpoint> write)
    {
        using (checkpoint) write(checkpoint);
    }

    /// <summary>Writes what waits for a checkpoint that does not come.</summary>
    public virtual void End(Action<OpenCheckpoint> write)
    {
    }
}
