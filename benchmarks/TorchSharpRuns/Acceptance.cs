using KernelFlow.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.TorchSharpRuns;

/// <summary><c>acceptance</c>: recorded TorchSharp trainings and how well the theory explains them.</summary>
public static class Acceptance
{
    /// <summary>What one training must show.</summary>
    /// <param name="Name">What it is.</param>
    /// <param name="Analysis">What was found.</param>
    /// <param name="Limits">Numbers that must not be above, or where the last one is false below, their limits.</param>
    public sealed record Row(string Name, ReservoirAnalysis Analysis, params (string Name, double Value, double Limit, bool AtMost)[] Limits)
    {
        public bool Holds => Limits.All(l => l.AtMost ? l.Value <= l.Limit : l.Value >= l.Limit);
    }

    public static int Run(TextWriter output)
    {
        bool all = true;
        output.WriteLine("| training | mode | numbers | |\n|---|---|---|---|");
        foreach (var row in (IEnumerable<Func<Row>>)[() => Parity(), () => Steps(), () => Adam(), () => Momentum()])
        {
            var done = row();
            all &= done.Holds;
            string numbers = string.Join("; ", done.Limits.Select(l =>
                FormattableString.Invariant($"{l.Name} {l.Value:g4} ({(l.AtMost ? "≤" : "≥")} {l.Limit:g4})")));
            output.WriteLine($"| {done.Name} | {done.Analysis.Options.Method} | {numbers} | {(done.Holds ? "holds" : "FAILS")} |");
        }
        return all ? 0 : 1;
    }

    /// <summary>Even or odd, 100 digits, a fifth of the answers wrong, two hidden tanh layers of width 24, gradient descent; as a flow between few
    /// checkpoints.</summary>
    public static Row Parity(int steps = 3000, int checkpoints = 23)
    {
        var training = new DigitsTraining(new RecordingOptions { Train = 100, Test = 60, Noise = 0.2, Seed = 1 },
            () => DigitsTraining.Dense(24, 2, 1, () => nn.Tanh()), w => optim.SGD(w, 0.05));
        var analysis = Analyze.Reservoir(training.Record(new(CheckpointSteps.Geometric(steps, checkpoints)) { DType = StorageType.Float32 })!,
            new AnalysisOptions { Mode = AnalysisMode.Flow });
        return new Row($"two tanh layers, N = 100, {steps} steps", analysis, ("C4 correlation", analysis.Claim("C4").Correlation ?? double.NaN, 0.999, false),
            ("C2", Error(analysis, "C2"), 0.05, true), ("C4", Error(analysis, "C4"), 0.05, true));
    }

    /// <summary>Three classes, 20 digits, one hidden GELU layer of width 6, every step with its midpoint, gradient descent below z = 0.8.</summary>
    public static Row Steps(int steps = 200, double rate = 0.35) => EveryStep("gradient descent", steps, 1e-5, w => optim.SGD(w, rate), largestZ: 0.8);

    /// <summary>The same by Adam.</summary>
    public static Row Adam(int steps = 200) => EveryStep("Adam", steps, 1e-4, w => optim.Adam(w, 0.003));

    /// <summary>The same with momentum, not Nesterov's.</summary>
    public static Row Momentum(int steps = 200) => EveryStep("momentum", steps, 1e-4, w => optim.SGD(w, 0.1, 0.9));

    private static Row EveryStep(string name, int steps, double limit, Func<IEnumerable<TorchSharp.Modules.Parameter>, optim.Optimizer> optimizer,
        double? largestZ = null)
    {
        var data = new RecordingOptions { Train = 20, Test = 10, Outputs = 3, Loss = LossKind.SoftmaxCrossEntropy, Noise = 0.2, Seed = 5 };
        var training = new DigitsTraining(data, () => DigitsTraining.Dense(6, 1, 3, () => nn.GELU()), optimizer);
        var analysis = Analyze.Reservoir(training.Record(new(CheckpointSteps.Every(steps)) { Midpoints = true })!);
        double z = analysis.Descent?.LargestZ ?? double.NaN;
        return new Row(FormattableString.Invariant($"{name}, GELU, 3 classes, N = 60, {steps} steps with midpoints, z = {z:g3}"), analysis,
            [("C4", Error(analysis, "C4"), limit, true), .. largestZ is { } bound ? new[] { ("z", z, bound, true) } : []]);
    }

    private static double Error(ReservoirAnalysis analysis, string id) => analysis.Claim(id).RelativeError.OrDefault(double.NaN);
}
