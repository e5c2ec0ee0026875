namespace KernelFlow.Files;

/// <summary>Bounds how many <see cref="PositionedFile"/>s the process holds open: a run of thousands of checkpoints must not run out of descriptors.</summary>
internal static class OpenFiles
{
    /// <summary>The most that are open at a time, except for a moment.</summary>
    public const int Most = 64;

    private static readonly Lock s_gate = new();
    private static readonly Queue<WeakReference<PositionedFile>> s_open = new();

    /// <summary>Counts a file that has just been opened, and closes the one that was opened longest ago when there are too many.</summary>
    public static void Admit(PositionedFile file)
    {
        WeakReference<PositionedFile>? oldest = null;
        lock (s_gate)
        {
            s_open.Enqueue(new WeakReference<PositionedFile>(file));
            if (s_open.Count > Most) oldest = s_open.Dequeue();
        }
        // Outside the lock: closing takes the lock of the file, whose owner may be on the way here.
        if (oldest is not null && oldest.TryGetTarget(out var other)) other.Close();
    }
}
