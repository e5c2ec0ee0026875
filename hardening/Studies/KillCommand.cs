using KernelFlow.Hardening.Writers;

namespace KernelFlow.Hardening.Studies;

/// <summary><c>kill</c>: kill -9 at random moments, then what the folder holds, then the same command again.</summary>
internal static class KillCommand
{
    /// <summary>Runs it; the exit code.</summary>
    public static int Run(Arguments arguments, TextWriter log) => WriterStudy.Run("kill", 120, arguments, log, One);

    /// <summary>One kill; sometimes a second one, of the command that was to mend it.</summary>
    public static void One(Writer writer, string folder, string place, Dice dice, Findings findings)
    {
        var one = new Case(writer, folder, place, dice, findings);
        Kill(one, dice, findings);
        var state = one.Judge("after");
        if (dice.OneIn(4))
        {
            Kill(one, dice, findings);
            state = one.Judge("after a second kill");
        }
        one.Mend(state, dice);
    }

    private static void Kill(Case one, Dice dice, Findings findings)
    {
        var writer = one.Writer;
        using var running = one.Start(Which.Later);
        // Most of the time nothing is being written: two of three kills come after a sign of it.
        int when = dice.Below(3);
        if (when > 0) Writer.WaitForWriting(one.Folder, running, when == 1 ? 1 : Writer.Several);
        Thread.Sleep((when == 0 ? writer.Duration : when == 1 ? writer.AfterFirst : writer.AfterSeveral) * dice.Fraction());
        bool late = running.HasEnded;
        if (!late) running.Kill();
        findings.Count(late ? "ended before the kill" : "killed");
        var ended = running.Wait();
        if (late && ended.ExitCode != 0) one.Defect($"not killed, exit {ended.ExitCode}", ended.Message);
    }
}
