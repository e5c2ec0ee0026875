using static KernelFlow.TensorExtent;

namespace KernelFlow;

/// <summary>The tensors of the run format: the one table of their names, with shapes, storage types and when each is required.</summary>
/// <remarks>A tensor whose name is not here belongs to whoever wrote it: it is kept with its checkpoint and not checked. docs/run-format.md shows the same
/// table with what each tensor means.</remarks>
public sealed class TensorName
{
    private static readonly StorageType[] _floats = [StorageType.Float16, StorageType.BFloat16, StorageType.Float32, StorageType.Float64];
    private static readonly TensorExtent[][] _scalar = [[], [One]];

    private TensorName(string name, TensorGroup group, TensorNeed need, params TensorExtent[][] shapes)
    {
        Name = name;
        Group = group;
        Need = need;
        Shapes = Array.AsReadOnly(Array.ConvertAll(shapes, s => (IReadOnlyList<TensorExtent>)Array.AsReadOnly(s)));
        Types = Array.AsReadOnly(_floats);
    }

    /// <summary>Outputs on the training examples.</summary>
    public static TensorName U_S { get; } = new("U_S", TensorGroup.Outputs, TensorNeed.Always, [n, p], [N]);

    /// <summary>Outputs on the test examples.</summary>
    public static TensorName U_Q { get; } = new("U_Q", TensorGroup.Outputs, TensorNeed.Always, [m, p], [M]);

    /// <summary>Training targets.</summary>
    public static TensorName y_S { get; } = new("y_S", TensorGroup.Targets, TensorNeed.LossWithFormula, [n, p], [N]);

    /// <summary>The test targets.</summary>
    public static TensorName y_Q { get; } = new("y_Q", TensorGroup.Targets, TensorNeed.Optional, [m, p], [M]);

    /// <summary>Training targets before label noise.</summary>
    public static TensorName clean_S { get; } = new("clean_S", TensorGroup.Targets, TensorNeed.Optional, [n, p], [N]);

    /// <summary>Which training examples carry label noise.</summary>
    public static TensorName noise_mask_S { get; } = new("noise_mask_S", TensorGroup.Targets, TensorNeed.Optional, [n])
    {
        Types = [StorageType.Boolean, StorageType.UInt8],
    };

    /// <summary>g = ∇Φ_S, the training gradient.</summary>
    public static TensorName g { get; } = new("g", TensorGroup.Outputs, TensorNeed.LossWithoutFormula, [n, p], [N]);

    /// <summary>B = ∇²Φ_S, the block of each example.</summary>
    public static TensorName B { get; } = new("B", TensorGroup.Outputs, TensorNeed.LossWithoutFormula, [n, p, p]);

    /// <summary>Φ_S, the training loss.</summary>
    public static TensorName Loss { get; } = new("loss", TensorGroup.Outputs, TensorNeed.Optional, _scalar);

    /// <summary>k, the columns of a sketch of the Jacobians.</summary>
    public static TensorName Sketch { get; } = new("sketch", TensorGroup.Parameters, TensorNeed.Optional, _scalar)
    {
        Types = [StorageType.Int64, StorageType.Int32],
    };

    /// <summary>The Jacobian of the training outputs.</summary>
    public static TensorName J_S { get; } = new("J_S", TensorGroup.Jacobian, TensorNeed.JacobianRun, [N, k], [n, p, k]);

    /// <summary>The Jacobian of the test outputs.</summary>
    public static TensorName J_Q { get; } = new("J_Q", TensorGroup.Jacobian, TensorNeed.JacobianRun, [M, k], [m, p, k]);

    /// <summary>J_S at the middle of the step that leaves the checkpoint.</summary>
    public static TensorName J_S_mid { get; } = new("J_S_mid", TensorGroup.Jacobian, TensorNeed.Optional, [N, k], [n, p, k]);

    /// <summary>J_Q at the middle of the step that leaves the checkpoint.</summary>
    public static TensorName J_Q_mid { get; } = new("J_Q_mid", TensorGroup.Jacobian, TensorNeed.Optional, [M, k], [m, p, k]);

    /// <summary>The parameters of the network.</summary>
    public static TensorName w { get; } = new("w", TensorGroup.Parameters, TensorNeed.Optional, [D], [k]);

    /// <summary>The diagonal M of the step that leaves the checkpoint.</summary>
    public static TensorName Preconditioner { get; } = new("preconditioner", TensorGroup.Parameters, TensorNeed.Optional, [D], [k]);

    /// <summary>J_S J_Sᵀ, the training kernel.</summary>
    public static TensorName K_SS { get; } = new("K_SS", TensorGroup.Kernel, TensorNeed.KernelRun, [N, N]);

    /// <summary>J_Q J_Sᵀ, the kernel between test and training outputs.</summary>
    public static TensorName K_QS { get; } = new("K_QS", TensorGroup.Kernel, TensorNeed.KernelRun, [M, N]);

    /// <summary>J_Q J_Qᵀ, the test kernel.</summary>
    public static TensorName K_QQ { get; } = new("K_QQ", TensorGroup.Kernel, TensorNeed.Optional, [M, M]);

    /// <summary>J_S of the next checkpoint times J_Sᵀ of this one.</summary>
    public static TensorName K_SS_next { get; } = new("K_SS_next", TensorGroup.Kernel, TensorNeed.Optional, [N, N]);

