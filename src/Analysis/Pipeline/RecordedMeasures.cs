using KernelFlow.Analysis.Measures;

namespace KernelFlow.Analysis;

/// <summary>What is measured on the recording alone, beside the integration.</summary>
/// <param name="Evolution">How far the kernel moved.</param>
/// <param name="Gate">The population-risk gate.</param>
/// <param name="InputHash">"sha256:…" of the files; null for runs in memory.</param>
/// <param name="Risk">Leave-one-out along the recorded kernels.</param>
/// <param name="Jump">Kernels frozen at checkpoints, and the jump to the end with them.</param>
internal sealed record RecordedMeasures(Pending<KernelEvolution> Evolution, Pending<Known<RiskGate>> Gate, Pending<string?> InputHash,
    Pending<Known<PopulationRisk>> Risk, Pending<Known<JumpToEnd>> Jump)
{
    /// <summary>Starts them.</summary>
    public static RecordedMeasures Start(CheckpointSequence run, AnalysisPlan plan, AnalysisInput input, SideThread second) => new(
        second.Run(stop => WorkSpans.In("kernel evolution", () => KernelEvolutionBuilder.Build(input, stop))),
        second.Run(stop => WorkSpans.In("risk gate", () => GateBuilder.Build(input.Checkpoints, input.Outputs, input.Backend, stop))),
        second.Run(_ => WorkSpans.In("sums of the files", () => run.InputHash?.Value)),
        second.Run(stop => WorkSpans.In("population risk", () => PopulationRiskBuilder.Build(plan, input, stop))),
        second.Run(stop => WorkSpans.In("jump to the end", () => JumpBuilder.Build(plan, input, stop))));
}
