namespace KernelFlow.Hardening.Writers;

/// <summary>What the commands of a study read: runs and reports, made once.</summary>
internal sealed class Inputs
{
    private readonly string _folder;

    /// <summary>Records and analyses three trainings that differ in their learning rate.</summary>
    public Inputs(Tool tool, string folder)
    {
        _folder = folder;
        Directory.CreateDirectory(folder);
        for (int i = 0; i < 3; i++)
        {
            tool.Require(folder,
                ["record", Run(i), "--train", "12", "--test", "6", "--layers", "5", "--steps", "200", "--checkpoints", "16", "--lr", Rate(i), .. Common]);
            tool.Require(folder, ["analyze", Run(i), "--out", Report(i), .. Common]);
        }
    }

    /// <summary>Options of every command.</summary>
    public static string[] Common => ["--quiet", "--threads", "1", "--backend", "managed"];

    /// <summary>The learning rate of a training.</summary>
    public static string Rate(int number) => ((string[])["0.02", "0.04", "0.03"])[number];

    /// <summary>A recorded run.</summary>
    public string Run(int number) => Of(FormattableString.Invariant($"run-{number}"));

    /// <summary>The report of a run.</summary>
    public string Report(int number) => Of(FormattableString.Invariant($"report-{number}"));

    /// <summary>A path among the inputs.</summary>
    public string Of(params string[] parts) => Path.Combine([_folder, .. parts]);
}
