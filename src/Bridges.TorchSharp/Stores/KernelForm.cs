using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Blocks of the kernel, formed in float64 on the model's device. A checkpoint can be written when the next one is known, for the blocks across: the
/// factors of two checkpoints are held.</summary>
internal sealed class KernelForm(StorageType type, StorageType computed, int outputs) : StoredForm(type)
{
    private OpenCheckpoint? _waiting;

    public override bool HasColumns => false;

    public override void Take(OpenCheckpoint checkpoint, TensorName jacobian, long examples, IEnumerable<ChunkJacobian> chunks)
    {
        foreach (var chunk in chunks) checkpoint.Keep(jacobian, chunk);
    }

    public override void Complete(OpenCheckpoint checkpoint, Action<OpenCheckpoint> write)
    {
        try
        {
            Own(checkpoint);
            if (_waiting is { } before) Across(before, checkpoint);
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
        var held = _waiting;
        _waiting = checkpoint;
        if (held is null) return;
        using (held) write(held);
    }

    public override void End(Action<OpenCheckpoint> write)
    {
        var held = _waiting;
        _waiting = null;
        if (held is null) return;
        using (held) write(held);
    }

    private void Own(OpenCheckpoint c)
    {
        Add(c, TensorName.K_SS, c, TensorName.J_S, c, TensorName.J_S);
        Add(c, TensorName.K_QS, c, TensorName.J_Q, c, TensorName.J_S);
        Add(c, TensorName.K_QQ, c, TensorName.J_Q, c, TensorName.J_Q);
        if (c.Jacobians.ContainsKey(TensorName.J_S_mid))
        {
            Add(c, TensorName.K_SS_mid, c, TensorName.J_S_mid, c, TensorName.J_S);
            Add(c, TensorName.K_QS_mid, c, TensorName.J_Q_mid, c, TensorName.J_S);
        }
        // What the blocks are products of may be coarser than they are: claims against data are not better than that.
        c.Tensors.Add(new MemoryTensor(TensorName.KernelEpsilon, [computed.Epsilon()]));
    }

    private void Across(OpenCheckpoint c, OpenCheckpoint next)
    {
        Add(c, TensorName.K_SS_next, next, TensorName.J_S, c, TensorName.J_S);
        Add(c, TensorName.K_QS_next, next, TensorName.J_Q, c, TensorName.J_S);
        Add(c, TensorName.K_SQ_next, next, TensorName.J_S, c, TensorName.J_Q);
        Add(c, TensorName.K_QQ_next, next, TensorName.J_Q, c, TensorName.J_Q);
    }

    // J_left J_rightᵀ, a chunk of examples of each side at a time; each Jacobian with the M of its own checkpoint.
    private void Add(OpenCheckpoint into, TensorName name, OpenCheckpoint left, TensorName leftName, OpenCheckpoint right, TensorName rightName)
    {
        List<ChunkJacobian> one = left.Jacobians[leftName], two = right.Jacobians[rightName];
        long rows = one.Sum(c => c.Examples) * outputs, columns = two.Sum(c => c.Examples) * outputs, at = 0;
        bool symmetric = ReferenceEquals(one, two);
        using var none = torch.no_grad();
        using var whole = torch.NewDisposeScope();
        var K = torch.zeros(rows, columns, dtype: Type == StorageType.Float32 ? torch.ScalarType.Float32 : torch.ScalarType.Float64);
        for (int i = 0; i < one.Count; i++)
        {
            long beside = 0;
            for (int j = 0; j < (symmetric ? i + 1 : two.Count); j++)
            {
                using var scope = torch.NewDisposeScope();
                var block = ChunkGram(one[i], two[j], left.Root, right.Root);
                if (symmetric && i == j) block = torch.add(block, block.t()).mul_(0.5);
                K.narrow(0, at, block.shape[0]).narrow(1, beside, block.shape[1]).copy_(block);
                if (symmetric && j < i) K.narrow(0, beside, block.shape[1]).narrow(1, at, block.shape[0]).copy_(block.t());
                beside += block.shape[1];
            }
            at += one[i].Examples * outputs;
        }
        var stored = into.Rows(name, Type, rows, columns);
        stored.Add(K);
        into.Tensors.Add(stored.Source);
    }

    /// <summary>J_a J_bᵀ of two chunks, in float64.</summary>
    public static Tensor ChunkGram(ChunkJacobian a, ChunkJacobian b, Tensor? left, Tensor? right)
    {
        Tensor? total = null;
        long at = 0;
        for (int l = 0; l < a.Layers.Length; l++)
        {
            using var scope = torch.NewDisposeScope();
            long columns = a.Layers[l].Layer.Columns;
            var part = LayerGram.Block(a.Layers[l], b.Layers[l], left?.narrow(0, at, columns), right?.narrow(0, at, columns));
            if (total is null) total = part.MoveToOuterDisposeScope();
            else total.add_(part);
            at += columns;
        }
        return total!;
    }
}
