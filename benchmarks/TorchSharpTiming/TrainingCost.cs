using KernelFlow.Recording;
using static TorchSharp.torch;

namespace KernelFlow.TorchSharpTiming;

/// <summary>What recording costs a training between its checkpoints: pairs of the same steps with and without the recorder.</summary>
internal static class TrainingCost
{
    private const int Steps = 60;

    public static void Compare(int pairs)
    {
        var ratios = new List<double>();
        using var dense = new Dense([64, 170, 85, 10], 200, 1);
        string folder = Directory.CreateTempSubdirectory("kernelflow-timing-").FullName;
        try
        {
            using var plain = optim.SGD(dense.Model.parameters(), 1e-4);
            using var recorded = optim.SGD(dense.Model.parameters(), 1e-4);
            using var recorder = dense.Attach(folder, recorded, new(CheckpointSteps.Fixed(100_000_000)) { Store = JacobianStore.Factors });
            recorder.Step(); // The first checkpoint is written here, and no other one comes.
            for (int pair = -2; pair < pairs; pair++)
            {
                // Step by step in turn, and who is first changes: drifts of the machine fall on both alike.
                TimeSpan with = default, without = default;
                for (int s = 0; s < Steps; s++)
                    for (int turn = 0; turn < 2; turn++)
                        if ((turn + s + pair) % 2 == 0) with += Taken(recorded, () => recorder.Step());
                        else without += Taken(plain, () => plain.step());
                if (pair >= 0) ratios.Add(with / without);
            }

            // Time of the processor, which other programs on the machine do not lengthen.
            TimeSpan Taken(optim.Optimizer optimizer, Action step)
            {
                var start = Environment.CpuUsage.TotalTime;
                dense.Gradient(optimizer);
                step();
                return Environment.CpuUsage.TotalTime - start;
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
        double[] sorted = [.. ratios.Order()];
        // The order statistics that bound the median with 95% (sign test).
        int low = (int)Math.Floor((pairs - 1.96 * Math.Sqrt(pairs)) / 2), high = pairs - 1 - low;
        Console.WriteLine(FormattableString.Invariant($"{pairs} pairs of {Steps} steps: processor time with a fixed schedule over that without, ")
            + FormattableString.Invariant($"median {Checkpoints.Median(ratios):f4}, ")
            + FormattableString.Invariant($"95% interval [{sorted[Math.Max(low, 0)]:f4}, {sorted[Math.Min(high, pairs - 1)]:f4}]"));
    }
}
