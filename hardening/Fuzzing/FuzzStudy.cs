using System.Diagnostics;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>Gives a reader spoilt files, one after the other, and judges what it does with each.</summary>
internal static class FuzzStudy
{
    // A file of a few kilobytes neither takes a second nor asks for this much memory.
    private const long LargestAllocation = 64L << 20;
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(5);

    /// <summary>Runs the cases from <paramref name="first"/> on.</summary>
    /// <param name="reader">The reader.</param>
    /// <param name="seed">Seed of the study.</param>
    /// <param name="first">The first case.</param>
    /// <param name="count">How many.</param>
    /// <param name="findings">Receives everything.</param>
    /// <param name="alive">Told the number of each case before it is read, and −1 at the end: whoever watches sees a hang.</param>
    public static void Run(AttackedReader reader, long seed, int first, int count, Findings findings, Action<int>? alive = null)
    {
        for (int i = first; i < first + count; i++)
        {
            byte[] bytes = reader.Input(seed, i);
            File.WriteAllBytes(reader.File, bytes);
            alive?.Invoke(i);
            Judge(reader, i, bytes, findings);
        }
        alive?.Invoke(-1);
    }

    private static void Judge(AttackedReader reader, int number, byte[] bytes, Findings findings)
    {
        string place = FormattableString.Invariant($"{reader.Name}, input {number}");
        long allocated = GC.GetAllocatedBytesForCurrentThread(), started = Stopwatch.GetTimestamp();
        try
        {
            reader.Read(number, bytes, findings);
            findings.Count("accepted");
        }
        catch (Exception e) when (reader.IsRefusal(e))
        {
            findings.Count("refused");
            if (MessageCheck.Complaint(e.Message) is { } complaint) findings.Defect(place, complaint, e.Message);
        }
        catch (Exception e)
        {
            findings.Defect(place, $"an unexpected {e.GetType().Name} {Origin(e)}", e.Message);
        }
        if (GC.GetAllocatedBytesForCurrentThread() - allocated is > LargestAllocation and var much)
            findings.Defect(place, "much memory for a small file", FormattableString.Invariant($"{much >> 20} MiB for {bytes.Length} bytes"));
        if (Stopwatch.GetElapsedTime(started) - reader.Waited is var took && took > s_longest)
            findings.Defect(place, "much time for a small file", FormattableString.Invariant($"{took.TotalSeconds:0.0} s for {bytes.Length} bytes"));
    }

    // Where it was thrown from, as far as this project's own methods go: the same defect has the same place.
    private static string Origin(Exception e) =>
        e.StackTrace?.Split('\n').FirstOrDefault(l => l.Contains("KernelFlow.", StringComparison.Ordinal))?.Split(" in ")[0].Trim()
        ?? "from nowhere";
}
