namespace KernelFlow.Files;

/// <summary>What a failure to write says: the file that was to be written, not the temporary one, and the reason in plain words.</summary>
internal static class WriteFailure
{
    // What the kernels of Unix and the system on Windows call a full disk, an exhausted quota and a file beyond its limit.
    private static readonly int[] _full = OperatingSystem.IsWindows() ? [39, 112] : [28], _quota = OperatingSystem.IsMacOS() ? [69] : [122], _limit = [27];

    /// <summary>Does something to the temporary file.</summary>
    public static T Naming<T>(string path, Func<T> action)
    {
        try
        {
            return action();
        }
        catch (Exception e) when (Of(e, path) is { } failure)
        {
            throw failure;
        }
    }

    /// <summary>The same without a result.</summary>
    public static void Naming(string path, Action action) => Naming(path, () =>
    {
        action();
        return 0;
    });

    /// <summary>The same failure about the target; null when it is none of writing, or says already what is wrong.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="path">The target.</param>
    public static Exception? Of(Exception failure, string path)
    {
        if (failure is UnauthorizedAccessException) return new UnauthorizedAccessException($"{path}: cannot be written: access is denied.", failure);
        // The framework calls a file beyond the limit an argument out of range.
        bool limit = failure is ArgumentOutOfRangeException || (failure.GetType() == typeof(IOException) && _limit.Contains(failure.HResult & 0xFFFF));
        if (!limit && failure.GetType() != typeof(IOException)) return null;
        int code = failure.HResult & 0xFFFF;
        string? reason = limit ? "the file would be larger than the system allows" : _full.Contains(code) ? "the disk is full"
            : _quota.Contains(code) ? "the quota is exhausted" : null;
        return new IOException($"{path}: cannot be written: {reason ?? failure.Message.TrimEnd('.')}.", failure) { HResult = failure.HResult };
    }
}
