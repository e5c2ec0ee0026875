namespace KernelFlow.Analysis.Measures;

/// <summary>Loss and accuracy at every checkpoint, from recorded outputs and targets.</summary>
internal static class TrainingBuilder
{
    private const string NoFormula = "the loss has no formula here (loss custom)", NoTargets = "the run has no y_Q, the targets of the test examples";

    /// <summary>The curves; each is unknown by itself.</summary>
    public static TrainingCurves Build(CheckpointSequence run, OutputRecord outputs)
    {
        var (loss, classes) = (run.Loss, ClassBuilder.Of(run.Loss));
        double examples = loss.Scale * loss.Examples;
        double[]? targets = run.RunTensors.GetValueOrDefault(TensorName.y_Q)?.ReadAll();
        double[] values = ClassBuilder.Values(loss);
        return new TrainingCurves
        {
            Times = outputs.Times,
            TrainLoss = outputs.Losses.All(l => l is not null) ? Curve(outputs.Losses.Select(l => l!.Value / examples)) : Without(NoFormula),
            TestLoss = loss.IsCustom ? Without(NoFormula) : targets is null ? Without(NoTargets) : TestLoss(loss, outputs, targets),
            TrainAccuracy = classes.IsKnown ? Curve(outputs.TrainOutputs.Select(u => ClassBuilder.Accuracy(u, loss.Targets, loss.Outputs, values)))
                : Without(classes.Reason!),
            TestAccuracy = !classes.IsKnown ? Without(classes.Reason!) : targets is null ? Without(NoTargets)
                : Curve(outputs.TestOutputs.Select(u => ClassBuilder.Accuracy(u, targets, loss.Outputs, values))),
        };
    }

    private static Known<IReadOnlyList<double>> TestLoss(LossModel loss, OutputRecord outputs, double[] targets)
    {
        try
        {
            var test = loss.WithTargets(targets);
            return Curve(outputs.TestOutputs.Select(u => test.Value(u) / (test.Scale * test.Examples)));
        }
        catch (InvalidRunException e)
        {
            return Without(e.Message.TrimEnd('.'));
        }
    }

    private static Known<IReadOnlyList<double>> Curve(IEnumerable<double> values) => Known.Of<IReadOnlyList<double>>([.. values]);

    private static Known<IReadOnlyList<double>> Without(string reason) => Known.Unknown<IReadOnlyList<double>>(reason);
}
