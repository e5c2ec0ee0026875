using System.Globalization;
using KernelFlow.Hardening.Writers;

namespace KernelFlow.Hardening.Studies;

/// <summary><c>pairs</c>: two writers of one folder at the same time. One of them, or one after the other, and never both at once.</summary>
internal static class PairsCommand
{
    /// <summary>Runs it; the exit code.</summary>
    public static int Run(Arguments arguments, TextWriter log) => WriterStudy.Run("pairs", 20, arguments, log, One);

    /// <summary>One pair.</summary>
    public static void One(Writer writer, string folder, string place, Dice dice, Findings findings)
    {
        var one = new Case(writer, folder, place, dice, findings);
        bool frozen = dice.OneIn(2);
        using var first = one.Start(Which.Earlier);
        Ended a, b;
        int second;
        if (frozen)
        {
            // The first one stands still while it writes: the second one meets it for sure.
            Writer.WaitForWriting(one.Folder, first, dice.OneIn(2) ? 1 : Writer.Several);
            Thread.Sleep(dice.Below(30));
            first.Freeze();
            using var other = one.Start(Which.Later);
            second = other.Id;
            b = other.Wait();
            first.Thaw();
            a = first.Wait();
        }
        else
        {
            Thread.Sleep(dice.Below(60));
            using var other = one.Start(Which.Later);
            second = other.Id;
            b = other.Wait();
            a = first.Wait();
        }
        findings.Count(string.Create(CultureInfo.InvariantCulture,
            $"{(frozen ? "second met a frozen first" : "both at once")}: exits {a.ExitCode} and {b.ExitCode}"));
        foreach (var (ended, holder) in new[] { (a, second), (b, first.Id) })
            if (ended.ExitCode is not (0 or 2)) one.Defect($"exit {ended.ExitCode}", ended.Message);
            else if (ended.ExitCode == 2 && !ended.Message.Contains(string.Create(CultureInfo.InvariantCulture, $"process {holder}"), StringComparison.Ordinal))
                one.Defect("refused, and the message does not name the other process", ended.Message);
        if (a.ExitCode != 0 && b.ExitCode != 0) one.Defect("both were refused", a.Message);
        var state = one.Judge("after");
        bool whole = state.Condition switch { Condition.Earlier => a.ExitCode == 0, Condition.Later => b.ExitCode == 0, Condition.Wrong => true, _ => false };
        if (!whole) one.Defect($"exits {a.ExitCode} and {b.ExitCode}, and the folder holds {state.Condition}");
        one.Mend(state, dice);
    }
}
