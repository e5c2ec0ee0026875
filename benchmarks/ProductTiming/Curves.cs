using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.ProductTiming;

/// <summary>Seconds of a product against N at one D and against D at one N, with the exponents of the flops and those fitted.</summary>
internal sealed class Curves(Backend backend, Clock clock)
{
    private const int Vectors = 16, Outputs = 10;

    public void Run()
    {
        Curve("factors, D = 9,010", "N", [250, 500, 1000, 2000, 4000], n => Runs.Factored(n, 1, Outputs, [64, 120, 10]), run => run.TrainSize);
        Curve("factors, N = 10,000", "D", [60, 120, 240, 480, 960], width => Runs.Factored(1000, 1, Outputs, [64, width, 10]), run => run.Parameters!.Value);
        Curve("Jacobians, D = 2,000", "N", [50, 100, 200, 400], n => Runs.Jacobians(n, 1, Outputs, 2000), run => run.TrainSize);
        Curve("Jacobians, N = 1,000", "D", [1000, 2000, 4000, 8000], parameters => Runs.Jacobians(100, 1, Outputs, parameters), run => run.Parameters!.Value);
    }

    private void Curve(string label, string variable, int[] sizes, Func<int, CheckpointSequence> make, Func<CheckpointSequence, long> size)
    {
        Console.WriteLine();
        Console.WriteLine($"| {label}: {variable} | Mflop | ms |");
        Console.WriteLine("|---|---|---|");
        double[] x = new double[sizes.Length], flops = new double[sizes.Length], seconds = new double[sizes.Length];
        for (int i = 0; i < sizes.Length; i++)
        {
            var run = make(sizes[i]);
            var products = ProductsBuilder.Read(run, OutputRecord.Read(run), new MemoryAccount(MemoryCeiling.None), backend).Linear([0, 1]);
            var block = new MatrixView(new double[run.TrainSize * Vectors], run.TrainSize, Vectors);
            block.Fill(1);
            var result = new MatrixView(new double[run.TrainSize * Vectors], run.TrainSize, Vectors);
            seconds[i] = clock.Of(() => products.ApplyTrain(0, 0.03, block, result));
            (x[i], flops[i]) = (size(run), products.TrainFlops(0) * Vectors);
            Console.WriteLine(FormattableString.Invariant($"| {x[i]:N0} | {flops[i] / 1e6:F0} | {1e3 * seconds[i]:F2} |"));
        }
        Console.WriteLine(FormattableString.Invariant($"| exponent | {Exponent(x, flops):F2} predicted | {Exponent(x, seconds):F2} fitted |"));
    }

    private static double Exponent(double[] x, double[] y)
    {
        double[] u = Array.ConvertAll(x, Math.Log), v = Array.ConvertAll(y, Math.Log);
        double mu = u.Average(), mv = v.Average();
        return u.Zip(v, (a, b) => (a - mu) * (b - mv)).Sum() / u.Sum(a => (a - mu) * (a - mu));
    }
}
