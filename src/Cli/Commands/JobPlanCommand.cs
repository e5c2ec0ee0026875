using System.CommandLine;
using System.Globalization;
using KernelFlow.Files;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Cli;

/// <summary><c>kernelflow job plan RUN --out JOB</c>.</summary>
internal static class JobPlanCommand
{
    // The tightest that auto takes, where an answer hangs on it: which it is cannot be known before the analysis.
    private const string Tolerance = "1e-8";

    private const string MatrixFree = "matrix-free";

    private static readonly string[] s_fixed = ["--mode", "--rtol", "--seed", "--backend", "--threads"];

    /// <summary>Builds the command.</summary>
    public static Command Build(CliTerminal terminal)
    {
        var run = Folders.Argument("RUN", "Folder of a recorded run.");
        var output = Folders.Required("--out", "Folder for the job: plan, pieces, scripts and, in the end, the report. Every machine must reach it.");
        var nodes = Numbers.Whole("--nodes", "How many nodes there are: a few tasks for each. Default: tasks of a minute, at most 1000.", 1);
        var shortest = Numbers.Whole("--task-seconds",
            "No task takes less by the forecast, unless all together do. Default: 60.", 0);
        var options = new AnalysisOptionSet(claimsOnly: true, kernelRows: true);
        var intervals = new IntervalOptions();
        var command = new Command("plan", "Divide the analysis of a run into tasks, and write scripts for Slurm and GNU parallel.")
        {
            run, output, nodes, shortest,
        };
        options.AddTo(command);
        intervals.AddWindowsTo(command);
        CommonOptions.AddVerbosity(command);
        CommandChecks.Add(command, parsed => options.Contradictions(parsed, intervals.Windows));
        command.SetAction(async (parsed, cancellation) =>
        {
            string folder = parsed.GetRequiredValue(output), source = parsed.GetRequiredValue(run);
            var verbosity = CommonOptions.VerbosityOf(parsed);
            var asked = options.Of(parsed, terminal);
            var job = await ProgressDisplay.RunAsync(terminal, verbosity, _ =>
            {
                using var recorded = RecordedRun.Open(source, asked.From, asked.To);
                var dense = asked.Backend ?? options.BackendFor(parsed, terminal, recorded.Checkpoints);
                var (analysis, arguments) = Fixed(terminal, options, intervals.GivenWindows(parsed), parsed, recorded.Checkpoints, dense);
                int order = (int)Math.Min(recorded.Checkpoints.TrainSize + recorded.Checkpoints.TestSize, 1e6);
                var rates = WorkRates.Of(analysis.Backend!, order, cancellation);
                var sizes = AnalysisForecast.Sizes(recorded.Checkpoints);
                var whole = CostForecast.Of(sizes, rates);
                using var held = JobScripts.Take(folder);
                var division = Division(rates, parsed.GetValue(nodes), parsed.GetValue(shortest)) with
                {
                    IntervalSeconds = JobForecast.Intervals(sizes, rates, analysis.RelativeTolerance.Value!.Value),
                };
                var planned = AnalysisJob.Plan(folder, recorded, analysis, arguments, division, cancellation);
                JobScripts.Write(folder, planned, whole);
                return planned;
            }, cancellation).ConfigureAwait(false);
            if (verbosity != Verbosity.Quiet) Tell(terminal.Error, job, source);
            return ExitCodes.Done;
        });
        Examples.Add(command,
            "kernelflow job plan runs/digits --out jobs/digits --mode flow --rtol 1e-6",
            "kernelflow job plan runs/digits --out jobs/digits --nodes 40 --threads 8");
        return command;
    }

    private static JobDivision Division(WorkRates rates, int? nodes, int? shortest)
    {
        // Bytes are read from files and summed on the way.
        var division = new JobDivision(rates.Products * rates.Threads, rates.Bandwidth / 8) { Nodes = nodes };
        return shortest is { } seconds ? division with { ShortestSeconds = seconds } : division;
    }

