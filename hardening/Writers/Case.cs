namespace KernelFlow.Hardening.Writers;

/// <summary>One output folder that something happens to.</summary>
internal sealed class Case
{
    private readonly string _folder, _place;
    private readonly bool _inside;
    private readonly Findings _findings;
    private readonly Foreign _foreign;

    /// <summary>Prepares the folder.</summary>
    /// <param name="writer">The command that will write.</param>
    /// <param name="folder">A folder for the case alone.</param>
    /// <param name="place">The case in reports.</param>
    /// <param name="dice">Decides whether there is an earlier output, and files of others.</param>
    /// <param name="findings">Receives everything.</param>
    public Case(Writer writer, string folder, string place, Dice dice, Findings findings)
    {
        (Writer, _folder, _findings) = (writer, folder, findings);
        (HasEarlier, HasForeign) = (dice.OneIn(2), dice.OneIn(2));
        // A current folder cannot be exchanged for another one: what is written there is replaced file by file.
        _inside = writer is AnalyzeWriter or CompareWriter && dice.OneIn(4);
        Output = Path.Combine(folder, "o");
        Directory.CreateDirectory(folder);
        if (_inside) Directory.CreateDirectory(Output);
        if (HasEarlier) WorkFolder.Copy(writer.Reference(Which.Earlier), Output);
        _foreign = new Foreign(folder, HasForeign ? writer is ValidateWriter ? "o/calibration" : "o" : null);
        _place = $"{place} ({writer.Name}{(HasEarlier ? ", earlier output" : "")}{(HasForeign ? ", files of others" : "")}"
            + $"{(_inside ? ", current folder" : "")})";
    }

    /// <summary>The command.</summary>
    public Writer Writer { get; }

    /// <summary>The output folder.</summary>
    public string Output { get; }

    /// <summary>The folder of the case.</summary>
    public string Folder => _folder;

    /// <summary>The output folder as the command line has it.</summary>
    public string Shown => _inside ? "." : Output;

    /// <summary>Whether it held an earlier output.</summary>
    public bool HasEarlier { get; }

    /// <summary>Whether it holds files of others.</summary>
    public bool HasForeign { get; }

    /// <summary>Starts the command.</summary>
    /// <param name="which">Which output it writes.</param>
    /// <param name="largestFile">Limit of the size of a file it may write; null for none.</param>
    public Tool.Running Start(Which which, long? largestFile = null) => Start(Writer.Arguments(which, Shown, HasForeign), largestFile);

    private Tool.Running Start(string[] words, long? largestFile = null) =>
        Writer.Tool.Start(_inside ? Output : _folder, words, Path.Combine(_folder, "tmp"), largestFile);

    /// <summary>Something that must not happen, happened.</summary>
    public void Defect(string kind, string detail = "") => _findings.Defect(_place, kind, detail);

    /// <summary>Judges the folder as it is now.</summary>
    public State Judge(string when)
    {
        if (_foreign.Harm() is { } harm) Defect($"{when}: a file of others was touched", harm);
        State state;
        try
        {
            state = Writer.Look(Output);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            state = State.Wrong($"a reader failed by {e.GetType().Name}", e.Message);
        }
        _findings.Count($"{when}: {state.Condition}");
        if (state.Condition == Condition.Wrong) Defect($"{when}: {state.Defect}", state.Detail);
        if (state.Condition == Condition.Nothing && HasEarlier) Defect($"{when}: the earlier output is gone");
        return state;
    }

    /// <summary>Runs the command again, or lets it go on, and expects the later output and nothing left behind.</summary>
    public void Mend(State state, Dice dice)
    {
        // Beside files of others a new recording needs --overwrite; going on where one stopped does not, because the run is there already.
        string[]? resuming = state.Condition is Condition.Begun or Condition.Later || (state.Condition == Condition.Nothing && !HasForeign)
            ? Writer.Resuming(Output) : null;
        string how = resuming is not null && dice.OneIn(2) ? "resume" : "rerun";
        using var running = how == "resume" ? Start(resuming!) : Start(Which.Later);
        var ended = running.Wait();
        if (ended.ExitCode != 0) Defect($"{how}: exit {ended.ExitCode}", ended.Message);
        else if (Judge(how).Condition is not (Condition.Later or Condition.Wrong) and var condition) Defect($"{how}: gave {condition}");
        foreach (string file in Directory.EnumerateFileSystemEntries(_folder, "*",
            new EnumerationOptions { RecurseSubdirectories = true, AttributesToSkip = 0 }))
            if (Path.GetRelativePath(_folder, file) is var name && !IsExpected(name)) Defect($"{how}: something is left behind", name);
    }

    private bool IsExpected(string name)
    {
        if (name is "tmp" or "o" or "o/sub" or "o/calibration" or "o/calibration/sub" || _foreign.Has(name)) return true;
        // What is in the output folder is judged there, but for what has the look of a temporary.
        return name.StartsWith("o/", StringComparison.Ordinal) && (!Writer.IsPassing(name) || Path.GetFileName(name) == KernelFlow.Files.FolderLock.FileName);
    }
}
