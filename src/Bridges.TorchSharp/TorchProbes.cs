using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>The examples that adaptive checkpoints look at, with their Jacobian at the last checkpoint.</summary>
internal sealed class TorchProbes : IScheduleProbes, IDisposable
{
    private readonly CheckpointMaker _maker;
    private readonly Tensor _inputs, _vectors;
    private readonly int _train;
    private readonly LossModel? _loss;
    private ChunkJacobian? _reference;
    private Tensor? _outputs, _parameters;

    public TorchProbes(AdaptiveSchedule schedule, CheckpointMaker maker)
    {
        _maker = maker;
        using var scope = torch.NewDisposeScope();
        int[] train = schedule.ProbeExamples((int)maker.Examples.Train.shape[0]), test = schedule.ProbeExamples((int)maker.Examples.Test.shape[0]);
        _train = train.Length;
        _inputs = torch.cat([Some(maker.Examples.Train, train), Some(maker.Examples.Test, test)], 0).DetachFromDisposeScope();
        int length = (train.Length + test.Length) * maker.Pass.Outputs.Count;
        _vectors = torch.tensor(schedule.ProbeVectors(length), length, schedule.Vectors, device: maker.Parameters.Device).DetachFromDisposeScope();
        _loss = maker.IsCustom ? null : LossCandidates.Part(maker.Loss.Model, train);
    }

    public void Refer()
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        Forget();
        _reference = _maker.Pass.Of(_inputs);
        _outputs = Chosen(_reference.Outputs).DetachFromDisposeScope();
        _parameters = Flat().DetachFromDisposeScope();
    }

    public double[] Outputs()
    {
        using var scope = torch.NewDisposeScope();
        return HostCopies.Doubles(Chosen(_maker.Pass.OutputsOf(_inputs, _maker.Chunk)));
    }

    public double[] Predicted()
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        Tensor moved = Flat() - _parameters!, sum = torch.zeros_like(_outputs!);
        long at = 0;
        foreach (var layer in _reference!.Layers)
        {
            sum.add_(layer.Times(moved.narrow(0, at, layer.Layer.Columns)));
            at += layer.Layer.Columns;
        }
        return HostCopies.Doubles(sum);
    }

    public double[] OutputGradient()
    {
        double[] u = Outputs()[..(_train * _maker.Pass.Outputs.Count)];
        if (_loss is null) return u; // A loss without a formula turns as its outputs move.
        var g = new double[u.Length];
        _loss.Gradient(u, g);
        return g;
    }

    public double[] KernelProducts()
    {
        using var scope = torch.NewDisposeScope();
        using var now = _maker.Pass.Of(_inputs);
        using var none = torch.no_grad();
        return HostCopies.Doubles(torch.matmul(KernelForm.ChunkGram(now, now, null, null), _vectors));
    }

    public void Dispose()
    {
        Forget();
        _inputs.Dispose();
        _vectors.Dispose();
    }

    private void Forget()
    {
        _reference?.Dispose();
        _outputs?.Dispose();
        _parameters?.Dispose();
    }

    private Tensor Flat()
    {
        using var none = torch.no_grad();
        return torch.cat([.. _maker.Parameters.Tensors.Select(p => p.detach().reshape(-1))], 0);
    }

    // [probes, recorded outputs].
    private Tensor Chosen(Tensor outputs)
    {
        var flat = outputs.reshape(outputs.shape[0], -1);
        return flat.index_select(1, torch.tensor(_maker.Pass.Outputs.Select(c => (long)c).ToArray(), device: flat.device));
    }

    private static Tensor Some(Tensor all, int[] examples) =>
        all.index_select(0, torch.tensor(Array.ConvertAll(examples, i => (long)i), device: all.device));
}