    // What would be left to each machine is written out: every process, and the plain analysis with these options, computes the same.
    private static (AnalysisOptions Options, IReadOnlyList<string> Arguments) Fixed(CliTerminal terminal, AnalysisOptionSet options,
        IReadOnlyList<string> windows, ParseResult parsed, CheckpointSequence run, Backend dense)
    {
        string[] given = [.. options.Given(parsed, [])];
        string Value(string name, string otherwise) => Array.IndexOf(given, name) is >= 0 and var i ? given[i + 1] : otherwise;
        string asked = Value("--mode", "auto"), tolerance = Value("--rtol", ToleranceChoice.AutoName);
        string mode = asked != "auto" ? asked : (DescentSupport.Check(run).Possible ? AnalysisMode.Descent : AnalysisMode.Flow).Name();
        bool flow = mode == AnalysisMode.Flow.Name() && !given.Contains("--claims-only");
        if (Value("--solver", "auto") == MatrixFree)
            throw new UsageException($"--solver: {MatrixFree} forms neither kernels nor operators of intervals, so that there is nothing to divide; "
                + "use another solver, or kernelflow analyze.");
        if (windows.Count > 0 && Value("--reduce", "auto") is not ("auto" or "off"))
            throw new UsageException("--windows are composed of intervals of the whole flow, which --reduce does not integrate; leave out the one or "
                + "the other.");
        // A reduced flow has no intervals of its own; without them auto would choose a solver by the memory of each machine.
        bool apart = flow && Value("--reduce", "auto") is ("auto" or "off");
        string[] arguments =
        [
            .. options.Given(parsed, s_fixed),
            "--mode", mode,
            .. apart ? (string[])["--by-interval"] : flow && !given.Contains("--solver") ? ["--solver", EigenSolver.Dense.Name()] : [],
            .. windows,
            "--rtol", tolerance == ToleranceChoice.AutoName ? Tolerance : tolerance,
            "--seed", Value("--seed", "0"),
            "--backend", NameOf(dense, Value("--backend", "auto")),
            "--threads", dense.Threads.ToString(CultureInfo.InvariantCulture),
        ];
        var (fixedOptions, inRun) = JobFolder.Options(arguments, terminal);
        return (fixedOptions with { Windows = inRun(run) }, arguments);
    }

    // A name that gives one library on every machine; what auto puts together of several follows from each machine's speed.
    private static string NameOf(Backend dense, string given)
    {
        if (given.Trim() is not "" && !given.Trim().Equals("auto", StringComparison.OrdinalIgnoreCase)) return given;
        if (Environment.GetEnvironmentVariable("KERNELFLOW_BLAS") is { } named && named.Trim() is not ("" or "auto")) return named;
        if (dense.Name == "managed") return "managed";
        if (dense.Choice is { } choice) return choice.Products;
        foreach (string name in (string[])["mkl", "openblas", "system"])
        {
            try
            {
                _ = Backend.Resolve(name, dense.Threads);
                return name;
            }
            catch (BackendException)
            {
                // Not on this machine.
            }
        }
        return "managed";
    }

    private static void Tell(TextWriter error, AnalysisJob job, string run)
    {
        string Tasks(JobStage stage)
        {
            var tasks = job.Tasks.Where(t => t.Stage == stage).ToArray();
            string what = stage == JobStage.Kernels ? "blocks of kernels" : "intervals";
            return tasks.Length == 0 ? "" : $"{NumberText.Count(tasks.Sum(t => t.Pieces.Count))} {what} "
                + $"in {NumberText.Count(tasks.Length)} tasks of up to {NumberText.Short(tasks.Max(t => t.Seconds))} s";
        }
        string[] stages = [.. ((JobStage[])[JobStage.Kernels, JobStage.Intervals]).Select(Tasks).Where(text => text.Length > 0)];
        error.WriteLine($"Planned {string.Join(", then ", stages)}, into {job.Folder}.");
        error.WriteLine($"With Slurm: bash {Path.Combine(job.Folder, JobScripts.Submit)}. "
            + $"With GNU parallel: bash {Path.Combine(job.Folder, JobScripts.Parallel)}.");
        error.WriteLine($"The same on one machine: kernelflow analyze {run} --out REPORT {string.Join(' ', job.Arguments)}");
    }
}
