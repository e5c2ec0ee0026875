namespace KernelFlow;

/// <summary>The structural checks that every checkpoint passes before anything large is read: which tensors there are and their shapes.</summary>
internal sealed class CheckpointStructure
{
    private readonly string[] _required;
    private readonly TensorShapes _shapes;
    private readonly bool _jacobians;
    private readonly long? _sketch;

    /// <summary>Takes the sizes from the first checkpoint where they are not given.</summary>
    /// <param name="first">The run's first checkpoint.</param>
    /// <param name="loss">Gives n and p.</param>
    /// <param name="test">m, if known beforehand.</param>
    /// <param name="parameters">D (before any sketch), if known beforehand.</param>
    public CheckpointStructure(Checkpoint first, LossModel loss, int? test = null, long? parameters = null)
    {
        int p = loss.Outputs;
        var outputs = first["U_Q"];
        if (test is null && (outputs.Count == 0 || outputs.Count % p != 0))
            throw new InvalidRunException($"{outputs.Location}: U_Q: found shape {outputs.ShapeText}, expected [m, {p}]; it disagrees with outputs = {p}.");
        Test = test ?? checked((int)(outputs.Count / p));
        _jacobians = first.HasJacobians;
        _required = ["U_S", "U_Q", .. _jacobians ? (string[])["J_S", "J_Q"] : ["K_SS", "K_QS"], .. loss.IsCustom ? (string[])["g", "B"] : []];
        _sketch = Sketch(first);
        if (_jacobians)
        {
            Parameters = _sketch ?? parameters ?? (first["J_S"].Shape is { Count: > 0 } shape ? shape[^1] : 0);
            if (Parameters < 1) throw new InvalidRunException($"{first.Location}: J_S: found shape {first["J_S"].ShapeText}, expected one column per parameter.");
        }
        _shapes = new TensorShapes(loss.Examples, Test, p, Parameters, parameters ?? (_sketch is null ? Parameters : null), _sketch is not null);
    }

    /// <summary>m.</summary>
    public int Test { get; }

    /// <summary>Columns of the Jacobians: D, or k when sketched; null for kernel blocks.</summary>
    public long? Parameters { get; }

    /// <summary>Checks a whole sequence: at least two checkpoints, increasing time, and each one's tensors.</summary>
    public static CheckpointStructure Check(IReadOnlyList<Checkpoint> checkpoints, LossModel loss, int? test = null, long? parameters = null)
    {
        if (checkpoints.Count < 2)
            throw new InvalidRunException($"{(checkpoints.Count == 0 ? "The run" : checkpoints[0].Location)}: found {checkpoints.Count} checkpoint(s), expected at least two.");
        for (int k = 0; k < checkpoints.Count; k++)
        {
            var c = checkpoints[k];
            if (!double.IsFinite(c.Time))
                throw new InvalidRunException(FormattableString.Invariant($"{c.Location}: time of checkpoint {k} is {c.Time}, expected a finite number."));
            if (k > 0 && !(c.Time > checkpoints[k - 1].Time))
                throw new InvalidRunException(FormattableString.Invariant(
                    $"{c.Location}: time of checkpoint {k} is {c.Time}, expected more than {checkpoints[k - 1].Time}, the time of the one before it."));
        }

        var structure = new CheckpointStructure(checkpoints[0], loss, test, parameters);
        foreach (var c in checkpoints) structure.Check(c);
        return structure;
    }

    /// <summary>Checks one checkpoint: the required tensors are there and every tensor of the run format has its shape.</summary>
    public void Check(Checkpoint c)
    {
        if (c.HasJacobians != _jacobians && (c.HasJacobians || c.Find("K_SS") is not null))
            throw new InvalidRunException($"{c.Location}: found {(c.HasJacobians ? "J_S" : "K_SS")}, expected {(_jacobians ? "J_S and J_Q" : "K_SS and K_QS")} "
                + "as in the first checkpoint: a run has Jacobians in every checkpoint or kernel blocks in every checkpoint.");
        if (!_jacobians && c.Find("K_SS") is null)
            throw new InvalidRunException($"{c.Location}: tensors J_S and J_Q (or K_SS and K_QS) are missing (checkpoint at step {c.Step}); "
                + $"found {string.Join(", ", c.Tensors.Keys.Order(StringComparer.Ordinal))}.");
        foreach (string name in _required) _ = c[name];
        if (Sketch(c) != _sketch)
            throw new InvalidRunException($"{c.Location}: sketch: found {Sketch(c)?.ToString() ?? "none"}, expected {_sketch?.ToString() ?? "none"} as in the first checkpoint.");
        foreach (string name in TensorShapes.Names)
            if (c.Find(name) is { } tensor) _shapes.Check(tensor);
    }

    private static long? Sketch(Checkpoint c)
    {
        if (c.Find("sketch") is not { } sketch) return null;
        double k = sketch.Count == 1 ? sketch.ReadAll()[0] : 0;
        if (sketch.Shape.Count <= 1 && k >= 1 && k == Math.Floor(k) && k < long.MaxValue) return (long)k;
        throw new InvalidRunException(FormattableString.Invariant($"{sketch.Location}: sketch: found shape {sketch.ShapeText}, value {k}, expected one positive integer."));
    }
}
