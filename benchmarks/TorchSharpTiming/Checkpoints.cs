using System.Diagnostics;
using KernelFlow.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.TorchSharpTiming;

/// <summary>Time and bytes of one checkpoint in every form, beside backward passes row by row.</summary>
internal static class Checkpoints
{
    public static void Time(string name, long[] widths, int n, int rows, int repeats)
    {
        int p = (int)widths[^1];
        using var dense = new Dense(widths, n, m: 1);
        Console.WriteLine($"{name}: D = {dense.Parameters}, N = {n * p} training outputs (m = 1), float64, one thread");
        var rowTimes = new List<double>();
        var againTimes = new List<double>();
        var times = Enum.GetValues<JacobianStore>().ToDictionary(s => s, _ => new List<double>());
        var written = Enum.GetValues<JacobianStore>().ToDictionary(s => s, _ => new List<double>());
        var alone = new List<double>();
        var bytes = new Dictionary<JacobianStore, long>();
        for (int r = 0; r < repeats; r++)
        {
            // Next to each other, so that a noisy machine is the same for all.
            rowTimes.Add(RowByRow(dense, rows, again: false) * n / rows);
            againTimes.Add(RowByRow(dense, Math.Min(rows, 20), again: true) * n / Math.Min(rows, 20));
            foreach (var store in times.Keys)
            {
                // Rows of a wide network do not fit: their file is counted, not written.
                if (store == JacobianStore.Jacobians && (double)n * p * dense.Parameters > 2e8) continue;
                times[store].Add(Recorded(dense, store, JacobianStrategy.Auto, false, out _));
                written[store].Add(Recorded(dense, store, JacobianStrategy.Auto, true, out long size));
                bytes[store] = size;
            }
            if ((double)n * p * dense.Parameters <= 2e8) alone.Add(Recorded(dense, JacobianStore.Jacobians, JacobianStrategy.Rows, false, out _));
        }
        double row = Median(rowTimes);
        Console.WriteLine($"row by row, all examples forward once, kept in memory ({rows * p} rows, scaled): {row:f2} s");
        Console.WriteLine($"row by row, all examples forward for every row ({Math.Min(rows, 20) * p} rows, scaled): {Median(againTimes):f2} s");
        if (alone.Count > 0) Console.WriteLine($"recorded by rows in memory, each example forward alone: {Median(alone):f2} s");
        long plain = (n + 1L) * p * dense.Parameters * 8;
        foreach (var (store, list) in times.Where(t => t.Value.Count > 0))
            Console.WriteLine($"{store}: {Median(list):f3} s per checkpoint in memory, {row / Median(list):f1} times faster than row by row; "
                + $"{Median(written[store]):f3} s with its file of {bytes[store] / 1e6:f2} MB, "
                + $"{plain / (double)bytes[store]:f1} times smaller than J ({plain / 1e6:f0} MB)");
    }

    // What a user would write: a backward pass per row, the gradients copied into J; one forward pass for all rows, or one for each.
    private static double RowByRow(Dense dense, int examples, bool again)
    {
        using var scope = NewDisposeScope();
        Tensor[] leaves = [.. dense.Model.parameters()];
        int p = (int)dense.Targets.shape[1], at;
        var J = zeros(examples * p, dense.Parameters, dtype: ScalarType.Float64);
        var watch = Stopwatch.StartNew();
        var u = dense.Model.forward(dense.Train);
        for (int i = 0; i < examples; i++)
            for (int c = 0; c < p; c++)
            {
                using var inner = NewDisposeScope();
                if (again) u = dense.Model.forward(dense.Train);
                autograd.backward([u[i, c]], retain_graph: !again, inputs: leaves);
                using var none = no_grad();
                at = 0;
                foreach (var leaf in leaves)
                {
                    int count = (int)leaf.numel();
                    J[i * p + c].narrow(0, at, count).copy_(leaf.grad!.reshape(-1));
                    leaf.grad = null;
                    at += count;
                }
            }
        return watch.Elapsed.TotalSeconds;
    }

    // Three checkpoints of three steps: with kernel blocks each has those across.
    private static double Recorded(Dense dense, JacobianStore store, JacobianStrategy strategy, bool files, out long bytes)
    {
        const int Steps = 2;
        string folder = Directory.CreateTempSubdirectory("kernelflow-timing-").FullName;
        try
        {
            using var optimizer = optim.SGD(dense.Model.parameters(), 1e-3);
            using var recorder = dense.Attach(files ? folder : null, optimizer, new(CheckpointSteps.Every(Steps)) { Store = store, Strategy = strategy });
            var watch = new Stopwatch();
            for (int s = 0; s < Steps; s++)
            {
                dense.Gradient(optimizer);
                watch.Start();
                recorder.Step();
                watch.Stop();
            }
            bytes = !files ? 0 : new FileInfo(Path.Combine(folder, "checkpoint-000001.safetensors")).Length;
            return watch.Elapsed.TotalSeconds / (Steps + 1);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    public static double Median(List<double> values)
    {
        double[] sorted = [.. values.Order()];
        return (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
