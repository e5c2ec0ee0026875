using KernelFlow.Operators;

namespace KernelFlow.Analysis.Consistency;

/// <summary>Which recordings can be compared interval by interval, and why the others cannot.</summary>
internal static class ConsistencySupport
{
    /// <summary>Compares the intervals of a run, or says why not.</summary>
    public static Known<IntervalRecord> Compare(AnalysisInput input, CancellationToken cancellation)
    {
        var c = input.Checkpoints;
        if (TheorySetting.Outside(c) is { } outside) return No($"not the theory's setting: {outside}");
        if (c.Count < 3) return No("fewer than three checkpoints: no interval has a neighbour");
        if (c.Any(k => k.Find(TensorName.Sketch) is not null)) return No("the Jacobians are sketched: what a step does is known only on average");
        if (DescentSupport.Check(c).Possible)
        {
            var rule = c.Optimizer!.Rule!;
            if (c.HasJacobians) return Known.Of(RecordedSteps.Compare(input, rule, cancellation));
            return ChordQuadrature.Auto.Resolve(c) == ChordQuadratureKind.Midpoint
                ? Known.Of(RecordedBlockSteps.Compare(input, rule, cancellation))
                : No("kernel blocks of single steps without midpoints do not tell how far the trapezium is off");
        }
        return Sparse(c) is { } reason ? No(reason)
            : !c.HasJacobians ? No("kernel blocks between which J cannot be interpolated by cubics do not tell how far an interpolant is off")
            : Known.Of(ReplayedIntervals.Compare(input, cancellation));
    }

    private static string? Sparse(CheckpointSequence c)
    {
        if (c.Optimizer is not { } optimizer) return "the run does not say which optimizer made it (optimizer.kind)";
        if (c.Loss.IsCustom) return "a custom loss has no formula: its gradient between checkpoints is not known";
        if (optimizer.IsFlow) return null;
        if (optimizer.WeightDecay > 0) return "weight decay moves the parameters between checkpoints by an amount that is not known there";
        if (!optimizer.IsPlainDescent)
            return optimizer.Rule is null ? optimizer.NoRuleReason : $"{optimizer.Kind} keeps a memory of earlier gradients, and not every step was recorded";
        if (optimizer.BatchSize is { } size && size < c.Train) return $"the optimizer takes minibatches of {size} of {c.Train} training examples";
        if (c.Any(k => k.Find(TensorName.Batch) is { } batch && batch.Count < c.Train)) return "steps take minibatches, and not every step was recorded";
        return c.Zip(c.Skip(1)).Any(p => p.Second.Step <= p.First.Step) ? "the step numbers do not increase" : null;
    }

    private static Known<IntervalRecord> No(string reason) => Known.Unknown<IntervalRecord>(reason);
}
