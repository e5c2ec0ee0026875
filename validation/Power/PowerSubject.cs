using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Power;

/// <summary>An honest recording that is to be spoilt.</summary>
/// <param name="Group">Its kind.</param>
/// <param name="Recording">Jacobians in float64, with everything that was recorded.</param>
/// <param name="Form">What is kept of it.</param>
/// <param name="Backend">The dense linear algebra to use.</param>
/// <param name="Cancellation">Checked while another network is trained.</param>
internal sealed record PowerSubject(PowerGroup Group, HonestRecording Recording, StoredForm Form, Backend Backend, CancellationToken Cancellation)
{
    /// <summary>What was recorded.</summary>
    public CheckpointSequence Run => Recording.Checkpoints;

    /// <summary>The checkpoint in the middle.</summary>
    public int Middle => Run.Count / 2;

    /// <summary>Random choices of one corruption.</summary>
    public StudyDraws Draws(int stream) => new(Recording.Training.Seed, stream);

    /// <summary>The form in which a recording with Jacobians is stored.</summary>
    public CheckpointSequence Stored(CheckpointSequence run) => Form.Of(run, Backend);

    /// <summary>The honest recording as it is stored.</summary>
    public CheckpointSequence Honest => Stored(Run);
}
