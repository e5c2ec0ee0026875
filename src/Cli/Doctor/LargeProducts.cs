using KernelFlow.Files;
using KernelFlow.Reporting;
using KernelFlow.Numerics;

namespace KernelFlow.Cli.Doctor;

/// <summary>Matrix products of orders 1000 and 2000 by every library found, on one thread, beside the multiply-add peak.</summary>
internal sealed class LargeProducts
{
    private const int Rounds = 4;

    /// <summary>Share of the peak below which once is enough.</summary>
    private const double SlowShare = 0.1;
    private static readonly int[] s_orders = [1000, 2000];

    private readonly List<(Backend Backend, double[] Rates)> _rows = [];
    private double _peak;

    /// <summary>Measures; the libraries take turns, so that a busy moment or a changed clock meets all of them.</summary>
    public static LargeProducts Measure(Action<double> progress, CancellationToken cancellation)
    {
        var measured = new LargeProducts();
        foreach (var finding in Backend.Available(threads: 1).Where(b => b.Usable))
        {
            var backend = Backend.Resolve(finding.Name, 1);
            if (measured._rows.All(r => r.Backend.Name != backend.Name)) measured._rows.Add((backend, new double[s_orders.Length]));
        }
        for (int round = 0; round < Rounds; round++)
        {
            measured._peak = Math.Max(measured._peak, PeakRate.Measure(cancellation));
            foreach (var (backend, rates) in measured._rows)
            {
                for (int i = 0; i < s_orders.Length && (round == 0 || rates[0] > SlowShare * measured._peak); i++)
                    rates[i] = Math.Max(rates[i], ProductRate.Measure(backend, s_orders[i], tries: 2, cancellation));
            }
            progress((round + 1.0) / Rounds);
        }
        return measured;
    }

    /// <summary>One line per library and order: rate, share of the peak, and for the managed code its share of the fastest native library.</summary>
    public IEnumerable<(string Name, string Text)> Lines()
    {
        for (int i = 0; i < s_orders.Length; i++)
        {
            double native = _rows.Where(r => r.Backend.Name != "managed").Select(r => r.Rates[i]).DefaultIfEmpty(0).Max();
            foreach (var (backend, rates) in _rows)
                yield return ($"order {NumberText.Count(s_orders[i])}", $"{backend.Name}, one thread: {NumberText.Short(rates[i] / 1e9)} Gflop/s, "
                    + $"{NumberText.Percent(rates[i] / _peak)} of the peak of {NumberText.Short(_peak / 1e9)}"
                    + (backend.Name == "managed" && native > 0 ? $", {NumberText.Percent(rates[i] / native)} of the fastest native library" : ""));
        }
    }
}
