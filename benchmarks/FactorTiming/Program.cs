// What factors of Jacobians save, beside rows of J: computing them, forming kernels, products with a vector, numbers on disk. Median of paired repetitions.
// Usage: KernelFlow.FactorTiming [backend [threads [repetitions]]]; a table for docs/benchmarks.md. Where N rows of J are more than fits, a part of them is
// timed and scaled: computing them and vectors by the rows, the kernel by their square.
using System.Diagnostics;
using System.Globalization;
using KernelFlow;
using KernelFlow.Numerics;
using KernelFlow.Operators;

string name = args.Length > 0 ? args[0] : "auto";
int threads = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
int repetitions = args.Length > 2 ? int.Parse(args[2], CultureInfo.InvariantCulture) : 5;
var backend = Backend.Resolve(name, threads);
Console.WriteLine($"{backend.Name}, {backend.Core}");
Console.WriteLine();
Console.WriteLine("| network | rows of J | what | rows of J, s | factors, s | ratio |");
Console.WriteLine("|---|---|---|---|---|---|");
Compare("128,128", rowExamples: 200);
Compare("1000,920", rowExamples: 10);

void Compare(string layers, int rowExamples)
{
    const int n = 200;
    var options = new RecordingOptions
    {
        Train = n, Test = 1, Layers = LayerSpec.ParseList(layers), Loss = LossKind.SoftmaxCrossEntropy, Steps = 1, Checkpoints = 2,
        Factors = FactorRecording.Always, DType = StorageType.Float64,
    };
    var few = options with { Train = rowExamples, Factors = FactorRecording.Never };
    CheckpointSequence factored = Recorder.InMemory(options, backend), plain = Recorder.InMemory(few, backend);
    double scale = (double)n / rowExamples;
    string network = FormattableString.Invariant($"64-{layers.Replace(',', '-')}-10, D = {factored.Parameters:N0}");
    string rows = scale > 1 ? FormattableString.Invariant($"{plain.TrainSize:N0} of {factored.TrainSize:N0}, scaled") : $"{plain.TrainSize:N0}";

    void Row(string what, double power, Action ofRows, Action ofFactors)
    {
        var (slow, quick, ratio) = Pairs(Math.Pow(scale, power), ofRows, ofFactors);
        Console.WriteLine(FormattableString.Invariant($"| {network} | {rows} | {what} | {slow:G3} | {quick:G3} | {ratio:F0} |"));
    }

    Row("two checkpoints and a step, in memory", 1, () => Recorder.InMemory(few, backend), () => Recorder.InMemory(options, backend));
    Row("K_SS", 2, () => Kernel(plain), () => Kernel(factored));
    double[] v = Random((int)factored.Parameters!.Value, 3);
    Row("J v and Jᵀ(J v)", 1, () => Vectors(plain, v), () => Vectors(factored, v));
    var jacobian = (FactoredJacobian)factored[0][TensorName.J_S];
    long stored = jacobian.Tensors.Sum(t => t.Count);
    Console.WriteLine(FormattableString.Invariant($"| {network} | {factored.TrainSize:N0} | numbers of J_S, millions | {jacobian.Count / 1e6:G3} | ")
        + FormattableString.Invariant($"{stored / 1e6:G3} | {(double)jacobian.Count / stored:F0} |"));
}

void Kernel(CheckpointSequence run) => GramPass.Form(run, [(0, 0)], _ => false, backend);

void Vectors(CheckpointSequence run, double[] v)
{
    int N = run.TrainSize;
    double[] y = new double[N], z = new double[v.Length];
    int width = JacobianColumns.Width(run, 4096);
    var columns = new JacobianColumns(run, withTest: false, width, backend);
    var piece = new double[width];
    for (int first = 0; first < v.Length; first += width)
    {
        int count = Math.Min(width, v.Length - first);
        columns.Read(run[0], TensorName.J_S, TensorName.J_Q, first, count);
        v.AsSpan(first, count).CopyTo(piece);
        columns.Multiply(piece, y);
        columns.AddTransposed(y, 1, z);
    }
}

// The medians of both and of their ratio, in pairs, so that whatever else the machine does meets both.
(double Slow, double Quick, double Ratio) Pairs(double scale, Action slow, Action quick)
{
    slow();
    quick();
    double[] a = new double[repetitions], b = new double[repetitions];
    for (int i = 0; i < repetitions; i++) (a[i], b[i]) = (scale * Seconds(slow), Seconds(quick));
    double[] ratios = [.. a.Zip(b, (s, q) => s / q)];
    Array.Sort(a);
    Array.Sort(b);
    Array.Sort(ratios);
    return (a[repetitions / 2], b[repetitions / 2], ratios[repetitions / 2]);
}

static double Seconds(Action action)
{
    long start = Stopwatch.GetTimestamp();
    action();
    return Stopwatch.GetElapsedTime(start).TotalSeconds;
}

static double[] Random(int length, int seed)
{
    var random = new Random(seed);
    return [.. Enumerable.Range(0, length).Select(_ => random.NextDouble() - 0.5)];
}
