namespace KernelFlow;

/// <summary>What was recorded of one layer for one Jacobian.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Inputs">A: [n, inputs], or [n, T, inputs] at positions; null for plain columns.</param>
/// <param name="Deltas">Δ: [n, p, outputs], or [n, p, T, outputs] at positions; null for plain columns.</param>
/// <param name="Columns">The columns of J, [N, c] or [n, p, c]; null for a product.</param>
public sealed record LayerFactors(JacobianLayer Layer, TensorSource? Inputs, TensorSource? Deltas, TensorSource? Columns)
{
    /// <summary>The tensors that are there.</summary>
    public IEnumerable<TensorSource> Tensors => new[] { Inputs, Deltas, Columns }.OfType<TensorSource>();

    /// <summary>Takes the tensors of a layer and checks their shapes and types.</summary>
    /// <param name="jacobian">J_S, J_Q, J_S_mid or J_Q_mid.</param>
    /// <param name="layer">The layer.</param>
    /// <param name="examples">n, or m for a Jacobian of test outputs.</param>
    /// <param name="outputs">p: outputs per example.</param>
    /// <param name="find">Gives the tensor of a name, or throws when there is none.</param>
    /// <exception cref="InvalidRunException">A tensor has a wrong shape or type; the message names file, tensor, what was found and what was
    /// expected.</exception>
    public static LayerFactors Of(TensorName jacobian, JacobianLayer layer, long examples, long outputs, Func<string, TensorSource> find)
    {
        ArgumentNullException.ThrowIfNull(jacobian);
        ArgumentNullException.ThrowIfNull(layer);
        ArgumentNullException.ThrowIfNull(find);
        string count = jacobian == TensorName.J_S || jacobian == TensorName.J_S_mid ? "train" : "test";
        (string, long) n = (count, examples), p = ("outputs", outputs), T = ("positions", layer.Positions);
        (string, long) inputs = ("inputs", layer.Inputs), left = ("outputs", layer.Outputs), columns = ("columns", layer.Columns);
        TensorSource Take(string name, params (string Key, long Extent)[][] shapes)
        {
            var tensor = find(name);
            Check(tensor, layer, shapes);
            return tensor;
        }
        return layer.Kind switch
        {
            JacobianLayerKind.Dense => new(layer, Take(FactorNames.Inputs(jacobian, layer), [n, inputs]),
                Take(FactorNames.Deltas(jacobian, layer), [n, p, left]), null),
            JacobianLayerKind.Positions => new(layer, Take(FactorNames.Inputs(jacobian, layer), [n, T, inputs]),
                Take(FactorNames.Deltas(jacobian, layer), [n, p, T, left]), null),
            _ => new(layer, null, null, Take(FactorNames.Columns(jacobian, layer), [($"{count} x outputs", examples * outputs), columns], [n, p, columns])),
        };
    }

    private static void Check(TensorSource tensor, JacobianLayer layer, (string Key, long Extent)[][] shapes)
    {
        if (!TensorName.J_S.Types.Contains(tensor.Type))
            throw new InvalidRunException(
                $"{tensor.Location}: {tensor.Name}: found {tensor.Type.ToString().ToLowerInvariant()}, expected floating-point numbers.");
        if (shapes.Any(s => tensor.Shape.SequenceEqual(s.Select(e => e.Extent)))) return;
        var nearest = shapes.FirstOrDefault(s => s.Length == tensor.Shape.Count);
        // The first extents are those of the run, the last ones those of the layer.
        int ofRun = layer.Kind == JacobianLayerKind.Columns ? tensor.Shape.Count - 1 : tensor.Name[0] == 'A' ? 1 : 2;
        var labels = nearest is null ? [] : nearest.Select((e, i) => (e.Key, e.Extent, Index: i)).Where(x => x.Extent != tensor.Shape[x.Index])
            .Select(x => FormattableString.Invariant($"{x.Key} = {x.Extent}") + (x.Index < ofRun ? "" : $" of layer {layer.Name}"));
        string keys = string.Join(" and ", labels);
        string expected = string.Join(" or ", shapes.Select(s => "[" + string.Join(", ", s.Select(e => FormattableString.Invariant($"{e.Extent}"))) + "]"));
        throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: found shape {tensor.ShapeText}, expected {expected}"
            + (keys.Length > 0 ? $"; it disagrees with {keys}." : "."));
    }
}
