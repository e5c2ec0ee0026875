namespace KernelFlow.Integrators;

/// <summary>The sequence in which every panel is taken as two of half the length.</summary>
internal static class SweepHalves
{
    public static SweepSteps Of(SweepSteps steps, SweepScheme scheme)
    {
        var rule = scheme.Rule;
        int parts = rule.Nodes.Length - 1;
        var halves = new List<SweepStep>();
        for (int k = 0; k < steps.Steps.Count;)
        {
            var first = steps.Steps[k];
            if (first.Length == 0)
            {
                halves.Add(first with { Weight = 0 });
                k++;
                continue;
            }
            double length = steps.Steps.Skip(k).Take(parts).Sum(s => s.Length);
            for (int half = 0; half < 2; half++) SweepLayout.Panel(scheme, halves, first.Interval, first.Time + half * length / 2,
                length / 2, first.Rate);
            k += parts;
        }
        return steps with { Steps = halves };
    }
}
