namespace KernelFlow.Operators;

/// <summary>Whether a run has an exact descent recursion (theory, section 8), and if not, why.</summary>
public static class DescentSupport
{
    /// <summary>Decides from the manifest and from which tensors there are; no large tensor is read.</summary>
    /// <returns>Whether descent mode is possible, and the reason, to be shown either way.</returns>
    public static (bool Possible, string Reason) Check(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        string? obstacle = Steps(checkpoints) ?? Optimizer(checkpoints) ?? Minibatch(checkpoints) ?? Decay(checkpoints)
            ?? Start(checkpoints) ?? (checkpoints.HasJacobians ? Preconditioner(checkpoints) : Blocks(checkpoints));
        return obstacle is null ? (true, $"every step was recorded and the optimizer is {checkpoints.Optimizer!.Kind}") : (false, obstacle);
    }

    /// <summary>The recursion of a run that <see cref="Check"/> accepts.</summary>
    /// <exception cref="ArgumentException">Descent mode is not possible; the message says why.</exception>
    public static DescentRule Require(CheckpointSequence checkpoints)
    {
        var (possible, reason) = Check(checkpoints);
        return possible ? Rule(checkpoints) : throw new ArgumentException($"mode descent: {reason}.");
    }

    /// <summary>Why the steps between sparse checkpoints cannot be replayed from an interpolant; null where they can.</summary>
    /// <param name="checkpoints">The run or a window of it.</param>
    public static string? SparseObstacle(CheckpointSequence checkpoints)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        return checkpoints.Optimizer switch
        {
            null => "the optimizer of the run is not known, so its steps cannot be replayed",
            { BatchSize: { } size } when size < checkpoints.Train =>
                $"the optimizer takes minibatches of {size} of {checkpoints.Train} training examples, which are not known between checkpoints",
            { IsPlainDescent: false, Kind: var kind } => $"the optimizer is {kind}: gradient flow is not the limit of its steps on this time scale",
            _ => null,
        };
    }

    // This is asked for only after Optimizer(checkpoints) has found that there is one.
    private static DescentRule Rule(CheckpointSequence c) => c.Optimizer!.Rule!;

    private static string? Steps(CheckpointSequence c)
    {
        for (int k = 1; k < c.Count; k++)
            if (c[k].Step != c[k - 1].Step + 1)
                return FormattableString.Invariant($"not every step was recorded: checkpoint {k} is step {c[k].Step}, the one before it step {c[k - 1].Step}");
        return null;
    }

    private static string? Optimizer(CheckpointSequence c) => c.Optimizer switch
    {
        null => "the run does not say which optimizer made it (optimizer.kind)",
        { Rule: null } optimizer => optimizer.NoRuleReason,
        _ => null,
    };

    private static string? Minibatch(CheckpointSequence c)
    {
        bool batched = c.Optimizer!.BatchSize is { } size && size < c.Train || c.SkipLast(1).Any(k => k.Find(TensorName.Batch) is not null);
        return batched && c.SkipLast(1).FirstOrDefault(k => k.Find(TensorName.Batch) is null) is { } without
            ? $"{without.Location}: tensor batch is missing (checkpoint at step {without.Step}): a minibatch step is not along the gradient of the training "
                + "loss, and which examples it takes must be recorded for every step"
            : null;
    }

    private static string? Decay(CheckpointSequence c)
    {
        if (c.Optimizer!.WeightDecay is not (> 0 and var decay)) return null;
        string named = FormattableString.Invariant($"the weight decay {decay}");
        if (!c.HasJacobians) return $"kernel blocks do not say how the outputs answer to {named}: record Jacobians and the parameters w";
        if (c[0].Find(TensorName.Sketch) is not null) return $"sketched Jacobians do not say how the outputs answer to {named}";
        if (!Rule(c).HasBuffer && c[0].Find(TensorName.Preconditioner) is not null)
            return $"with {named} a preconditioned step without memory has no descent recursion here";
        return c.SkipLast(1).FirstOrDefault(k => k.Find(TensorName.w) is null) is { } without
            ? $"{without.Location}: tensor w is missing (checkpoint at step {without.Step}), without which the part of {named} in the step is not known"
            : null;
    }

    private static string? Start(CheckpointSequence c) => !Rule(c).HasBuffer || c[0].Step == 0
        ? null
        : FormattableString.Invariant($"with {Rule(c).Kind} the window must start at step 0, found step {c[0].Step}: ")
            + "the optimizer's memory of earlier gradients is not recorded";

    private static string? Preconditioner(CheckpointSequence c)
    {
        var rule = Rule(c);
        var leaving = c.SkipLast(1).ToArray();
        bool recorded = leaving.Any(k => k.Find(TensorName.Preconditioner) is not null), sketched = c[0].Find(TensorName.Sketch) is not null;
        if (rule.NeedsPreconditioner && sketched)
            return $"the Jacobians are sketched: the preconditioner that a step of {rule.Kind} needs cannot be applied to them";
        if (!rule.NeedsPreconditioner && rule.HasBuffer && recorded) return $"{rule.Kind} with a preconditioner has no descent recursion here";
        if (!rule.NeedsPreconditioner && sketched && recorded)
            return "sketched Jacobians contain the preconditioner of their own checkpoint, the step needs that of its start";
        bool needed = rule.NeedsPreconditioner || recorded;
        return needed && leaving.FirstOrDefault(k => k.Find(TensorName.Preconditioner) is null) is { } without
            ? $"{without.Location}: tensor preconditioner is missing (checkpoint at step {without.Step}); "
                + $"{(rule.NeedsPreconditioner ? rule.Kind : "a preconditioned step")} needs it in every checkpoint but the last"
            : null;
    }

    private static string? Blocks(CheckpointSequence c)
    {
        if (Rule(c).HasBuffer)
            return $"kernel blocks hold products of neighbouring Jacobians only, {Rule(c).Kind} needs those with all earlier ones: record Jacobians";
        foreach (var k in c.SkipLast(1))
        {
            TensorName[] missing = [.. ((TensorName[])[TensorName.K_SS_next, TensorName.K_QS_next]).Where(name => k.Find(name) is null)];
            if (missing.Length > 0)
                return $"{k.Location}: kernel blocks without the cross blocks {string.Join<TensorName>(" and ", missing)} "
                    + $"(J_k+1 J_kᵀ; checkpoint at step {k.Step}) do not determine the step";
        }
        return null;
    }
}
