namespace KernelFlow.Files;

/// <summary>What a failure to write says: the file that was to be written, not the temporary one, and the reason in plain words.</summary>
internal static class WriteFailure
{
    // What the kernels of Unix and the system on Windows call a full disk, an exhausted quota and a file beyond its limit.
    private static readonly int[] _full = OperatingSystem.IsWindows() ? [39, 112] : [28], _quota = OperatingSystem.IsMacOS() ? [69] : [122], _limit = [27];

    /// <summary>The same failure about the target; null when it is about something else.</summary>
    /// <param name="failure">What was thrown.</param>
    /// <param name="part">The temporary file.</param>
    /// <param name="path">The target.</param>
    public static Exception? Of(Exception failure, string part, string path)
    {
        string name = Path.GetFileName(part);
        int code = failure.GetType() == typeof(IOException) ? failure.HResult & 0xFFFF : 0;
        // .NET says of a file beyond the limit that its own argument was wrong.
        if (failure is ArgumentOutOfRangeException { ParamName: "value", Source: "System.Private.CoreLib" }) code = _limit[0];
        string? reason = _full.Contains(code) ? "the disk is full" : _quota.Contains(code) ? "the quota is exhausted"
            : _limit.Contains(code) ? "the file would be larger than the system allows" : null;
        // These three come from writing alone, and .NET does not always name the file.
        if (reason is null && !failure.Message.Contains(name, StringComparison.Ordinal)) return null;
        if (failure is UnauthorizedAccessException) return new UnauthorizedAccessException($"{path}: cannot be written: access is denied.", failure);
        if (reason is null && failure.GetType() != typeof(IOException)) return null;
        reason ??= failure.Message.Replace(name, Path.GetFileName(path)).TrimEnd('.');
        return new IOException($"{path}: cannot be written: {reason}.", failure) { HResult = code == 0 ? failure.HResult : code };
    }
}
