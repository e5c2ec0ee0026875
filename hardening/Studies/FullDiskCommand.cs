using System.Diagnostics;
using System.Globalization;
using KernelFlow.Hardening.Writers;

namespace KernelFlow.Hardening.Studies;

/// <summary><c>full-disk</c>: the disk fills at a random byte. A small file system in memory where one may be mounted, else a limit of file sizes.</summary>
internal static class FullDiskCommand
{
    private const long Roomy = 256L << 20;

    /// <summary>Runs it; the exit code.</summary>
    public static int Run(Arguments arguments, TextWriter log) => WriterStudy.Run("full-disk", 20, arguments, log,
        (writer, folder, place, dice, findings) => One(writer, folder, place, dice, findings, mount: true));

    /// <summary>One full disk.</summary>
    public static void One(Writer writer, string folder, string place, Dice dice, Findings findings, bool mount)
    {
        // The disk is the output folder itself in half of the cases: a mount point cannot be exchanged for another folder.
        string disk = dice.OneIn(2) ? folder : Path.Combine(folder, "o");
        Directory.CreateDirectory(disk);
        bool mounted = mount && Mount($"mount -t tmpfs -o size={Roomy} tmpfs {disk}");
        findings.Count(mounted ? "on a small file system" : "under a limit of file sizes");
        try
        {
            var one = new Case(writer, folder, place, dice, findings);
            long room = (long)(writer.Bytes * 1.1 * dice.Fraction()), held = Used(disk), largest = Largest(writer.Reference(Which.Later));
            if (mounted && !Mount(string.Create(CultureInfo.InvariantCulture, $"mount -o remount,size={Math.Max(held + room, 8192)} {disk}")))
                throw new InvalidOperationException($"{disk}: the file system cannot be made small");
            using var running = one.Start(Which.Later, mounted ? null : (long)(largest * dice.Fraction()));
            var ended = running.Wait();
            findings.Count(string.Create(CultureInfo.InvariantCulture, $"exit {ended.ExitCode}"));
            if (ended.ExitCode is not (0 or 2)) one.Defect($"exit {ended.ExitCode}", ended.Message);
            // Whoever reads it must learn which file could not be written.
            if (ended.ExitCode == 2 && !ended.Message.Contains(one.Shown, StringComparison.Ordinal)) one.Defect("the message names no file", ended.Message);
            if (ended.Error.Split('\n').Count(l => l.StartsWith("error:", StringComparison.Ordinal)) > 1) one.Defect("more than one error", ended.Error);
            var state = one.Judge("after");
            if (ended.ExitCode == 0 && state.Condition is not (Condition.Later or Condition.Wrong)) one.Defect($"exit 0 and {state.Condition}");
            if (mounted) Mount($"mount -o remount,size={Roomy} {disk}");
            one.Mend(state, dice);
        }
        finally
        {
            if (mounted) Mount($"umount -l {disk}");
        }
    }

    // Whole pages, and one for each folder and link: what a file system in memory counts.
    private static long Used(string folder) => Directory.EnumerateFileSystemEntries(folder, "*", SearchOption.AllDirectories)
        .Sum(e => new FileInfo(e) is { Exists: true, LinkTarget: null } file ? (file.Length + 4095) / 4096 * 4096 : 0);

    private static long Largest(string folder) => Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Max(f => new FileInfo(f).Length);

    private static bool Mount(string command)
    {
        if (!OperatingSystem.IsLinux()) return false;
        string[] words = command.Split(' ');
        using var process = Process.Start(new ProcessStartInfo(words[0], words[1..]) { RedirectStandardError = true, RedirectStandardOutput = true })!;
        process.StandardError.ReadToEnd();
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
