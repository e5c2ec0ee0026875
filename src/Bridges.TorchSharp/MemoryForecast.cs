using System.Globalization;
using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>What recording will hold beside the training, told before the first checkpoint.</summary>
/// <param name="Held">Bytes that are held whatever the number of examples computed at a time.</param>
/// <param name="PerExample">Bytes for every example that is computed at a time.</param>
/// <param name="Chunk">Examples computed at a time.</param>
/// <param name="Total">Bytes in all; those of the comparison of hooks with rows at the start, where they are more.</param>
/// <param name="PerCheckpoint">Bytes of a checkpoint's file, without its header.</param>
public sealed record MemoryForecast(long Held, long PerExample, int Chunk, long Total, long PerCheckpoint)
{
    internal static MemoryForecast Of(ForecastSizes s, long? memory, int? chunk)
    {
        long limit = memory ?? Free() / 2;
        int most = Math.Max(s.Train, s.Test), size = chunk ?? 0;
        if (s.Joint) size = most;
        if (size == 0)
            for (int bit = 1 << 12; bit > 0; bit >>= 1)
                if (s.Held + s.Working(size + bit) <= limit) size += bit;
        size = Math.Min(Math.Max(size, 1), most);
        double total = Math.Max(s.Held + s.Working(size), s.Comparison);
        if (total > limit)
            throw new RecordingRefusedException(string.Create(CultureInfo.InvariantCulture,
                $"Memory: recording needs {total / 1e6:g4} MB ({s.Held / 1e6:g4} MB held and {s.Working(size) / 1e6:g4} MB for {size} examples at a time), ")
                + string.Create(CultureInfo.InvariantCulture, $"found {limit / 1e6:g4} MB; record fewer examples or outputs, use JacobianStore.Factors, ")
                + "or raise options.Memory.");
        return new MemoryForecast((long)s.Held, (long)(s.Working(size) / size), size, (long)total, (long)s.PerCheckpoint);
    }

    // Of the host: libtorch does not tell what another device has, where options.Memory should say it.
    private static long Free()
    {
        const string Path = "/proc/meminfo", Key = "MemAvailable:";
        var info = GC.GetGCMemoryInfo();
        long limit = info.TotalAvailableMemoryBytes;
        if (!File.Exists(Path)) return Math.Max(limit - info.MemoryLoadBytes, 1L << 30);
        string? line = File.ReadLines(Path).FirstOrDefault(l => l.StartsWith(Key, StringComparison.Ordinal));
        string? number = line?[Key.Length..].Replace("kB", "", StringComparison.Ordinal);
        return long.TryParse(number, CultureInfo.InvariantCulture, out long available) ? Math.Min(available << 10, limit)
            : 4L << 30;
    }
}
