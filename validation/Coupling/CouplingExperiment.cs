using KernelFlow.Files;
using KernelFlow.Reporting;
using KernelFlow.Numerics;

namespace KernelFlow.Validation.Coupling;

/// <summary>C2, C4 and C8 on trainings whose kernels move by a twentieth to many times their size, beside controls that must fail.</summary>
/// <param name="runs">The trainings; null for <see cref="CouplingRuns.Quick"/> or <see cref="CouplingRuns.Full"/>.</param>
internal sealed class CouplingExperiment(IReadOnlyList<CouplingRun>? runs = null) : Experiment
{
    /// <summary>The published figure of C8 (Litman and Guo 2026, arXiv:2605.01172), for a kernel drift that peaks at 4.8 and ends at 2.4. The setting is not
    /// public, so the figure stands beside the runs and is compared with none.</summary>
    public const double PublishedDrift = 4.8, PublishedCorrelation = 0.991, PublishedError = 0.165;

    /// <inheritdoc/>
    public override string Id => "coupling";

    /// <inheritdoc/>
    public override string Title => "Coupling table: the initial gradient and the kernels predict the test outputs, however far the kernel moves";

    /// <inheritdoc/>
    public override string Claim => "g(t) = P(t,s) g(s) (C2) and U_Q(T) − U_Q(s) = −G_Q g(s) (C4) for any network, loss and kernel drift; U_Q(T) − "
        + "U_Q(s) = A°(U_S(T) − U_S(s)) (C8) where B is constant and invertible. "
        + "With every step recorded, C4 holds for the steps themselves, with no limit taken.";

    /// <inheritdoc/>
    public override string Refutation => "An error above three times its budget (integration, interpolation between checkpoints, finite learning "
        + "rate, rounding) in C2, C4 or, where the theory implies it, C8 on any recorded run; "
        + "or an error of C4 above 1e-4 where every step was recorded with its midpoint. "
        + "The experiment itself fails, and nothing follows, when a budget is too large to decide, when drifts from 0.1 to 10 are not covered, or "
        + "when a control passes: "
        + "the same analysis with no propagator (P = I), and with the test Jacobian of another network.";

    /// <inheritdoc/>
    protected override ExperimentReport RunCore(ExperimentOptions options, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        var backend = options.Backend ?? Backend.Resolve("auto");
        var chosen = runs ?? (options.Quick ? CouplingRuns.Quick : CouplingRuns.Full);
        using var work = options.KeepFolder is null ? WorkFolders.Make(options) : null;
        string folder = options.KeepFolder ?? WorkFolders.RecordingsIn(work!);
        var rows = new List<ExperimentRow>();
        for (int i = 0; i < chosen.Count; i++)
        {
            progress?.Report(new ExperimentProgress(chosen[i].Id, (double)i / chosen.Count));
            string recording = Path.Combine(folder, chosen[i].Id);
            rows.AddRange(CouplingRows.Of(chosen[i].From(options.Seed), recording, backend, cancellation));
            if (options.KeepFolder is null) Directory.Delete(recording, recursive: true);
        }
        progress?.Report(new ExperimentProgress(chosen[^1].Id, 1));
        return Report(rows, options, backend);
    }

    private ExperimentReport Report(IReadOnlyList<ExperimentRow> rows, ExperimentOptions options, Backend backend) => new()
    {
        Id = Id,
        Title = Title,
        Claim = Claim,
        Refutation = Refutation,
        Conclusion = CouplingCriteria.Conclusion(rows),
        Criteria = [.. CouplingCriteria.Of(rows)],
        Rows = rows,
        Tables = [.. CouplingTables.Of(rows)],
        Figures = [.. CouplingFigures.Of(rows)],
        Origin =
        [
            new("tool", $"kernelflow {ToolInfo.Current.Version}"),
            new("backend", $"{backend.Name}, {backend.Core}"),
            new("data", "the digits that ship with the tool: parity (squared loss), class mod p (softmax cross-entropy)"),
            new("seed", NumberText.Count(options.Seed)),
            new("command", "kernelflow validate --only "
                + $"{Id}{(options.Quick ? " --quick" : "")}{(options.Seed == 0 ? "" : $" --seed {NumberText.Count(options.Seed)}")} --out DIR"),
        ],
    };
}
