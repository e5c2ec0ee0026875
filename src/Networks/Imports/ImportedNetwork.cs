using KernelFlow.Networks.Layers;

namespace KernelFlow.Networks.Imports;

/// <summary>What a layer takes from a state dictionary.</summary>
internal sealed record LayerState(LayerMap Map, IReadOnlyList<StateTensor> Parameters, FrozenLayer? Frozen, (RunningNormLayer Layer, StateTensor Mean,
    StateTensor Variance)? Running)
{
    public IEnumerable<string> Names => Parameters.Concat(Running is { } r ? [r.Mean, r.Variance] : []).Select(t => t.Name);
}

/// <summary>The network of a map, and how its parameters are read from a checkpoint.</summary>
internal sealed class ImportedNetwork
{
    private readonly IReadOnlyList<LayerState> _states;

    public ImportedNetwork(FeedForwardNetwork network, IReadOnlyList<LayerState> states, NetworkMap map)
    {
        (Network, _states, Map) = (network, states, map);
        var names = new HashSet<string>(StringComparer.Ordinal);
        Layers = [.. network.Layers.Where(l => l.ParameterCount > 0).Zip(Trained, (layer, state) => layer.Describe(Unique(state.Map.Name, names))!)];
    }

    public NetworkMap Map { get; }

    public FeedForwardNetwork Network { get; }

    /// <summary>The layers with trained parameters, under the names of the map.</summary>
    public IReadOnlyList<JacobianLayer> Layers { get; }

    /// <summary>Whether its parameters stand in w, tensor by tensor.</summary>
    public IReadOnlyList<StateTensor> Parameters => [.. Trained.SelectMany(s => s.Parameters)];

    private IEnumerable<LayerState> Trained => _states.Where(s => s.Frozen is null && s.Parameters.Count > 0);

    /// <summary>Looks at the names, shapes and types of a checkpoint, and reads nothing.</summary>
    /// <returns>The coarsest type of the parameters.</returns>
    public StorageType Check(ContainerFile file, string checkpoint)
    {
        var coarsest = StorageType.Float64;
        foreach (var state in _states)
            foreach (var tensor in state.Parameters.Concat(state.Running is { } r ? [r.Mean, r.Variance] : []))
                if (tensor.In(file, checkpoint).Type is var type && type.Epsilon() > coarsest.Epsilon()) coarsest = type;
        return coarsest;
    }

    /// <summary>w ← the parameters of a checkpoint; the layers take what is no parameter.</summary>
    /// <exception cref="InvalidRunException">A tensor is missing, has another shape or type, or a number in it is not finite.</exception>
    public void Load(ContainerFile file, string checkpoint, double[] w)
    {
        int offset = 0;
        foreach (var state in _states)
        {
            double[] target = state.Frozen?.Parameters ?? w;
            int at = state.Frozen is null ? offset : 0;
            foreach (var tensor in state.Parameters)
            {
                tensor.In(file, checkpoint).Read(0, target.AsSpan(at, tensor.Count));
                at += tensor.Count;
            }
            if (state.Frozen is null) offset = at;
            if (state.Running is { } r)
            {
                double[] variance = r.Variance.In(file, checkpoint).ReadAll();
                if (Array.FindIndex(variance, v => v < 0) is >= 0 and var i)
                    throw new InvalidRunException($"{file.Path}: {checkpoint}: {r.Variance.Name}: found "
                        + $"{FlowTimeWindow.Text(variance[i])} at index [{i}], expected at least 0.");
                r.Layer.Take(r.Mean.In(file, checkpoint).ReadAll(), variance);
            }
        }
    }

    /// <summary>Layers whose parameters are those of the first checkpoint in the last one, too, although nobody said whether they were trained.</summary>
    public void RequireMoved(ContainerFile first, ContainerFile last, string checkpoint)
    {
        var undecided = Trained.Where(s => s.Map.Trained is null).ToArray();
        var still = undecided.Where(s => s.Parameters.All(t => Same(t, first, last, checkpoint))).ToArray();
        if (still.Length > 0)
            throw new InvalidRunException($"{last.Path}: {checkpoint}: {string.Join(", ", still.SelectMany(s => s.Names))}: found the numbers of the "
                + "first checkpoint; "
                + "expected \"trained\": false on the layer if its parameters were not trained, or true if they were.");
        if (undecided.SelectMany(s => s.Parameters).Where(t => t.Shape.Count > 1).GroupBy(t => string.Join(",", t.Shape)).Any(g => g.Count() > 1))
            RequireUntied(undecided, first, last, checkpoint);
    }

    /// <summary>Whether means and variances of batch norms moved from the first checkpoint to the last: then the training did not use them.</summary>
    public bool RunningMoved(ContainerFile first, ContainerFile last, string checkpoint) =>
        _states.Any(s => s.Running is { } r && !(Same(r.Mean, first, last, checkpoint) && Same(r.Variance, first, last, checkpoint)));

    private static void RequireUntied(IEnumerable<LayerState> states, ContainerFile first, ContainerFile last, string checkpoint)
    {
        var weights = states.SelectMany(s => s.Parameters).Where(t => t.Shape.Count > 1).ToArray();
        for (int i = 0; i < weights.Length; i++)
            for (int j = i + 1; j < weights.Length; j++)
                if (weights[i].Shape.SequenceEqual(weights[j].Shape) && new[] { first, last }.All(f =>
                    weights[i].In(f, checkpoint).ReadAll().AsSpan().SequenceEqual(weights[j].In(f, checkpoint).ReadAll())))
                    throw new InvalidRunException($"{last.Path}: {checkpoint}: {weights[i].Name} and {weights[j].Name} have the same numbers, in the "
                        + "first checkpoint and in this one; "
                        + "expected weights of their own: weights that are used twice are not understood.");
    }

    private static bool Same(StateTensor tensor, ContainerFile first, ContainerFile last, string checkpoint) =>
        tensor.In(first, checkpoint).ReadAll().AsSpan().SequenceEqual(tensor.In(last, checkpoint).ReadAll());

    private static string Unique(string name, HashSet<string> taken)
    {
        string clean = string.Concat(name.Select(c => JacobianLayer.IsName($"{c}") ? c : '_')), unique = clean;
        for (int i = 2; !taken.Add(unique); i++) unique = FormattableString.Invariant($"{clean}-{i}");
        return unique;
    }
}
