namespace KernelFlow;

/// <summary>One recorded moment of training: flow time, optimizer step and named tensors (those of the run format), read when asked for.</summary>
/// <param name="Time">Flow time t: the sum of learning rates of the steps taken so far.</param>
/// <param name="Step">Number of optimizer steps taken.</param>
/// <param name="Tensors">Tensors by their names in the run format. Required: U_S, U_Q, and either J_S and J_Q or K_SS and K_QS.</param>
public sealed record Checkpoint(double Time, long Step, IReadOnlyDictionary<string, TensorSource> Tensors)
{
    /// <summary>Makes a checkpoint from tensors that carry their own names.</summary>
    /// <exception cref="ArgumentException">A tensor is null, or two have one name.</exception>
    public Checkpoint(double time, long step, params TensorSource[] tensors) : this(time, step, ByName(tensors)) { }

    private static Dictionary<string, TensorSource> ByName(TensorSource[] tensors)
    {
        ArgumentNullException.ThrowIfNull(tensors);
        var named = new Dictionary<string, TensorSource>(StringComparer.Ordinal);
        foreach (var tensor in tensors)
        {
            ArgumentNullException.ThrowIfNull(tensor, nameof(tensors));
            if (!named.TryAdd(tensor.Name, tensor)) throw new ArgumentException($"The tensor {tensor.Name} is given twice.", nameof(tensors));
        }
        return named;
    }

    /// <summary>The SHA-256 of the file it was read from, in hexadecimal digits: as the manifest states it, or computed when asked for; null in
    /// memory.</summary>
    public Lazy<string>? Sum { get; init; }

    /// <summary>Where it was read from, for messages.</summary>
    public string Location => Tensors.Values.FirstOrDefault()?.Location ?? "memory";

    /// <summary>The named tensor, or null when the checkpoint does not have it. Names of the run format stand in <see cref="TensorName"/>.</summary>
    public TensorSource? Find(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        return Tensors.GetValueOrDefault(name);
    }

    /// <summary>The named tensor.</summary>
    /// <exception cref="InvalidRunException">The checkpoint does not have it.</exception>
    public TensorSource this[string name]
    {
        get
        {
            ArgumentNullException.ThrowIfNull(name);
            return Find(name) ?? throw new InvalidRunException($"{Location}: tensor {name} is missing (checkpoint at step {Step}); found {NamesText}.");
        }
    }

    /// <summary>Whether Jacobians (J_S, J_Q) were recorded; otherwise kernel blocks.</summary>
    public bool HasJacobians => Tensors.ContainsKey(TensorName.J_S);

    /// <summary>The names of its tensors, for messages.</summary>
    internal string NamesText => string.Join(", ", Tensors.Keys.Order(StringComparer.Ordinal));
}
