namespace KernelFlow;

/// <summary>An experiment that puts a claim of the theory to a test it could fail: what is claimed, what would refute it, and how to find out.</summary>
public abstract class Experiment
{
    /// <summary>Short name on the command line and of the report's folder: lower case with hyphens.</summary>
    public abstract string Id { get; }

    /// <summary>One line for a list.</summary>
    public abstract string Title { get; }

    /// <summary>What the theory says, with the symbols of docs/theory.md.</summary>
    public abstract string Claim { get; }

    /// <summary>Which outcome would refute the claim, said before the experiment is run.</summary>
    public abstract string Refutation { get; }

    /// <summary>Runs the experiment. The same options and the same backend give the same report.</summary>
    /// <param name="options">Size, seed, backend; null for the defaults.</param>
    /// <param name="progress">Receives what is being done and the share that is done.</param>
    /// <param name="cancellation">Honoured within one training or integration step.</param>
    /// <exception cref="InvalidRunException">A recording is not sound.</exception>
    /// <exception cref="Numerics.NumericalException">A computation failed.</exception>
    /// <exception cref="IOException">A recording cannot be written, or <see cref="ExperimentOptions.KeepFolder"/> holds something else.</exception>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    public ExperimentReport Run(ExperimentOptions? options = null, IProgress<ExperimentProgress>? progress = null, CancellationToken cancellation = default)
    {
        options ??= new ExperimentOptions();
        if (options.Seed < 0) throw new ArgumentException(FormattableString.Invariant($"seed: found {options.Seed}, expected 0 or more."));
        var report = RunCore(options, progress, cancellation);
        return report with { Origin = [.. report.Origin, new(Validation.Reports.FinishedReports.Key, Validation.Reports.FinishedReports.Text(options))] };
    }

    /// <summary>Runs it; the options are valid.</summary>
    protected abstract ExperimentReport RunCore(ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation);
}
