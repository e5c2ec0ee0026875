namespace KernelFlow.Results;

/// <summary>What training curves, classes and pictures must have in common with the rest of results.json.</summary>
internal static class PictureChecks
{
    /// <summary>Refuses parts that contradict each other.</summary>
    /// <param name="json">The document.</param>
    /// <param name="analysis">What was read of it.</param>
    /// <exception cref="InvalidResultsException">They do; the message names the key.</exception>
    public static void Require(ResultsKey json, ReservoirAnalysis analysis)
    {
        int train = analysis.Run.Train;
        if (analysis.Training.TryGet(out var training)) Training(json["training"], training);
        if (analysis.PopulationRisk.TryGet(out var risk))
        {
            ResultsChecks.SameLength(json["populationRisk"], "leaveOneOut", risk.LeaveOneOut.Count, risk.Times.Count);
            if (risk.FirstOrder.TryGet(out var first)) ResultsChecks.SameLength(json["populationRisk"], "firstOrder", first.Count, risk.Times.Count);
            ResultsChecks.SameLength(json["populationRisk"], "shifts", risk.Shifts.Count, train);
            if ((uint)risk.Best.Checkpoint >= (uint)risk.Times.Count)
                throw json["populationRisk"]["best"]["checkpoint"].Wrong($"an index below {risk.Times.Count}");
        }
        if (analysis.JumpToEnd.TryGet(out var jump)) Jump(json["jumpToEnd"], jump);
        if (analysis.OrderOfFilling.TryGet(out var order))
            ResultsChecks.SameLength(json["orderOfFilling"], "fillingTimes", order.FillingTimes.Count, order.KernelEigenvalues.Count);
        if (analysis.Classes.TryGet(out var classes)) Classes(json["classes"], classes, train);
        if (analysis.Modes.TryGet(out var modes))
        {
            Picture(json["modeContent"]["byExample"], modes.ByExample, train, modes.Energy.Count);
            if (modes.ByClass.TryGet(out var byClass))
                Picture(json["modeContent"]["byClass"], byClass, classes?.Names.Count ?? throw json["classes"].Wrong("the classes of modeContent.byClass"),
                    modes.Energy.Count);
        }
        if (analysis.KnownEvolution.TryGet(out var evolution))
            foreach (var (key, portrait) in new[] { ("start", evolution.Start), ("end", evolution.End) })
                if (portrait.TryGet(out var known)) Picture(json["kernelEvolution"][key]["gram"], known.Gram, train, train);
        if (analysis.Influence.TryGet(out var influence) && influence.Changed.TryGet(out var changed))
            foreach (var (example, key) in changed.Zip(json["influence"]["changed"].Items()))
                if ((uint)example >= (uint)influence.Examples.Count) throw key.Wrong($"an index below {influence.Examples.Count}");
    }

    private static void Jump(ResultsKey json, JumpToEnd jump)
    {
        foreach (var (key, values) in new[] { ("times", jump.Times), ("testError", jump.TestError), ("trainError", jump.TrainError),
            ("testErrorOfWaiting", jump.TestErrorOfWaiting), ("testErrorToInfinity", jump.TestErrorToInfinity.OrDefault(jump.Times)),
            ("trainErrorToInfinity", jump.TrainErrorToInfinity.OrDefault(jump.Times)) })
            ResultsChecks.SameLength(json, key, values.Count, jump.Checkpoints.Count);
    }

    private static void Training(ResultsKey json, TrainingCurves training)
    {
        foreach (var (key, curve) in new[] { ("trainLoss", training.TrainLoss), ("testLoss", training.TestLoss), ("trainAccuracy", training.TrainAccuracy),
            ("testAccuracy", training.TestAccuracy) })
            if (curve.TryGet(out var values)) ResultsChecks.SameLength(json, key, values.Count, training.Times.Count);
    }

    private static void Classes(ResultsKey json, ExampleClasses classes, int train)
    {
        ResultsChecks.SameLength(json, "of", classes.Of.Count, train);
        foreach (var (index, key) in classes.Of.Zip(json["of"].Items()))
            if ((uint)index >= (uint)classes.Names.Count) throw key.Wrong($"an index below {classes.Names.Count}");
    }

    private static void Picture(ResultsKey json, MatrixPicture picture, int rows, int columns)
    {
        if (picture.Rows != rows) throw json["rows"].Wrong($"{rows}");
        if (picture.Columns != columns) throw json["columns"].Wrong($"{columns}");
        int high = Math.Min(rows, MatrixPicture.MostBlocks), wide = Math.Min(columns, MatrixPicture.MostBlocks);
        if (picture.Means.Count != high) throw json["means"].Wrong($"{high} rows");
        foreach (var (row, key) in picture.Means.Zip(json["means"].Items()))
            if (row.Count != wide) throw key.Wrong($"{wide} numbers");
    }
}
