using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Chooses hooks or rows for every layer before anything is recorded.</summary>
internal static class StrategyChoice
{
    /// <summary>Watches a forward pass of a few examples; tells the numbers per example that it makes.</summary>
    public static long Look(TensorModule model, IReadOnlyList<TrainedLayer> layers, Tensor inputs)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        using var undisturbed = new Undisturbed(model);
        using var few = inputs.narrow(0, 0, Math.Min(3, inputs.shape[0]));
        var calls = new Dictionary<torch.nn.Module, List<ModuleCall>>(ReferenceEqualityComparer.Instance);
        var removers = new List<Action>();
        try
        {
            foreach (var module in model.named_modules().Select(m => m.module).Append(model).OfType<TensorModule>().Distinct())
            {
                var seen = calls[module] = [];
                removers.Add(module.register_forward_hook((_, entered, left) =>
                {
                    seen.Add(new ModuleCall(entered.shape, left.shape));
                    return left.alias();
                }).remove);
            }
            // The model itself is called by forward, as in every later pass.
            model.forward(few);
        }
        finally
        {
            foreach (var remove in removers) remove();
        }
        foreach (var layer in layers) layer.Choose(calls.GetValueOrDefault(layer.Module) ?? [], few.shape[0]);
        return calls.Values.SelectMany(c => c).Sum(c => c.Outputs.Aggregate(1L, (product, extent) => product * extent)) / few.shape[0];
    }

    /// <summary>Leaves hooks where they are asked for and agree with rows on two examples.</summary>
    public static void Compare(JacobianPass pass, JacobianStrategy strategy, Leniency leniency, Tensor inputs, bool single)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        // Rows always can be computed, or the reason why not is told before anything is recorded.
        var few = inputs.narrow(0, 0, leniency.IsJoint ? inputs.shape[0] : Math.Min(2, inputs.shape[0]));
        using var rows = pass.ByRows(few);
        if (strategy == JacobianStrategy.Rows || leniency.Declared.Count > 0)
        {
            foreach (var layer in pass.Layers) layer.ByRows("rows");
            return;
        }
        if (strategy == JacobianStrategy.Hooks)
            foreach (var layer in pass.Layers.Where(l => l.Rule is null))
                leniency.Refuse(RecordAnyway.SharedModules, $"{layer.Layer.Name}: hooks would be wrong: {layer.Reason}; use JacobianStrategy.Auto.");
        if (pass.Layers.All(l => l.Rule is null)) return;
        using var hooks = pass.Of(few);
        double tolerance = single ? 2e-3 : 1e-9, whole = Math.Sqrt(rows.Layers.Sum(l => Square(l.Last)));
        for (int l = 0; l < pass.Layers.Count; l++)
        {
            var layer = pass.Layers[l];
            if (layer.Rule is null) continue;
            double norm = Math.Sqrt(Square(rows.Layers[l].Last)), error = Math.Sqrt(Square(hooks.Layers[l].Rows() - rows.Layers[l].Last));
            if (error <= tolerance * norm + 1e-6 * tolerance * whole) continue;
            if (strategy == JacobianStrategy.Hooks)
                leniency.Refuse(RecordAnyway.SharedModules, FormattableString.Invariant(
                    $"{layer.Layer.Name}: hooks would be silently wrong, by {error / Math.Max(norm, 1e-300):g3} on two examples: ")
                    + "its parameters are used elsewhere, too; use JacobianStrategy.Auto.");
            else layer.ByRows("hooks were wrong on two examples, so its parameters are used elsewhere, too");
        }
    }

    private static double Square(Tensor tensor) => tensor.to(torch.ScalarType.Float64).square().sum().item<double>();
}
