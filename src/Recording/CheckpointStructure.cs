namespace KernelFlow;

/// <summary>The structural checks that every checkpoint passes before anything large is read: which tensors there are and their shapes.</summary>
public sealed class CheckpointStructure
{
    private readonly TensorName[] _required;
    private readonly TensorShapes _shapes;
    private readonly bool _jacobians, _factors;
    private readonly long? _sketch;

    /// <summary>Takes the sizes from the first checkpoint where they are not given.</summary>
    /// <param name="first">The run's first checkpoint.</param>
    /// <param name="loss">The training loss, which gives n and p.</param>
    /// <param name="test">m, if known beforehand.</param>
    /// <param name="parameters">D (before any sketch), if known beforehand.</param>
    /// <exception cref="InvalidRunException">The first checkpoint does not give them.</exception>
    public CheckpointStructure(Checkpoint first, LossModel loss, int? test = null, long? parameters = null)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(loss);
        int p = loss.Outputs;
        var outputs = first[TensorName.U_Q];
        if (test is null && (outputs.Count == 0 || outputs.Count % p != 0))
            throw new InvalidRunException($"{outputs.Location}: U_Q: found shape {outputs.ShapeText}, expected [m, {p}]; it disagrees with outputs = {p}.");
        if ((long)loss.Examples * p > Array.MaxLength || Math.Max((test ?? 0L) * p, outputs.Count) > Array.MaxLength)
            throw new InvalidRunException($"{outputs.Location}: found {loss.Examples} training examples and U_Q of shape {outputs.ShapeText} "
                + $"with {p} outputs each, expected at most {Array.MaxLength} outputs over all examples.");
        Test = test ?? (int)(outputs.Count / p);
        _jacobians = first.HasJacobians;
        _factors = first.Find(TensorName.J_S) is FactoredJacobian;
        List<TensorNeed> needs = [TensorNeed.Always, _jacobians ? TensorNeed.JacobianRun : TensorNeed.KernelRun];
        if (loss.IsCustom) needs.Add(TensorNeed.LossWithoutFormula);
        _required = [.. needs.SelectMany(need => TensorName.All.Where(t => t.Need == need))];
        _sketch = Sketch(first);
        if (_jacobians)
        {
            var jacobian = first[TensorName.J_S];
            Parameters = _sketch ?? parameters ?? (jacobian.Shape is { Count: > 0 } shape ? shape[^1] : 0);
            if (Parameters < 1) throw new InvalidRunException($"{first.Location}: J_S: found shape {jacobian.ShapeText}, expected one column per parameter.");
        }
        _shapes = new TensorShapes(loss.Examples, Test, p, Parameters, parameters ?? (_sketch is null ? Parameters : null), _sketch is not null);
    }

    /// <summary>m, the number of test examples.</summary>
    public int Test { get; }

    /// <summary>Columns of the Jacobians: D, or k when sketched; null for kernel blocks.</summary>
    public long? Parameters { get; }

    /// <summary>Checks a whole sequence: at least two checkpoints, increasing time and step, and each one's tensors.</summary>
    /// <param name="checkpoints">The checkpoints.</param>
    /// <param name="loss">The training loss, which gives n and p.</param>
    /// <param name="test">m, if known beforehand.</param>
    /// <param name="parameters">D (before any sketch), if known beforehand.</param>
    /// <exception cref="InvalidRunException">The checkpoints are not those of a run; the message names file, tensor, what was found and what was
    /// expected.</exception>
    public static CheckpointStructure Check(IReadOnlyList<Checkpoint> checkpoints, LossModel loss, int? test = null, long? parameters = null)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(loss);
        if (checkpoints.Count < 2)
            throw new InvalidRunException(
                $"{(checkpoints.Count == 0 ? "The run" : checkpoints[0].Location)}: found {checkpoints.Count} checkpoint(s), expected at least two.");
        for (int k = 0; k < checkpoints.Count; k++)
        {
            var c = checkpoints[k];
            if (!double.IsFinite(c.Time))
                throw new InvalidRunException(FormattableString.Invariant($"{c.Location}: time of checkpoint {k} is {c.Time}, expected a finite number."));
            if (k > 0 && FlowTimeWindow.Obstacle(checkpoints[k - 1].Time, c.Time) is { } obstacle)
                throw new InvalidRunException($"{c.Location}: time of checkpoint {k} is {FlowTimeWindow.Text(c.Time)}, expected more than "
                    + $"{FlowTimeWindow.Text(checkpoints[k - 1].Time)}, the time of the one before it ({obstacle}).");
            if (k > 0 && c.Step <= checkpoints[k - 1].Step)
                throw new InvalidRunException($"{c.Location}: step of checkpoint {k} is {c.Step}, expected more than {checkpoints[k - 1].Step}, the step of "
                    + "the one before it (step must increase).");
        }

        var structure = new CheckpointStructure(checkpoints[0], loss, test, parameters);
        foreach (var c in checkpoints) structure.Check(c);
        return structure;
    }

    /// <summary>Checks one checkpoint: the required tensors are there and every tensor of the run format has its shape.</summary>
    /// <exception cref="InvalidRunException">A tensor is missing or has a wrong shape.</exception>
    public void Check(Checkpoint c)
    {
        ArgumentNullException.ThrowIfNull(c);
        bool blocks = c.Find(TensorName.K_SS) is not null;
        if (c.HasJacobians != _jacobians && (c.HasJacobians || blocks))
            throw new InvalidRunException(
                $"{c.Location}: found {(c.HasJacobians ? TensorName.J_S : TensorName.K_SS)}, expected {Pair(_jacobians)} as in the first checkpoint: "
                + "a run has Jacobians in every checkpoint or kernel blocks in every checkpoint.");
        if (!_jacobians && !blocks)
            throw new InvalidRunException(
                $"{c.Location}: tensors {Pair(true)} (or {Pair(false)}) are missing (checkpoint at step {c.Step}); found {c.NamesText}.");
        foreach (var name in _required) _ = c[name];
        if (_jacobians && c[TensorName.J_S] is FactoredJacobian != _factors)
            throw new InvalidRunException($"{c.Location}: found {(_factors ? "Jacobians" : "factors of Jacobians")}, expected "
                + $"{(_factors ? "factors of Jacobians" : "Jacobians")} as in the first checkpoint.");
        if (Sketch(c) != _sketch)
            throw new InvalidRunException(FormattableString.Invariant(
                $"{c.Location}: sketch: found {SketchText(Sketch(c))}, expected {SketchText(_sketch)} as in the first checkpoint."));
        foreach (var name in TensorName.All)
            if (c.Find(name) is { } tensor) _shapes.Check(tensor);
        if (c.Find(TensorName.ProductEpsilon) is { } products && products.ReadAll()[0] is var epsilon and not (>= 0 and < 1))
            throw new InvalidRunException(FormattableString.Invariant(
                $"{products.Location}: product_epsilon: found {epsilon}, expected the epsilon of a number type, at least 0 and below 1."));
    }

    private static string Pair(bool jacobians) => jacobians ? $"{TensorName.J_S} and {TensorName.J_Q}" : $"{TensorName.K_SS} and {TensorName.K_QS}";

    private static string SketchText(long? size) => size is { } k ? FormattableString.Invariant($"{k}") : "none";

    private static long? Sketch(Checkpoint c)
    {
        if (c.Find(TensorName.Sketch) is not { } sketch) return null;
        double k = sketch.Count == 1 ? sketch.ReadAll()[0] : 0;
        if (sketch.Shape.Count <= 1 && k >= 1 && k == Math.Floor(k) && k < long.MaxValue) return (long)k;
        throw new InvalidRunException(FormattableString.Invariant(
            $"{sketch.Location}: sketch: found shape {sketch.ShapeText}, value {k}, expected one positive integer."));
    }
}
