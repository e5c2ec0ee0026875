// Times training steps and Jacobians of one network for peers/network_timing.py, which runs PyTorch on the same one in turn.
// A line "LAYERS ACTIVATION EXAMPLES OUTPUTS SECONDS" on stdin is answered by "steps-per-second seconds-per-Jacobian".
using System.Diagnostics;
using System.Globalization;
using KernelFlow;
using KernelFlow.Numerics;

const int Inputs = 64;
var backend = Backend.Resolve(args.Length > 0 ? args[0] : "managed", threads: 1);
Console.WriteLine($"{backend.Name}, {backend.Core}");
while (Console.ReadLine() is { Length: > 0 } line)
{
    string[] fields = line.Split(' ');
    int n = int.Parse(fields[2], CultureInfo.InvariantCulture), p = int.Parse(fields[3], CultureInfo.InvariantCulture);
    double seconds = double.Parse(fields[4], CultureInfo.InvariantCulture);
    var network = FeedForwardNetwork.Create(Inputs, LayerSpec.ParseList(fields[0]), OptionName.Parse<ActivationKind>(fields[1]), p);
    var evaluator = new NetworkEvaluator(network, backend);
    var random = new Random(1);
    double[] w = network.Initialise(1), x = Enumerable.Range(0, n * Inputs).Select(_ => random.NextDouble() - 0.5).ToArray();
    double[] y = Enumerable.Range(0, n * p).Select(_ => random.NextDouble() - 0.5).ToArray();
    double[] u = new double[n * p], g = new double[n * p], gradient = new double[w.Length], J = new double[n * p * w.Length];
    var loss = LossModel.Squared(y, p);

    double step = Time(seconds, () =>
    {
        evaluator.LossGradient(w, x, loss, u, g, gradient);
        for (int k = 0; k < w.Length; k++) w[k] -= 0.01 * gradient[k];
    });
    double jacobian = Time(seconds, () => evaluator.Jacobian(w, x, u, J));
    Console.WriteLine(FormattableString.Invariant($"{1 / step:R} {jacobian:R}"));
}

// Median over repetitions for at least the given time, after as long a warm-up.
static double Time(double seconds, Action action)
{
    for (long start = Stopwatch.GetTimestamp(); Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;) action();
    var times = new List<double>();
    for (long start = Stopwatch.GetTimestamp(); times.Count < 3 || Stopwatch.GetElapsedTime(start).TotalSeconds < seconds;)
    {
        long before = Stopwatch.GetTimestamp();
        action();
        times.Add(Stopwatch.GetElapsedTime(before).TotalSeconds);
    }
    times.Sort();
    return times[times.Count / 2];
}
