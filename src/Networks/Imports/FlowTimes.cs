namespace KernelFlow.Networks.Imports;

/// <summary>Flow times of checkpoints from learning rates: sums with compensation, k·η where the rate is constant.</summary>
internal static class FlowTimes
{
    /// <summary>The times of the checkpoints.</summary>
    /// <param name="map">The map.</param>
    /// <param name="numbers">The numbers in the names.</param>
    /// <param name="files">The files.</param>
    /// <param name="factor">What the loss of the training is times that of the run format.</param>
    public static double[] Of(ImportMap map, IReadOnlyList<long> numbers, SourceFiles files, double factor)
    {
        long[] steps = [.. numbers.Select(number => checked(number * map.StepsPerNumber))];
        double[] times = map.Times is { } stated ? Stated(map, stated, numbers.Count)
            : map.TimeTensor is { } tensor ? Recorded(map, tensor, numbers, files)
            : map.Rates is { } rates ? Sums(rates, steps, $"{map.Path}: learningRates")
            : map.RateTensor is { } reference ? Read(map, reference, steps, files)
            : [.. steps.Select(step => step * (map.ConstantRate ?? map.Optimizer(1).Optimizer!.LearningRate))];
        if (factor != 1) times = Array.ConvertAll(times, t => t * factor);
        for (int k = 1; k < times.Length; k++)
            if (FlowTimeWindow.Obstacle(times[k - 1], times[k]) is { } obstacle)
                throw new InvalidRunException($"{map.Path}: the checkpoint of step {numbers[k]} has flow time {FlowTimeWindow.Text(times[k])}, "
                    + $"expected more than {FlowTimeWindow.Text(times[k - 1])}, the time of the checkpoint before it ({obstacle}).");
        return times;
    }

    private static double[] Stated(ImportMap map, IReadOnlyList<double> times, int count) => times.Count == count ? [.. times]
        : throw new InvalidRunException($"{map.Path}: times: found {times.Count} numbers, expected {count}, one for each checkpoint.");

    private static double[] Recorded(ImportMap map, TensorReference reference, IReadOnlyList<long> numbers, SourceFiles files)
    {
        if (!reference.HasStep) // All of them in one tensor.
        {
            using var data = new SourceTensors(files, null, map.DataFile);
            return Stated(map, data.Get("times", reference).ReadAll(), numbers.Count);
        }
        return [.. numbers.Select(number =>
        {
            using var tensors = new SourceTensors(files, number, map.Checkpoints);
            var time = tensors.Get("time", reference);
            return time.Count == 1 ? time.ReadAll()[0]
                : throw new InvalidRunException($"{time.Location}: found shape {time.ShapeText}, expected one flow time.");
        })];
    }

    private static double[] Read(ImportMap map, TensorReference reference, long[] steps, SourceFiles files)
    {
        using var data = new SourceTensors(files, null, map.DataFile);
        var rates = data.Get("learningRates", reference);
        double[] values = rates.ReadAll();
        if (values.Any(v => v < 0)) throw new InvalidRunException($"{rates.Location}: found a negative number, expected learning rates.");
        return Sums(values, steps, rates.Location);
    }

    private static double[] Sums(IReadOnlyList<double> rates, long[] steps, string where)
    {
        if (rates.Count < steps[^1])
            throw new InvalidRunException($"{where}: found {rates.Count} rates, expected one for each of the {steps[^1]} steps "
                + "from the first step of the training on.");
        var times = new double[steps.Length];
        double sum = 0, error = 0;
        long step = 0;
        for (int k = 0; k < steps.Length; k++)
        {
            for (; step < steps[k]; step++)
            {
                double next = sum + rates[(int)step];
                error += Math.Abs(sum) >= rates[(int)step] ? sum - next + rates[(int)step] : rates[(int)step] - next + sum;
                sum = next;
            }
            times[k] = sum + error;
        }
        return times;
    }
}
