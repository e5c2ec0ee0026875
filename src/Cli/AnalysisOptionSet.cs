using System.CommandLine;
using KernelFlow.Integrators;
using KernelFlow.Numerics;

namespace KernelFlow.Cli;

/// <summary>The options of an analysis as they appear on the command line.</summary>
/// <param name="window">Whether --from and --to are among them.</param>
/// <param name="claimsOnly">Whether --claims-only is among them.</param>
/// <param name="kernelRows">Whether --kernel-rows is among them.</param>
internal sealed class AnalysisOptionSet(bool window = true, bool claimsOnly = false, bool kernelRows = false)
{
    private readonly Choice<AnalysisMode> _mode = Choices.Mode();
    private readonly Choice<Interpolation> _interpolation = Choices.Interpolation();
    private readonly Choice<MethodChoice> _method = Choices.Method();
    private readonly Option<double?> _tolerance = Numbers.RealOr(ToleranceChoice.AutoName, "--rtol",
        "Bound on the estimated relative error of P, W_S and G_Q, or auto (the default): a hundredth of what the budget leaves unknown, 1e-8 to 1e-4.",
        x => x is >= AnalysisOptions.TightestTolerance and <= AnalysisOptions.LoosestTolerance, "between 1e-13 and 1e-3");
    private readonly Option<double?> _threshold = Numbers.Real("--threshold", "Modes whose measure is below it are the reservoir. Default: 1e-3.",
        x => x is > 0 and < 1, "above 0 and below 1");
    private readonly Option<ReductionChoice?> _reduce = Reductions.Option();
    private readonly Choice<EigenSolver> _solver = Choices.Solver();
    private readonly Option<int?> _modes = Numbers.Whole("--modes",
        "Number of largest eigenpairs of W_S to report. Default: all; 50 where no matrix is formed.", 1);
    private readonly Option<MemoryCeiling?> _memory = CommonOptions.Memory();
    private readonly Option<bool> _noIndependent =
        new("--no-independent") { Description = "Leave out the second integration that the inclusion verdict is checked with." };
    private readonly Option<bool> _claimsOnly = new("--claims-only")
    {
        Description = "Check C1 to C4 and the recording on vectors; form no operators, and compute nothing else.",
    };
    private readonly Option<int?> _kernelRows = Numbers.Whole("--kernel-rows", "Rows of a kernel that are formed together from Jacobians, of training and of "
        + "test outputs each. Default: 2048.", 1);
    private readonly WindowOptions _window = new();
    private readonly Option<long?> _seed = Numbers.Seed("--seed", "Seed of everything random. Default: 0.");
    private readonly Option<string?> _backend = CommonOptions.Backend();
    private readonly Option<int?> _threads = CommonOptions.Threads();

    /// <summary>Adds all of them to a command.</summary>
    public void AddTo(Command command)
    {
        Option[] all =
        [
            _mode.Option, _interpolation.Option, _method.Option, _tolerance, _reduce, _threshold, _solver.Option, _modes, _memory, _noIndependent,
        ];
        foreach (var option in all) command.Add(option);
        if (claimsOnly) command.Add(_claimsOnly);
        if (kernelRows) command.Add(_kernelRows);
        if (window) _window.AddTo(command);
        foreach (Option option in (Option[])[_seed, _backend, _threads]) command.Add(option);
    }

    /// <summary>What was given beside --claims-only and asks for something that is made of operators: one message, or none.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="others">Options of the command's own that do.</param>
    public IEnumerable<string> Contradictions(ParseResult parsed, params Option[] others)
    {
        if (!parsed.GetValue(_claimsOnly)) yield break;
        string[] given = [.. ((Option[])[_reduce, _solver.Option, _modes, _threshold, .. others]).Where(o => parsed.GetResult(o) is { Implicit: false })
            .Select(o => o.Name)];
        if (given.Length > 0)
            yield return $"--claims-only forms no operators, so that {string.Join(" and ", given)} cannot be had; leave out the one or the other.";
    }

    /// <summary>The values that were given, defaults elsewhere; no backend where the choice is left to the tool.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Where warnings go.</param>
    /// <exception cref="BackendException">The backend that was named cannot be used.</exception>
    public AnalysisOptions Of(ParseResult parsed, CliTerminal terminal)
    {
        var defaults = new AnalysisOptions();
        var (from, to) = window ? _window.Of(parsed) : (null, null);
        return defaults with
        {
            Mode = _mode.Of(parsed),
            Interpolation = _interpolation.Of(parsed),
            Method = _method.Of(parsed),
            RelativeTolerance = parsed.GetValue(_tolerance) is { } tolerance && double.IsFinite(tolerance) ? tolerance : ToleranceChoice.Auto,
            Reduction = parsed.GetValue(_reduce) ?? ReductionChoice.Auto,
            Threshold = parsed.GetValue(_threshold) ?? defaults.Threshold,
            Solver = _solver.Of(parsed),
            Modes = parsed.GetValue(_modes),
            Memory = parsed.GetValue(_memory),
            IndependentCheck = !parsed.GetValue(_noIndependent),
            Extent = claimsOnly && parsed.GetValue(_claimsOnly) ? AnalysisExtent.ClaimsOnly : AnalysisExtent.Whole,
            From = from,
            To = to,
            KernelRows = (kernelRows ? parsed.GetValue(_kernelRows) : null) ?? defaults.KernelRows,
            Seed = parsed.GetValue(_seed) ?? defaults.Seed,
            Backend = Backends.IfNamed(terminal, parsed, _backend, _threads),
        };
    }

    /// <summary>The options that were given, as arguments of another command line, but for some of them.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="without">The names of those that are left out.</param>
    public IEnumerable<string> Given(ParseResult parsed, IReadOnlyCollection<string> without)
    {
        var own = new Command("analyze");
        AddTo(own);
        foreach (var option in own.Options)
            if (!without.Contains(option.Name) && parsed.GetResult(option) is { Implicit: false } given)
                foreach (string word in given.Tokens.Select(t => t.Value).Prepend(option.Name)) yield return word;
    }

    /// <summary>The backend where the choice is left to the tool: it depends on the size of the run.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="terminal">Where warnings go.</param>
    /// <param name="run">The run; null where there are several.</param>
    /// <exception cref="BackendException">The backend that the environment names cannot be used.</exception>
    public Backend BackendFor(ParseResult parsed, CliTerminal terminal, CheckpointSequence? run) =>
        Backends.Resolve(terminal, parsed, _backend, _threads, run);
}
