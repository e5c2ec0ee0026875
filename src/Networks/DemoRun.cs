namespace KernelFlow;

/// <summary>The run of the demo: label noise that lies in the soft reservoir at first and moves into the signal channel later (docs/noise-story.md says how it
/// was found).</summary>
public static class DemoRun
{
    /// <summary>A tanh network learns a smooth teacher of four inputs from 120 examples, a fifth of whose targets are those of other inputs: the few large
    /// modes of the kernel hold the teacher, and the many small ones most of the noise. 10000 steps of gradient descent, well below the edge of
    /// stability.</summary>
    public static RecordingOptions Options { get; } = new()
    {
        Data = DataKind.TeacherStudent,
        InputSize = 4,
        TeacherWidth = 1,
        Train = 120,
        Test = 80,
        Noise = 0.2,
        Layers = [LayerSpec.Dense(64), LayerSpec.Dense(64)],
        LearningRate = 0.05,
        Steps = 10000,
        Checkpoints = 96,
        Seed = 0,
    };

    /// <summary>δ: the soft reservoir of the demo is made of the modes that lost less than a tenth of their energy.</summary>
    public const double Threshold = 0.1;

    /// <summary>The mean square of what the recorded test outputs were off from the true ones, y_Q, at the checkpoint of a flow time.</summary>
    /// <param name="run">The recorded run.</param>
    /// <param name="time">The flow time of one of its checkpoints.</param>
    /// <exception cref="ArgumentException">The run has no true test outputs, or no checkpoint at that time.</exception>
    public static double TestError(CheckpointSequence run, double time)
    {
        ArgumentNullException.ThrowIfNull(run);
        var truth = run.RunTensors.GetValueOrDefault(TensorName.y_Q) ?? throw new ArgumentException("run: it has no y_Q.", nameof(run));
        var checkpoint = run.FirstOrDefault(c => c.Time == time)
            ?? throw new ArgumentException(FormattableString.Invariant($"time: no checkpoint is at {time}."), nameof(time));
        return checkpoint[TensorName.U_Q].ReadAll().Zip(truth.ReadAll(), (u, y) => (u - y) * (u - y)).Average();
    }
}
