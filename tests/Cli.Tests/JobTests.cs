using System.Text.Json.Nodes;

namespace KernelFlow.Cli.Tests;

/// <summary>An analysis in pieces is the analysis, in whatever order, however often, and by whatever detours the pieces are computed.</summary>
public sealed class JobTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private static readonly string[] s_options = ["--backend", "managed", "--threads", "1", "--kernel-rows", "5", "--rtol", "1e-6"];

    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Plan(string name, string? source = null, string mode = "flow", int seconds = 0, string interpolation = "linear")
    {
        string job = _folder.Of(name);
        var planned = Cli.Run(["job", "plan", source ?? run.Folder, "--out", job, "--task-seconds", $"{seconds}", "--nodes", "6", "--mode", mode,
            "--interpolation", interpolation, .. s_options]);
        Assert.True(planned.ExitCode == 0, planned.ToString());
        return job;
    }

    private static int TasksOf(string job) => JsonNode.Parse(File.ReadAllText(Path.Combine(job, "job.json")))!["tasks"]!.AsArray().Count;

    private static int KernelTasks(string job) => int.Parse(File.ReadAllText(Path.Combine(job, "kernels.sbatch")).Split("--array=1-")[1].Split('\n')[0],
        System.Globalization.CultureInfo.InvariantCulture);

    private static int[] Shuffled(int first, int last)
    {
        int[] numbers = [.. Enumerable.Range(first, last - first + 1)];
        new Random(5).Shuffle(numbers);
        return numbers;
    }

    private static string[] Entries(string job) => Directory.Exists(Path.Combine(job, "intervals"))
        ? [.. ((string[])["interval-*", "second*"]).SelectMany(name => Directory.GetFiles(Path.Combine(job, "intervals"), name)).Order()] : [];

    private static void RunTasks(string job, IEnumerable<int> tasks, params string[] more)
    {
        foreach (int task in tasks)
        {
            var done = Cli.Run(["job", "run", job, "--task", $"{task}", .. more]);
            Assert.True(done.ExitCode == 0, done.ToString());
        }
    }

    private static string Merged(string job, params string[] more)
    {
        var merged = Cli.Run(["job", "merge", job, .. more]);
        Assert.True(merged.ExitCode == 0, merged.ToString());
        return WithoutPerformance(File.ReadAllText(Path.Combine(job, "report", "results.json")));
    }

    private string Plain(string? source = null, string mode = "flow", string interpolation = "linear")
    {
        string[] apart = mode == "flow" ? ["--by-interval"] : [];
        var plain = Cli.Run(["analyze", source ?? run.Folder, "--json", "--quiet", "--mode", mode, "--interpolation", interpolation, .. apart, .. s_options]);
        Assert.True(plain.ExitCode == 0, plain.ToString());
        return WithoutPerformance(plain.Out);
    }

    private static string WithoutPerformance(string results)
    {
        var json = JsonNode.Parse(results)!.AsObject();
        Assert.True(json.Remove("performance"), "results.json has no performance");
        return json.ToJsonString();
    }

    private static string[] Pieces(string job) => [.. Directory.GetFiles(Path.Combine(job, "pieces")).Order()];

    [Theory]
    [InlineData("flow", "linear")]
    [InlineData("flow", "cubic")]
    [InlineData("descent", "linear")]
    public void InAnyOrderItIsThePlainAnalysis(string mode, string interpolation)
    {
        string job = Plan("any order", mode: mode, interpolation: interpolation);
        // Intervals need all kernels; within each stage any order will do.
        int count = TasksOf(job), kernels = KernelTasks(job);
        Assert.True(kernels > 15 && (mode == "flow") == (count > kernels), $"{kernels} and {count} tasks");
        int[] tasks = [.. Shuffled(1, kernels), .. Shuffled(kernels + 1, count)];
        RunTasks(job, tasks);
        string[] pieces = Pieces(job), entries = Entries(job);
        // As a task that was killed leaves it.
        File.WriteAllText(Path.Combine(job, "pieces", $"kernelflow-{Guid.NewGuid():N}.part"), "half");
        string first = Merged(job);
        Assert.Equal(Plain(mode: mode, interpolation: interpolation), first);
        // The merge integrated nothing that a task had integrated.
        Assert.Equal(entries, Entries(job));
        Assert.Equal(first, Merged(job));
        // What is there and sound is not written again.
        var times = pieces.Select(File.GetLastWriteTimeUtc).ToArray();
        RunTasks(job, tasks.Take(5));
        Assert.Equal(times, pieces.Select(File.GetLastWriteTimeUtc));
        Assert.Equal(pieces, Pieces(job));
    }

    /// <summary>Windows are part of the plan: budgets of theirs need kernels that the whole does not.</summary>
    [Fact]
    public void WindowsAreThoseOfThePlainAnalysis()
    {
        string job = _folder.Of("windows");
        string[] windows = ["--windows", "@0:@3", "@3:@8"];
        var planned = Cli.Run(["job", "plan", run.Folder, "--out", job, "--nodes", "3", "--mode", "flow", "--interpolation", "linear", .. windows,
            .. s_options]);
        Assert.True(planned.ExitCode == 0, planned.ToString());
        RunTasks(job, Enumerable.Range(1, TasksOf(job)));
        var plain = Cli.Run(["analyze", run.Folder, "--json", "--quiet", "--mode", "flow", "--interpolation", "linear", .. windows, .. s_options]);
        Assert.Contains("\"windows\"", plain.Out);
        Assert.Equal(WithoutPerformance(plain.Out), Merged(job));
        Wrong(2, "--windows are composed of intervals of the whole flow", ["job", "plan", run.Folder, "--out", _folder.Of("no"), "--reduce", "5", .. windows]);
        Wrong(2, "expected FROM:TO", ["job", "plan", run.Folder, "--out", _folder.Of("no"), "--windows", "3"]);
    }

    [Fact]
    public void DamagedAndMissingPiecesAreNamedWithTheCommandThatMakesThem()
    {
        string job = Plan("damaged"), plain = Plain();
        int tasks = TasksOf(job);
        var early = Cli.Run("job", "merge", job);
        Assert.Equal(2, early.ExitCode);
        Assert.Contains($"kernelflow job run {job} --task 1 makes it; tasks that are not done: 1-{tasks}.", early.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(job, "report")), "a report's folder was made");
        RunTasks(job, Enumerable.Range(1, tasks));

        string kernel = Pieces(job).First(p => p.Contains("kernel-000003", StringComparison.Ordinal)), entry = Entries(job)[2];
        string interval = Pieces(job).First(p => p.Contains("interval-000003", StringComparison.Ordinal));
        string second = Entries(job).Last(e => e.Contains("second", StringComparison.Ordinal));
        foreach (var (piece, damaged) in Damages(kernel).Append((interval, "x"u8.ToArray())).Concat(Damages(entry)).Append(Damages(second).First()))
        {
            byte[] sound = File.ReadAllBytes(piece);
            File.WriteAllBytes(piece, damaged);
            // What was composed of intervals before needs them no more.
            foreach (string composed in Directory.GetFiles(Path.Combine(job, "intervals"), "*.kfc").Except(Entries(job))) File.Delete(composed);
            var merge = Cli.Run("job", "merge", job);
            Assert.Equal(2, merge.ExitCode);
            Assert.Single(merge.Error.TrimEnd().Split('\n'));
            Assert.StartsWith($"error: {piece}: ", merge.Error, StringComparison.Ordinal);
            string command = merge.Error.Split(" makes it.")[0].Split("kernelflow ")[^1];
            var again = Cli.Run([.. command.Replace(job, "JOB", StringComparison.Ordinal).Split(' ').Select(w => w == "JOB" ? job : w)]);
            Assert.Equal(0, again.ExitCode);
            Assert.Contains("it was computed again", again.Error, StringComparison.Ordinal);
            Assert.Equal(sound, File.ReadAllBytes(piece));
        }
        // An interval whose kernel is damaged names the task of the kernel.
        File.Delete(kernel);
        File.Delete(interval);
        Assert.Contains($"{kernel}: ", Cli.Run("job", "merge", job).Error, StringComparison.Ordinal);
        Wrong(2, $"{kernel}: ", "job", "run", job, "--task", $"{KernelTasks(job) + 4}");
        RunTasks(job, Enumerable.Range(1, tasks));
        File.Delete(entry);
        Wrong(2, "is not there", "job", "merge", job);
        RunTasks(job, Enumerable.Range(1, tasks));
        Assert.Equal(plain, Merged(job));
    }

    private static (string, byte[])[] Damages(string file)
    {
        byte[] sound = File.ReadAllBytes(file);
        return [(file, Flipped(sound)), (file, sound[..^5]), (file, []), (file, [.. sound, 0])];
    }

    private static byte[] Flipped(byte[] bytes)
    {
        byte[] copy = [.. bytes];
        copy[copy.Length / 2] ^= 1;
        return copy;
    }

    [Fact]
    public void JobAndRunMayBeMoved()
    {
        string source = _folder.Of("here/the run");
        run.CopyTo(source);
        string job = Plan("here/the job", source);
        int[] tasks = [.. Enumerable.Range(1, TasksOf(job))];
        RunTasks(job, tasks.Take(10));
        // The job alone, then both together, then the run alone.
        string alone = _folder.Of("elsewhere");
        Directory.Move(job, alone);
        RunTasks(alone, tasks.Skip(10).Take(5));
        Directory.Move(alone, job);
        Directory.Move(_folder.Of("here"), _folder.Of("there"));
        RunTasks(job = _folder.Of("there/the job"), tasks.Skip(15).Take(5));
        Directory.Move(_folder.Of("there/the run"), source = _folder.Of("the run"));
        Wrong(2, "say where it is with --run FOLDER", "job", "run", job, "--task", "21");
        RunTasks(job, tasks.Skip(20), "--run", source);
        Assert.Equal(Plain(source), Merged(job, "--run", source));
    }

    [Fact]
    public void TheSamePieceAtTheSameTimeIsTheSamePiece()
    {
        string job = Plan("at once", seconds: 60);
        foreach (string task in (string[])["1", "2"])
        {
            var results = Enumerable.Range(0, 4).AsParallel().WithDegreeOfParallelism(4).Select(_ => Cli.Run("job", "run", job, "--task", task)).ToArray();
            Assert.All(results, r => Assert.True(r.ExitCode == 0, r.ToString()));
        }
        Assert.Equal(Plain(), Merged(job));
        Assert.DoesNotContain(Pieces(job).Concat(Entries(job)), p => p.EndsWith(".part", StringComparison.Ordinal));
    }

    [Fact]
    public void WhatIsWrongIsSaidInOneLine()
    {
        string source = _folder.Of("run");
        run.CopyTo(source);
        string job = Plan("wrong", source);
        Wrong(2, "task: found 10000, expected 1 to", "job", "run", job, "--task", "10000");
        Wrong(2, "--task: 0 is out of range", "job", "run", job, "--task", "0");
        Wrong(2, "job folder not found", "job", "run", _folder.Of("none"), "--task", "1");
        Wrong(2, "job.json: not found", "job", "merge", source);
        Wrong(2, "which is no part of a job", ["job", "plan", run.Folder, "--out", source, .. s_options]);
        Wrong(2, "it is the folder of another job", ["job", "plan", source, "--out", job, "--mode", "flow", .. s_options, "--seed", "3"]);
        // The same plan again changes nothing but how pieces are divided.
        Assert.Equal(0, Cli.Run(["job", "plan", source, "--out", job, "--mode", "flow", .. s_options]).ExitCode);
        Assert.Equal(2, TasksOf(job));

        // What a full disk left of a plan is no obstacle.
        string begun = _folder.Of("begun");
        Directory.CreateDirectory(Path.Combine(begun, "pieces"));
        Assert.Equal(0, Cli.Run(["job", "plan", source, "--out", begun, "--mode", "flow", .. s_options]).ExitCode);

        string plan = File.ReadAllText(Path.Combine(job, "job.json")), file = Path.Combine(job, "job.json");
        File.WriteAllText(file, plan.Replace("\"tool\": \"", "\"tool\": \"9.", StringComparison.Ordinal));
        Wrong(2, "planned by version 9.", "job", "run", job, "--task", "1");
        File.WriteAllText(file, plan.Replace("0-0/0", "0-1/0", StringComparison.Ordinal));
        Wrong(2, "changed or damaged since; plan the job again", "job", "run", job, "--task", "1");
        File.WriteAllText(file, plan[..(plan.Length / 2)]);
        Wrong(2, "not the plan of a job, or damaged", "job", "merge", job);
        File.WriteAllText(file, plan);

        string changed = Path.Combine(source, "checkpoint-000002.safetensors");
        byte[] sound = File.ReadAllBytes(changed);
        File.WriteAllBytes(changed, Flipped(sound));
        Wrong(2, $"{changed}: ", "job", "run", job, "--task", "1");
        File.WriteAllBytes(changed, sound);
        File.AppendAllText(Path.Combine(source, "run.json"), "\n");
        Wrong(2, "run.json: it is not the file that the job was planned for", "job", "run", job, "--task", "1");
        Directory.Delete(source, true);
        Wrong(2, "the run is no longer at", "job", "run", job, "--task", "1");
    }

    [Fact]
    public void OfKernelBlocksThereAreIntervalsAlone()
    {
        string blocks = _folder.Of("blocks");
        Assert.Equal(0, Cli.Run("kernels", run.Folder, "--out", blocks, "--backend", "managed").ExitCode);
        Wrong(2, "the run holds kernel blocks", ["job", "plan", blocks, "--out", _folder.Of("job"), "--mode", "descent", .. s_options]);
        Assert.False(Directory.Exists(_folder.Of("job")), "a folder was made");
        string job = Plan("job", blocks);
        Assert.False(File.Exists(Path.Combine(job, "kernels.sbatch")), "tasks for kernels");
        int[] tasks = Shuffled(1, TasksOf(job));
        Assert.Equal(8, tasks.Length);
        RunTasks(job, tasks);
        string[] entries = Entries(job);
        Assert.Equal(Plain(blocks), Merged(job));
        Assert.Equal(entries, Entries(job));
    }

    [Fact]
    public void ScriptsNameEveryTaskAndNoFolder()
    {
        string job = Plan("scripts"), source = run.Folder;
        int tasks = KernelTasks(job);
        string array = File.ReadAllText(Path.Combine(job, "kernels.sbatch")), submit = File.ReadAllText(Path.Combine(job, "submit.sh"));
        Assert.Contains($"#SBATCH --array=1-{tasks}\n", array, StringComparison.Ordinal);
        Assert.Contains("job run . --task \"$SLURM_ARRAY_TASK_ID\"", array, StringComparison.Ordinal);
        Assert.Contains("--dependency=\"afterok:${kernels%%;*}\"", submit, StringComparison.Ordinal);
        Assert.Contains("job merge .", File.ReadAllText(Path.Combine(job, "merge.sbatch")), StringComparison.Ordinal);
        Assert.Contains($"#SBATCH --array={tasks + 1}-{TasksOf(job)}\n", File.ReadAllText(Path.Combine(job, "intervals.sbatch")), StringComparison.Ordinal);
        Assert.Contains($"seq 1 {tasks} | parallel", File.ReadAllText(Path.Combine(job, "parallel.sh")), StringComparison.Ordinal);
        foreach (string file in Directory.GetFiles(job, "*s*h"))
        {
            string text = File.ReadAllText(file);
            Assert.False(text.Contains(job, StringComparison.Ordinal) || text.Contains(source, StringComparison.Ordinal), $"{file} names a folder:\n{text}");
        }
    }

    private static void Wrong(int code, string message, params string[] arguments)
    {
        var result = Cli.Run(arguments);
        string line = result.Error.Split('\n')[0];
        Assert.True(result.ExitCode == code && line.StartsWith("error: ", StringComparison.Ordinal) && line.Contains(message, StringComparison.Ordinal),
            $"expected {code} and '{message}', found {result}");
    }
}
