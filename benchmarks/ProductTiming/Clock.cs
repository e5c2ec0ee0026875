using System.Diagnostics;

namespace KernelFlow.ProductTiming;

/// <summary>Seconds of one call: the best of several stretches, of processor time where one thread computes, of wall time otherwise.</summary>
internal sealed class Clock(int threads, double seconds)
{
    private const int Stretches = 5;

    public double Of(Action action)
    {
        action();
        int calls = 1;
        double best = double.PositiveInfinity;
        for (int i = 0; i < Stretches; i++)
        {
            double taken = Stretch(action, calls);
            while (taken < seconds / Stretches)
            {
                calls = taken <= 0 ? calls * 4 : (int)Math.Ceiling(calls * Math.Clamp(1.3 * seconds / Stretches / taken, 1.3, 8));
                taken = Stretch(action, calls);
            }
            best = Math.Min(best, taken / calls);
        }
        return best;
    }

    private double Stretch(Action action, int calls)
    {
        double before = Now();
        for (int i = 0; i < calls; i++) action();
        return Now() - before;
    }

    private double Now() => threads == 1 ? Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds : Stopwatch.GetTimestamp() / (double)Stopwatch.Frequency;
}
