using static KernelFlow.Results.Codecs;

namespace KernelFlow.Results;

/// <summary>The keys of training curves, classes, mode content and the two portraits of the kernel.</summary>
internal static class PictureSchemas
{
    /// <summary>What files of earlier versions do not have.</summary>
    public static Known<T> Absent<T>() => Known.Unknown<T>(ResultsJson.NotInTheFile);

    /// <summary>A matrix in blocks.</summary>
    public static readonly Schema<MatrixPicture> Picture = new(s =>
    {
        var (rows, columns, means) = (s.Add("rows", Whole, p => p.Rows), s.Add("columns", Whole, p => p.Columns), s.Add("means", NumberRows, p => p.Means));
        return json => new MatrixPicture(rows[json], columns[json], means[json]);
    });

    /// <summary>The kernel at one end of the window.</summary>
    public static readonly Schema<KernelPortrait> Portrait = new(s =>
    {
        var (time, values) = (s.Add("time", Number, p => p.Time), s.Add("eigenvalues", KnownNumbers, p => p.Eigenvalues));
        var gram = s.Add("gram", Picture.Object, p => p.Gram);
        return json => new KernelPortrait { Time = time[json], Eigenvalues = values[json], Gram = gram[json] };
    });

    /// <summary>The key "training": one array per curve, over the checkpoints.</summary>
    public static readonly Schema<TrainingCurves> Training = new(s =>
    {
        var times = s.Add("times", Numbers, t => t.Times);
        var (trainLoss, testLoss) = (s.Add("trainLoss", KnownNumbers, t => t.TrainLoss), s.Add("testLoss", KnownNumbers, t => t.TestLoss));
        var (train, test) = (s.Add("trainAccuracy", KnownNumbers, t => t.TrainAccuracy), s.Add("testAccuracy", KnownNumbers, t => t.TestAccuracy));
        return json => new TrainingCurves
        {
            Times = times[json], TrainLoss = trainLoss[json], TestLoss = testLoss[json], TrainAccuracy = train[json], TestAccuracy = test[json],
        };
    });

    /// <summary>The key "classes".</summary>
    public static readonly Schema<ExampleClasses> Classes = new(s =>
    {
        var (names, of) = (s.Add("names", Texts, c => c.Names), s.Add("of", Wholes, c => c.Of));
        return json => new ExampleClasses { Names = names[json], Of = of[json] };
    });

    /// <summary>The key "modeContent".</summary>
    public static readonly Schema<ModeContent> Modes = new(s =>
    {
        var (energy, gradient) = (s.Add("energy", Numbers, m => m.Energy), s.Add("gradientEnergy", Number, m => m.GradientEnergy));
        var (examples, classes) = (s.Add("byExample", Picture.Object, m => m.ByExample), s.Add("byClass", Picture.KnownObject, m => m.ByClass));
        return json => new ModeContent
        {
            Energy = energy[json], GradientEnergy = gradient[json], ByExample = examples[json], ByClass = classes[json],
        };
    });
}
