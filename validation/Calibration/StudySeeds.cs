using KernelFlow.Files;

namespace KernelFlow.Validation.Calibration;

/// <summary>Where the seeds of a study begin. Those of the published studies are used for nothing else: whoever looks at them while changing budgets or
/// thresholds has no study any more.</summary>
internal static class StudySeeds
{
    /// <summary>First seed of the published calibration study.</summary>
    public const long Calibration = 1_000_000;

    /// <summary>First seed of the published power study.</summary>
    public const long Power = 2_000_000;

    /// <summary>First seed of the published study of checkpoint schedules.</summary>
    public const long Schedules = 1_700_000;

    /// <summary>First seed of the published study of sketches.</summary>
    public const long Sketches = 1_720_000;

    /// <summary>First seed of quick runs and of development.</summary>
    public const long Development = 1;

    /// <summary>The first seed: the option where it is given, else that of the study or, in its quick version, that of development.</summary>
    public static long First(ExperimentOptions options, long published) => options.Seed != 0 ? options.Seed : options.Quick ? Development : published;

    /// <summary>The command that makes the same report.</summary>
    public static string Command(string id, ExperimentOptions options, long first) => $"kernelflow validate --only {id}{(options.Quick ? " --quick" : "")}"
        + string.Concat(options.Cells.Select(c => $" --cells \"{c}\"")) + (options.Runs is { } runs ? $" --runs {NumberText.Count(runs)}" : "")
        + $" --seed {NumberText.Count(first)} --out DIR";
}
