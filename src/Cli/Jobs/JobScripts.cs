using System.Globalization;
using KernelFlow.Files;

namespace KernelFlow.Cli;

/// <summary>The scripts of a job for engines that run its tasks: Slurm and GNU parallel. They work wherever the folder lies.</summary>
internal static class JobScripts
{
    /// <summary>Submits everything to Slurm.</summary>
    public const string Submit = "submit.sh";

    /// <summary>Runs everything by GNU parallel.</summary>
    public const string Parallel = "parallel.sh";

    /// <summary>Where the report goes unless it is said otherwise.</summary>
    public const string ReportFolder = "report";

    private const string Merge = "merge.sbatch", Logs = "logs";

    // A task that takes several times as long as the forecast is not ended for it.
    private const double Patience = 10, ShortestMinutes = 10;

    // Beside what is forecast: a process that is ended for its memory costs more than what was not needed.
    private const double LeastBytes = 1e9;

    private static string FileOf(JobStage stage) => stage == JobStage.Kernels ? "kernels.sbatch" : "intervals.sbatch";

    private static bool Owns(string name) => AnalysisJob.Owns(name) || name is Submit or Parallel or Merge or "kernels.sbatch" or "intervals.sbatch"
        || name.StartsWith(Logs + "/", StringComparison.Ordinal) || name.StartsWith(ReportFolder + "/", StringComparison.Ordinal);

    /// <summary>Takes the lock of a job's folder while it is planned.</summary>
    /// <exception cref="UsageException">The folder is a file, or holds something else.</exception>
    /// <exception cref="IOException">It cannot be written, or another process is writing it.</exception>
    public static FolderLock Take(string folder)
    {
        if (File.Exists(folder)) throw new UsageException($"--out: {folder} is a file, expected a folder.");
        if (Directory.Exists(folder)
            && OwnFolder.FirstForeign(folder, OwnFolder.Text(Path.Combine(folder, AnalysisJob.PlanFile), "format") == AnalysisJob.Format, Owns) is { } foreign)
            throw new UsageException($"--out: {folder} holds {foreign}, which is no part of a job; choose another folder.");
        return FolderLock.Make(folder);
    }

    /// <summary>Writes all scripts.</summary>
    /// <param name="folder">The job's folder.</param>
    /// <param name="job">The job.</param>
    /// <param name="whole">What the whole analysis would need: the merge asks for that much time and memory, and a task for the memory.</param>
    public static void Write(string folder, AnalysisJob job, CostForecast whole)
    {
        Directory.CreateDirectory(Path.Combine(folder, Logs));
        double memory = LeastBytes + whole.Bytes;
        foreach (var stage in Stages(job))
            Save(folder, FileOf(stage.Key), Header(FileOf(stage.Key).Split('.')[0], job, Range(stage), stage.Max(t => t.Seconds), memory)
                + $"exec {Tool} job run . --task \"$SLURM_ARRAY_TASK_ID\"\n");
        Save(folder, Merge, Header("merge", job, null, whole.Seconds, memory) + $"exec {Tool} job merge .\n");
        Save(folder, Submit, SubmitText(job));
        Save(folder, Parallel, ParallelText(job));
    }

    private static IGrouping<JobStage, JobTask>[] Stages(AnalysisJob job) => [.. job.Tasks.GroupBy(t => t.Stage).OrderBy(g => g.Key)];

    private static string Range(IEnumerable<JobTask> tasks) =>
        string.Create(CultureInfo.InvariantCulture, $"{tasks.Min(t => t.Number)}-{tasks.Max(t => t.Number)}");

    private static string Header(string name, AnalysisJob job, string? array, double seconds, double bytes)
    {
        double minutes = Math.Ceiling(Math.Max(ShortestMinutes, Patience * seconds / 60));
        return string.Create(CultureInfo.InvariantCulture, $"""
            #!/bin/bash
            #SBATCH --job-name=kernelflow-{name}
            {(array is null ? "" : $"#SBATCH --array={array}\n")}#SBATCH --cpus-per-task={job.Backend.Threads}
            #SBATCH --mem={Math.Ceiling(bytes / 1048576)}M
            #SBATCH --time={minutes}
            #SBATCH --output={Logs}/{(array is null ? "%x.txt" : "%x-%a.txt")}
            # submit.sh submits this from the folder of the job, in which it runs.

            """);
    }

    // Whoever submits may name another installation of the same version.
    private static string Tool => $"\"${{KERNELFLOW:-{Quoted(Installed())}}}\"";

    private static string Installed() => Environment.ProcessPath is { } path && Path.GetFileNameWithoutExtension(path) != "dotnet" ? path : "kernelflow";

    // Within double quotes and braces.
    private static string Quoted(string path) => path.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal)
        .Replace("$", "\\$", StringComparison.Ordinal).Replace("`", "\\`", StringComparison.Ordinal).Replace("}", "\\}", StringComparison.Ordinal);

    private static string SubmitText(AnalysisJob job)
    {
        string text = """
            #!/bin/bash
            # Submits the job to Slurm; submit it again after tasks were killed: what is computed already is not computed again.
            # Options for every sbatch are passed on: bash submit.sh --partition=long --account=mine
            set -eu
            cd "$(dirname "$0")"

            """;
        string after = "";
        foreach (var stage in Stages(job))
        {
            string name = stage.Key == JobStage.Kernels ? "kernels" : "intervals";
            text += $"{name}=$(sbatch --parsable {after}\"$@\" {FileOf(stage.Key)})\n";
            after = $"--dependency=\"afterok:${{{name}%%;*}}\" --kill-on-invalid-dep=yes ";
        }
        return text + $"merge=$(sbatch --parsable {after}\"$@\" {Merge})\n"
            + $"echo \"submitted; the job that merges is ${{merge%%;*}}, its report comes to $PWD/{ReportFolder}\"\n";
    }

    private static string ParallelText(AnalysisJob job)
    {
        string text = string.Create(CultureInfo.InvariantCulture, $$"""
            #!/bin/bash
            # Runs the job by GNU parallel. JOBS is how many tasks run at a time; options of parallel are passed on: bash parallel.sh --sshloginfile nodes
            set -eu
            cd "$(dirname "$0")"
            export KERNELFLOW={{Tool}}
            JOBS=${JOBS:-$(( ($(nproc) + {{job.Backend.Threads - 1}}) / {{job.Backend.Threads}} ))}

            """);
        foreach (var stage in Stages(job))
            text += $"seq {Range(stage).Replace('-', ' ')} | parallel --will-cite --jobs \"$JOBS\" --workdir \"$PWD\" --env KERNELFLOW \"$@\" "
                + "'\"$KERNELFLOW\" job run . --task {}'\n";
        return text + "\"$KERNELFLOW\" job merge .\n";
    }

    private static void Save(string folder, string name, string text) => AtomicFile.WriteAllText(Path.Combine(folder, name), text.ReplaceLineEndings("\n"));
}
