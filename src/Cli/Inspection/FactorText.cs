using static KernelFlow.Files.NumberText;

namespace KernelFlow.Cli;

/// <summary>What <c>inspect</c> says of Jacobians that were recorded as factors.</summary>
internal static class FactorText
{
    /// <summary>The layers and what was saved; null for any other run.</summary>
    public static string? Of(RecordedRun run)
    {
        if (run.Checkpoints[0].Find(TensorName.J_S) is not FactoredJacobian first) return null;
        var jacobians = run.Checkpoints.SelectMany(c => c.Tensors.Values).OfType<FactoredJacobian>().ToList();
        double stored = jacobians.SelectMany(j => j.Tensors).Sum(t => (double)t.Count * t.Type.Size());
        double expanded = jacobians.Sum(j => (double)j.Count * j.Type.Size());
        return $"{string.Join(", ", first.Layers.Select(l => Layer(l.Layer)))}; {Short(stored / 1e6)} MB stored, "
            + $"{Short(expanded / 1e6)} MB as Jacobians, {Short(expanded / stored, 3)} times as much";
    }

    private static string Layer(JacobianLayer layer)
    {
        if (layer.Kind == JacobianLayerKind.Columns) return $"{layer.Name} ({Count(layer.Columns)} columns)";
        string positions = layer.Kind == JacobianLayerKind.Positions ? $" at {Count(layer.Positions)} positions" : "";
        return $"{layer.Name} ({Count(layer.Inputs)} to {Count(layer.Outputs)}{positions}{(layer.HasBias ? ", bias" : "")})";
    }
}
