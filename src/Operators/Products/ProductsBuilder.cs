using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Makes the products of a run on any grid of its checkpoints: what <see cref="TrajectoryBuilder"/> is to formed kernels. What one of them keeps in
/// memory is there for the others.</summary>
public sealed class ProductsBuilder
{
    private readonly CheckpointSequence _checkpoints;
    private readonly OutputRecord _outputs;
    private readonly ProductSource? _source;
    private readonly NumberShelf _shelf;
    private readonly Backend _backend;

    private ProductsBuilder(CheckpointSequence checkpoints, OutputRecord outputs, MemoryAccount memory, Backend backend)
    {
        (_checkpoints, _outputs, _shelf, _backend) = (checkpoints, outputs, new NumberShelf(memory), backend);
        _source = checkpoints.HasJacobians ? new ProductSource(checkpoints, _shelf, backend) : null;
        HasCrossBlocks = !checkpoints.HasJacobians && BlockProducts.AreCrossed(checkpoints);
    }

    /// <summary>Where everything that is kept is counted.</summary>
    public MemoryAccount Memory => _shelf.Account;

    internal ProductSource? Source => _source;

    internal NumberShelf Shelf => _shelf;

    /// <summary>Whether the run holds Jacobians; otherwise kernel blocks.</summary>
    public bool HasJacobians => _source is not null;

    /// <summary>Whether a run of kernel blocks has the blocks between neighbouring checkpoints, from which J linear follows.</summary>
    public bool HasCrossBlocks { get; }

    /// <summary>Takes a run; nothing large is read before the first product.</summary>
    /// <param name="checkpoints">The run.</param>
    /// <param name="outputs">Its outputs.</param>
    /// <param name="memory">Where everything that is kept is counted, with the ceiling that decides how much that is.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static ProductsBuilder Read(CheckpointSequence checkpoints, OutputRecord outputs, MemoryAccount memory, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(outputs);
        ArgumentNullException.ThrowIfNull(memory);
        ArgumentNullException.ThrowIfNull(backend);
        return new ProductsBuilder(checkpoints, outputs, memory, backend);
    }

    /// <summary>J and B linear in t between the chosen checkpoints; K linear for kernel blocks, unless neighbours are chosen whose cross blocks were
    /// recorded.</summary>
    /// <param name="chosen">Increasing indices.</param>
    public KernelProducts Linear(IReadOnlyList<int> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        var hessians = LinearHessians(chosen);
        if (_source is not null) return Make(_source, chosen, Interpolants(chosen, i => JacobianInterpolant.Linear(chosen, i)), hessians);
        bool crossed = HasCrossBlocks && Enumerable.Range(1, chosen.Count - 1).All(i => chosen[i] == chosen[i - 1] + 1);
        return new BlockProducts(_checkpoints, chosen, Times(chosen), crossed, hessians, _shelf, _backend);
    }

    /// <summary>J by cubic Hermite interpolation, B from outputs interpolated the same way (linear in t for a custom loss).</summary>
    /// <param name="chosen">Increasing indices.</param>
    /// <exception cref="InvalidOperationException">The run holds kernel blocks.</exception>
    public JacobianProducts Cubic(IReadOnlyList<int> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        var source = Jacobians("Cubic");
        var interpolants = Interpolants(chosen, i => JacobianInterpolant.Cubic(chosen, _outputs.Times, i));
        return Make(source, chosen, interpolants,
            _checkpoints.Loss.IsCustom ? LinearHessians(chosen) : HessianPath.FromOutputs(_checkpoints.Loss, _outputs.TrainOutputs, interpolants));
    }

    /// <summary>J by the parabola through both ends of an interval and the checkpoint before.</summary>
    /// <param name="chosen">Increasing indices.</param>
    /// <exception cref="InvalidOperationException">The run holds kernel blocks.</exception>
    public JacobianProducts Parabolic(IReadOnlyList<int> chosen)
    {
        ArgumentNullException.ThrowIfNull(chosen);
        return Make(Jacobians("Parabolic"), chosen, Interpolants(chosen, i => JacobianInterpolant.Parabola(chosen, _outputs.Times, i)),
            LinearHessians(chosen));
    }

    private ProductSource Jacobians(string name) => _source
        ?? throw new InvalidOperationException($"{name} interpolation needs Jacobians: interpolated as blocks, K would not stay positive semidefinite.");

    private JacobianProducts Make(ProductSource source, IReadOnlyList<int> chosen, JacobianInterpolant[] interpolants, HessianPath hessians) =>
        new(source, Times(chosen), interpolants, hessians);

    private static JacobianInterpolant[] Interpolants(IReadOnlyList<int> chosen, Func<int, JacobianInterpolant> make) =>
        [.. Enumerable.Range(0, chosen.Count - 1).Select(make)];

    private double[] Times(IReadOnlyList<int> chosen) => [.. chosen.Select(i => _outputs.Times[i])];

    private HessianPath LinearHessians(IReadOnlyList<int> chosen) => HessianPath.Linear([.. chosen.Select(i => _outputs.Hessians[i])]);
}
