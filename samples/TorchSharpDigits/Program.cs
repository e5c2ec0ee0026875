// Trains a small network with TorchSharp, records the training, analyses the recording and writes the report.
//     dotnet run -c Release --project samples/TorchSharpDigits [-- FOLDER]
using KernelFlow;
using KernelFlow.Recording;
using TorchSharp;
using static TorchSharp.torch;

if (TorchRuntime.Obstacle is { } obstacle)
{
    Console.Error.WriteLine($"error: {obstacle}");
    return 2;
}
string folder = args.Length > 0 ? args[0] : "torchsharp-digits", run = Path.Combine(folder, "run"), report = Path.Combine(folder, "report");
try
{
    Train(run);
    Analyse(run, report);
    return 0;
}
catch (Exception e) when (e is IOException or UnauthorizedAccessException or InvalidRunException or RecordingRefusedException or ArgumentException)
{
    Console.Error.WriteLine($"error: {e.Message}");
    return 2;
}

// A training as any other, but for two lines: the one that attaches the recorder and the one that takes the steps.
static void Train(string run)
{
    const int Steps = 400;
    random.manual_seed(0);
    set_num_threads(1); // The tensors are small.
    var digits = Digits.Load(train: 100, test: 60, noise: 0.2);
    using var model = nn.Sequential(
        ("first", nn.Linear(64, 24)), ("tanh1", nn.Tanh()), ("second", nn.Linear(24, 24)), ("tanh2", nn.Tanh()), ("output", nn.Linear(24, 1)));
    model.to(ScalarType.Float64);
    Func<Tensor, Tensor, Tensor> loss = (u, y) => (u - y).square().sum() / (2 * y.shape[0]);
    using var optimizer = optim.SGD(model.parameters(), 0.03);

    Console.WriteLine($"Training: is a digit even or odd? 64-24-24-1, tanh, {digits.X_S.shape[0]} digits, {digits.Wrong} of them with the wrong answer, "
        + $"{Steps} steps of gradient descent with TorchSharp.");
    var options = new JacobianRecorderOptions(CheckpointSteps.Geometric(Steps, 40)) { DType = StorageType.Float32, TestTargets = digits.Y_Q };
    using var recorder = JacobianRecorder.Attach(model, loss, optimizer, digits.X_S, digits.Y_S, digits.X_Q, run, options);
    for (int step = 1; step <= Steps; step++)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        var value = loss(model.forward(digits.X_S), digits.Y_S);
        value.backward();
        recorder.Step(); // Takes optimizer.step().
        if (step % 100 == 0) Console.WriteLine(FormattableString.Invariant($"  step {step}, loss {value.item<double>():g3}"));
    }
    Console.WriteLine($"Recorded: {recorder.RecordedSteps.Count} checkpoints, {run}");
}

static void Analyse(string run, string report)
{
    using var recorded = RecordedRun.Open(run);
    var analysis = Analyze.Reservoir(recorded.Checkpoints);
    analysis.WriteFolder(report);
    Console.WriteLine($"Signal channel: {analysis.Spectrum.SignalDimension} modes; reservoir: {analysis.Spectrum.ReservoirDimension}. "
        + $"The reservoir leaves the test outputs alone: {analysis.Inclusion.Verdict}.");
    foreach (string id in (string[])["C2", "C4"])
    {
        var claim = analysis.Claim(id);
        Console.WriteLine(FormattableString.Invariant($"{claim.Id} {claim.Name}: {claim.Verdict}, relative error ")
            + FormattableString.Invariant($"{claim.RelativeError.OrDefault(double.NaN):g3}, known error sources {claim.Budget?.Sum:g3}."));
    }
    Console.WriteLine($"Report: {Path.Combine(report, "report.html")}");
}
