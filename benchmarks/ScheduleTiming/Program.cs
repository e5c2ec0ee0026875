// What the tests of an adaptive schedule add to a training step: the built-in recorder's first pass with tests that never fire, beside the same pass without
// tests, in pairs. Arguments: pairs (21), steps per pair (200), backend (managed). The table is in docs/schedules.md.
using System.Diagnostics;
using System.Globalization;
using KernelFlow;
using KernelFlow.Numerics;

int pairs = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 21;
int steps = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 200;
var backend = Backend.Resolve(args.Length > 2 ? args[2] : "managed", threads: 1);
const double Never = 1e9;
var all = new AdaptiveSchedule { Linearity = Never, Gradient = Never, Kernel = Never };
// One test, at no step: what is left is the training itself.
var none = all with { Every = int.MaxValue };
var digits = new RecordingOptions { Train = 100, Test = 60, Layers = LayerSpec.ParseList("24,24"), LearningRate = 1e-3, Schedule = CheckpointSchedule.Adaptive,
    Steps = steps, Factors = FactorRecording.Always };
(string Name, RecordingOptions Options)[] trainings =
[
    ("tanh 24,24, n = 100, p = 1, D = 2185", digits),
    ("GELU 128,128, n = 200, p = 10, D = 26122", digits with
    {
        Train = 200, Test = 100, Outputs = 10, Loss = LossKind.SoftmaxCrossEntropy, Layers = LayerSpec.ParseList("128,128"), Activation = ActivationKind.Gelu,
    }),
    ("convolutions 8:3 16:3:2, n = 100, p = 10", digits with
    {
        Outputs = 10, Loss = LossKind.SoftmaxCrossEntropy, Layers = LayerSpec.ParseList("conv:8:3,conv:16:3:2"), Activation = ActivationKind.Relu,
    }),
];
(string Name, AdaptiveSchedule Schedule)[] schedules =
[
    ("all tests, every step", all),
    ("without kernel, every step", all with { Kernel = null }),
    ("all tests, every 10 steps", all with { Every = 10 }),
];
Console.WriteLine($"{backend.Name}, 1 thread: added time per step / time of a step, median of {pairs} pairs of {steps} steps [quartiles]");
foreach (var (name, options) in trainings)
    foreach (var (what, schedule) in schedules)
    {
        double[] ratios = [.. Enumerable.Range(0, pairs).Select(_ => Seconds(options, schedule) / Seconds(options, none) - 1).Order()];
        Console.WriteLine(FormattableString.Invariant(
            $"| {name} | {what} | {ratios[pairs / 2]:f2} [{ratios[pairs / 4]:f2}, {ratios[3 * pairs / 4]:f2}] |"));
    }

// The recording pass is the same in both and is left out by measuring up to the first checkpoint.
double Seconds(RecordingOptions options, AdaptiveSchedule schedule)
{
    using var stop = new CancellationTokenSource();
    long start = Stopwatch.GetTimestamp();
    double seconds = 0;
    var first = new Stop(() =>
    {
        seconds = Stopwatch.GetElapsedTime(start).TotalSeconds;
        stop.Cancel();
    });
    try
    {
        Recorder.InMemory(options with { Adaptive = schedule }, backend, first, stop.Token);
    }
    catch (OperationCanceledException)
    {
        // As intended.
    }
    return seconds;
}

internal sealed class Stop(Action then) : IProgress<RecordingProgress>
{
    public void Report(RecordingProgress value) => then();
}
