using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;
using static System.FormattableString;

namespace KernelFlow.WorkPrecision;

/// <summary>The rate of whole steps, flops over seconds, beside the rate of the backend's own product of the same order measured in between.</summary>
internal static class Rate
{
    /// <param name="orders">Values of N.</param>
    /// <param name="kinds">Problems of <see cref="RateProblem"/>.</param>
    /// <param name="method">Method; "auto" is the default one at rtol.</param>
    /// <param name="rtol">Tolerance of the adaptive scheme.</param>
    /// <param name="rounds">Repetitions; medians are printed.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static void Run(IReadOnlyList<int> orders, IReadOnlyList<string> kinds, string method, double rtol, int rounds, Backend backend)
    {
        Console.WriteLine($"{backend.Name}, core {backend.Core}, {backend.Threads} thread(s). Nominal flops: product 2mnk; symmetric product n²k; Cholesky n³/3, its inverse 2n³/3;");
        Console.WriteLine("LU 2n³/3; solve 2n² per right-hand side. Element-wise work (forming K(t), sums of matrices) counts as time, not as flops.");
        foreach (int N in orders)
        {
            foreach (string kind in kinds)
            {
                var trajectory = RateProblem.Make(N, kind, backend);
                foreach (int? steps in (int?[])[2, null])
                {
                    var options = new PropagationOptions { Method = method, RelativeTolerance = rtol, FixedSteps = steps };
                    One(N, kind, trajectory, options, rounds, backend);
                }
            }
        }
    }

    private static void One(int N, string kind, KernelTrajectory trajectory, PropagationOptions options, int rounds, Backend backend)
    {
        // The run that counts also shows where the time goes; the others, without counting, are the ones whose time is judged.
        var counting = new CountingBackend(backend);
        Propagation? propagation = null;
        var profiled = Times.Of(() => propagation = FlowIntegrator.Integrate(trajectory, options, counting));
        var product = new Product(N, backend);
        product.Time();
        List<Times> whole = [], products = [];
        for (int r = 0; r < rounds; r++)
        {
            products.Add(product.Time());
            whole.Add(Times.Of(() => FlowIntegrator.Integrate(trajectory, options, backend)));
            products.Add(product.Time());
        }
        double flops = counting.Flops, n3 = Math.Pow(N, 3);
        double wall = flops / Median(whole, t => t.Wall) / 1e9, cpu = flops / Median(whole, t => t.Cpu) / 1e9;
        double gemmWall = 2 * n3 / Median(products, t => t.Wall) / 1e9, gemmCpu = 2 * n3 / Median(products, t => t.Cpu) / 1e9,
            best = 2 * n3 / products.Min(t => t.Wall) / 1e9;
        Console.WriteLine();
        Console.WriteLine(Invariant($"N = {N}, M = {trajectory.TestSize}, {kind}, {propagation!.Report.Name}, {(options.FixedSteps is { } s ? $"{s} fixed steps" : $"adaptive, rtol {options.RelativeTolerance:g2}: {propagation.Report.Steps} steps, {propagation.Report.Rejected} rejected, {propagation.Report.Passes} pass(es)")}"));
        Console.WriteLine(Invariant($"  flops {flops / 1e9:f1} G = {flops / n3:f2} N³; {Median(whole, t => t.Wall):f2} s wall, {Median(whole, t => t.Cpu):f2} s CPU (median of {rounds})"));
        Console.WriteLine(Invariant(
            $"  steps {wall:f1} Gflop/s (wall), {cpu:f1} (CPU); product of order N {gemmWall:f1} (wall), {gemmCpu:f1} (CPU), best {best:f1}"));
        Console.WriteLine(Invariant($"  FRACTION of the product's rate: {wall / gemmWall:p0} (wall), {cpu / gemmCpu:p0} (CPU)"));
        Console.WriteLine(Invariant($"  profile of the counted run, {profiled.Wall:f2} s:"));
        foreach (var (kernel, t) in counting.Totals.OrderByDescending(k => k.Value.Seconds))
            Console.WriteLine(Invariant($"    {kernel,-22} {t.Calls,5} calls {t.Flops / n3,7:f2} N³ {t.Seconds,7:f2} s {t.Seconds / profiled.Wall,5:p0} {t.Flops / t.Seconds / 1e9,7:f1} Gflop/s"));
        double rest = profiled.Wall - counting.Totals.Values.Sum(t => t.Seconds);
        Console.WriteLine(Invariant($"    {"element-wise and other",-22} {"",33}{rest,8:f2} s {rest / profiled.Wall,5:p0}"));
    }

    private static double Median(List<Times> times, Func<Times, double> value) => Statistics.Median(times.Select(value));

    private sealed class Product(int n, Backend backend)
    {
        private readonly MatrixView _a = Filled(n), _b = Filled(n), _c = Filled(n);

        public Times Time() => Times.Of(() => backend.Gemm(Op.None, Op.None, 1, _a, _b, 0, _c));

        private static MatrixView Filled(int n)
        {
            var random = new Random(3);
            return new MatrixView(Enumerable.Range(0, n * n).Select(_ => random.NextDouble() - 0.5).ToArray(), n, n);
        }
    }
}