    /// <summary>J_Q of the next checkpoint times J_Sᵀ of this one.</summary>
    public static TensorName K_QS_next { get; } = new("K_QS_next", TensorGroup.Kernel, TensorNeed.Optional, [M, N]);

    /// <summary>J_S of the next checkpoint times J_Qᵀ of this one.</summary>
    public static TensorName K_SQ_next { get; } = new("K_SQ_next", TensorGroup.Kernel, TensorNeed.Optional, [N, M]);

    /// <summary>J_Q of the next checkpoint times J_Qᵀ of this one.</summary>
    public static TensorName K_QQ_next { get; } = new("K_QQ_next", TensorGroup.Kernel, TensorNeed.Optional, [M, M]);

    /// <summary>J_S at the middle of the step times J_Sᵀ at its start.</summary>
    public static TensorName K_SS_mid { get; } = new("K_SS_mid", TensorGroup.Kernel, TensorNeed.Optional, [N, N]);

    /// <summary>J_Q at the middle of the step times J_Sᵀ at its start.</summary>
    public static TensorName K_QS_mid { get; } = new("K_QS_mid", TensorGroup.Kernel, TensorNeed.Optional, [M, N]);

    /// <summary>ε of the Jacobians that kernel blocks are products of.</summary>
    public static TensorName KernelEpsilon { get; } = new("kernel_epsilon", TensorGroup.Recording, TensorNeed.Optional, _scalar);

    /// <summary>ε of the arithmetic that formed the kernel blocks, where it is coarser than the type they are stored in.</summary>
    public static TensorName ProductEpsilon { get; } = new("product_epsilon", TensorGroup.Recording, TensorNeed.Optional, _scalar);

    /// <summary>The diagonal of J_S M J_Sᵀ before the Jacobians were sketched.</summary>
    public static TensorName K_SS_diagonal { get; } = new("K_SS_diagonal", TensorGroup.Recording, TensorNeed.Optional, [N]);

    /// <summary>The diagonal of J_Q M J_Qᵀ before the Jacobians were sketched.</summary>
    public static TensorName K_QQ_diagonal { get; } = new("K_QQ_diagonal", TensorGroup.Recording, TensorNeed.Optional, [M]);

    /// <summary>The training examples of the step that leaves the checkpoint.</summary>
    public static TensorName Batch { get; } = new("batch", TensorGroup.Recording, TensorNeed.Optional, [b]) { Types = [StorageType.Int64, StorageType.Int32] };

    /// <summary>The whole table, in the order in which shapes are checked: outputs first, because their errors are the plainest.</summary>
    public static IReadOnlyList<TensorName> All { get; } = Array.AsReadOnly<TensorName>(
    [
        U_S, U_Q, y_S, y_Q, clean_S, noise_mask_S, g, B, Loss, Sketch, J_S, J_Q, J_S_mid, J_Q_mid, w, Preconditioner,
        K_SS, K_QS, K_QQ, K_SS_next, K_QS_next, K_SQ_next, K_QQ_next, K_SS_mid, K_QS_mid, KernelEpsilon, ProductEpsilon,
        K_SS_diagonal, K_QQ_diagonal, Batch,
    ]);

    private static readonly Dictionary<string, TensorName> _byName = All.ToDictionary(t => t.Name, StringComparer.Ordinal);

    /// <summary>The name as files have it.</summary>
    public string Name { get; }

    /// <summary>What the tensor is a record of; targets belong to the run, everything else to a checkpoint.</summary>
    public TensorGroup Group { get; }

    /// <summary>When the tensor must be there.</summary>
    public TensorNeed Need { get; }

    /// <summary>The shapes allowed, the usual one first; an empty shape is a scalar.</summary>
    public IReadOnlyList<IReadOnlyList<TensorExtent>> Shapes { get; }

    /// <summary>The storage types allowed.</summary>
    public IReadOnlyList<StorageType> Types { get; private init; }

    /// <summary>Whether predictions are made from the tensor or compared with it, so that they are no more accurate than the type it is stored in. Blocks over
    /// test outputs alone (K_QQ, K_QQ_next) enter bounds only.</summary>
    public bool BoundsAccuracy => Group == TensorGroup.Jacobian || Need == TensorNeed.Always
        || (Group == TensorGroup.Kernel && !Shapes[0].SequenceEqual([M, M]));

    /// <summary>The entry of a name, or null when the run format does not know it.</summary>
    public static TensorName? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return _byName.GetValueOrDefault(name);
    }

    /// <summary>The entries of a group, in the order of the table.</summary>
    public static IEnumerable<TensorName> In(TensorGroup group) => All.Where(t => t.Group == group);

    /// <summary>The shapes as the run format writes them: "[N, k] or [n, p, k]".</summary>
    public string ShapeText => string.Join(" or ", Shapes.Select(s => "[" + string.Join(", ", s.Select(e => e == One ? "1" : e.ToString())) + "]"));

    /// <summary>The name as files have it, so that a tensor can be asked for and made by its entry.</summary>
    public static implicit operator string(TensorName name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return name.Name;
    }

    /// <inheritdoc cref="Name"/>
    public override string ToString() => Name;
}
