namespace KernelFlow;

/// <summary>The run of the demo: small enough for seconds, yet its kernel changes by much more than its initial size.</summary>
public static class DemoRun
{
    /// <summary>Digit parity with 20% label noise, two hidden tanh layers of width 24, 100 training and 60 test
    /// examples, 5000 steps of gradient descent, whose rate stays well below the edge of stability.</summary>
    public static RecordingOptions Options { get; } = new()
    {
        Train = 100,
        Test = 60,
        Noise = 0.2,
        Layers = [LayerSpec.Dense(24), LayerSpec.Dense(24)],
        LearningRate = 0.03,
        Steps = 5000,
        Checkpoints = 56,
        Seed = 0,
    };
}
