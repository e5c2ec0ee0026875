using KernelFlow.Numerics;

namespace KernelFlow.Validation.Calibration;

/// <summary>The number types of a recording.</summary>
public enum StoredAs
{
    /// <summary>Everything in float64.</summary>
    Float64,

    /// <summary>Jacobians or kernel blocks in float32, the rest in float64, as the built-in recorder writes by default.</summary>
    Float32Kernels,

    /// <summary>Kernel blocks in float64, formed from Jacobians in float32; Jacobians in float32.</summary>
    Float32Jacobians,

    /// <summary>Every real tensor in float32.</summary>
    Float32,
}

/// <summary>What is kept of a recording in float64, and in which number types.</summary>
/// <param name="Type">The number types.</param>
/// <param name="Blocks">Whether kernel blocks take the place of Jacobians.</param>
/// <param name="Cross">Whether those between neighbouring checkpoints are kept.</param>
/// <param name="Gradients">Whether g is kept.</param>
/// <param name="Loss">Whether the loss is kept.</param>
public sealed record StoredForm(StoredAs Type, bool Blocks, bool Cross, bool Gradients, bool Loss)
{
    private static readonly string[] s_cross = [TensorName.K_SS_next, TensorName.K_QS_next, TensorName.K_SQ_next, TensorName.K_QQ_next];

    /// <summary>The recording in this form; the given one has Jacobians in float64.</summary>
    public CheckpointSequence Of(CheckpointSequence recorded, Backend backend)
    {
        IEnumerable<Checkpoint> checkpoints = recorded.Select(c => With(c, c.Tensors.Values.Where(Kept)));
        if (Type is StoredAs.Float32Jacobians || !Blocks) checkpoints = checkpoints.Select(c => With(c, c.Tensors.Values.Select(Rounded)));
        if (Blocks)
        {
            checkpoints = KernelBlocks.Convert(checkpoints, backend);
            if (!Cross) checkpoints = checkpoints.Select(c => With(c, c.Tensors.Values.Where(t => !s_cross.Contains(t.Name))));
            if (Type != StoredAs.Float32Jacobians) checkpoints = checkpoints.Select(c => With(c, c.Tensors.Values.Select(Rounded)));
        }
        return recorded.With(checkpoints);
    }

    private bool Kept(TensorSource tensor) => (Gradients || tensor.Name != TensorName.g) && (Loss || tensor.Name != TensorName.Loss);

    private TensorSource Rounded(TensorSource tensor)
    {
        if (tensor.Type != StorageType.Float64 || tensor.Name == TensorName.KernelEpsilon) return tensor;
        bool kernel = TensorName.Find(tensor.Name) is { Group: TensorGroup.Jacobian or TensorGroup.Kernel };
        bool rounded = Type switch
        {
            StoredAs.Float64 => false,
            StoredAs.Float32 => true,
            _ => kernel,
        };
        return rounded ? new MemoryTensor(tensor.Name, Array.ConvertAll(tensor.ReadAll(), v => (float)v), [.. tensor.Shape]) : tensor;
    }

    private static Checkpoint With(Checkpoint checkpoint, IEnumerable<TensorSource> tensors) => checkpoint with { Tensors = tensors.ToDictionary(t => t.Name) };
}
