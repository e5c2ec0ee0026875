using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Claims;

/// <summary>A claim about the recording itself that needs no operators, so that <c>inspect</c> can check it, too.</summary>
internal abstract class RecordingClaim(string id, string name) : Claim(id, name, ClaimKind.Consistency)
{
    /// <summary>Checks the recording alone.</summary>
    public ClaimResult CheckRecording(CheckpointSequence run, OutputRecord outputs, Backend backend, CancellationToken cancellation) =>
        Judge(run, outputs, backend, cancellation) with { Id = Id, Name = Name, Kind = Kind, Statement = Statement };

    /// <summary>The number and its limit.</summary>
    protected abstract ClaimResult Judge(CheckpointSequence run, OutputRecord outputs, Backend backend, CancellationToken cancellation);

    protected override ClaimResult CheckCore(ClaimEvidence evidence) =>
        Judge(evidence.Checkpoints, evidence.Outputs, evidence.Backend, CancellationToken.None);
}
