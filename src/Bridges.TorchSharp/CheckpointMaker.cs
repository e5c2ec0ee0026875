using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Makes the tensors of one checkpoint: outputs and Jacobians before the step that leaves it, its diagonal and the middle of it after.</summary>
internal sealed class CheckpointMaker
{
    public required TensorModule Model { get; init; }

    public required TrainedParameters Parameters { get; init; }

    public required TorchOptimizer Optimizer { get; init; }

    public required TrainingLoss Loss { get; init; }

    public required RecordedExamples Examples { get; init; }

    public required JacobianPass Pass { get; init; }

    public required StoredForm Form { get; init; }

    /// <summary>Examples at a time.</summary>
    public required int Chunk { get; init; }

    /// <summary>Whether g and B are recorded.</summary>
    public required bool IsCustom { get; init; }

    /// <summary>Whether w is recorded.</summary>
    public required bool StoresParameters { get; init; }

    /// <summary>What is known before the step.</summary>
    public OpenCheckpoint Begin(double time, long step)
    {
        var checkpoint = new OpenCheckpoint(time, step);
        try
        {
            using var scope = torch.NewDisposeScope();
            using var u_S = Outputs(checkpoint, TensorName.J_S, TensorName.U_S, Examples.Train);
            using var u_Q = Outputs(checkpoint, TensorName.J_Q, TensorName.U_Q, Examples.Test);
            if (IsCustom) Derivatives(checkpoint, u_S);
            if (!Examples.IsPart) Value(checkpoint, u_S);
            if (StoresParameters) checkpoint.Tensors.Add(Vector(TensorName.w, Parameters.Values()));
            return checkpoint;
        }
        catch
        {
            checkpoint.Dispose();
            throw;
        }
    }

    /// <summary>What the step tells: its diagonal, and where it led.</summary>
    public void AddStep(OpenCheckpoint checkpoint, Tensor[] before)
    {
        if (Optimizer.HasPreconditioner) AddPreconditioner(checkpoint, Optimizer.Preconditioner());
        if (before.Length == 0) return;
        Parameters.AtMiddle(before, () =>
        {
            Form.Take(checkpoint, TensorName.J_S_mid, Examples.Train.shape[0], Pass.Pieces(Examples.Train, Chunk));
            Form.Take(checkpoint, TensorName.J_Q_mid, Examples.Test.shape[0], Pass.Pieces(Examples.Test, Chunk));
        });
    }

    /// <summary>No step leaves the last checkpoint; its diagonal is that of the step along the gradient over all examples.</summary>
    public void AddEnd(OpenCheckpoint checkpoint)
    {
        if (!Optimizer.HasPreconditioner) return;
        var all = new Func<Tensor, Tensor>(u => Loss.ValueOf(u, Examples.AllTargets));
        AddPreconditioner(checkpoint, Optimizer.PreconditionerAfter(LossGradient.Of(Model, Parameters, Examples.AllTrain, all)));
    }

    private void AddPreconditioner(OpenCheckpoint checkpoint, double[] diagonal)
    {
        if (Form.HasColumns)
        {
            checkpoint.Tensors.Add(Vector(TensorName.Preconditioner, diagonal));
            return;
        }
        // Blocks are those of J√M.
        using var scope = torch.NewDisposeScope();
        checkpoint.TakeRoot(torch.tensor(Array.ConvertAll(diagonal, Math.Sqrt), device: Parameters.Device));
    }

    private Tensor Outputs(OpenCheckpoint checkpoint, TensorName jacobian, TensorName name, Tensor inputs)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        var parts = new List<Tensor>();
        Form.Take(checkpoint, jacobian, inputs.shape[0], Pass.Pieces(inputs, Chunk).Select(chunk =>
        {
            parts.Add(chunk.Outputs.alias());
            return chunk;
        }));
        var u = torch.cat(parts, 0);
        checkpoint.Tensors.Add(HostCopies.Tensor(name, Chosen(HostCopies.Doubles(u), 1), Parameters.Type, u.shape[0], Pass.Outputs.Count));
        return u.MoveToOuterDisposeScope();
    }

    private void Derivatives(OpenCheckpoint checkpoint, Tensor u)
    {
        var (g, B) = Loss.Both(u);
        int n = Loss.Model.Examples, p = Loss.Model.Outputs, some = Pass.Outputs.Count;
        var blocks = new double[n * some * some];
        for (int i = 0, at = 0; i < n; i++)
            foreach (int row in Pass.Outputs)
                foreach (int column in Pass.Outputs) blocks[at++] = B[(i * p + row) * p + column] / Loss.Factor;
        double[] gradient = Chosen(g, 1 / Loss.Factor);
        checkpoint.Tensors.Add(HostCopies.Tensor(TensorName.g, gradient, Parameters.Type, n, some));
        checkpoint.Tensors.Add(HostCopies.Tensor(TensorName.B, blocks, Parameters.Type, n, some, some));
    }

    private void Value(OpenCheckpoint checkpoint, Tensor u)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        double value = HostCopies.Doubles(Loss.Value(u))[0] / Loss.Factor;
        checkpoint.Tensors.Add(HostCopies.Tensor(TensorName.Loss, [value], Parameters.Type, 1));
    }

    // The recorded outputs out of all, times a factor.
    private double[] Chosen(double[] values, double factor)
    {
        int p = Loss.Model.Outputs, n = values.Length / p, some = Pass.Outputs.Count;
        if (some == p && factor == 1 && Pass.Outputs.Select((c, k) => c == k).All(same => same)) return values;
        var chosen = new double[n * some];
        for (int i = 0; i < n; i++)
            for (int k = 0; k < some; k++) chosen[i * some + k] = values[i * p + Pass.Outputs[k]] * factor;
        return chosen;
    }

    private MemoryTensor Vector(string name, double[] values) => HostCopies.Tensor(name, values, Parameters.Type, values.Length);
}
