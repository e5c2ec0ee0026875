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

    /// <summary>The sequence in which several panels that follow each other in an interval are one.</summary>
    public static SweepSteps Joined(SweepSteps steps, SweepScheme scheme, int panels)
    {
        int parts = scheme.Rule.Nodes.Length - 1;
        var joined = new List<SweepStep>();
        for (int k = 0; k < steps.Steps.Count;)
        {
            var first = steps.Steps[k];
            if (first.Length == 0)
            {
                joined.Add(first with { Weight = 0 });
                k++;
                continue;
            }
            int count = 0;
            double length = 0;
            for (; count < panels * parts && k < steps.Steps.Count && steps.Steps[k].Interval == first.Interval && steps.Steps[k].Length > 0; count++)
                length += steps.Steps[k++].Length;
            SweepLayout.Panel(scheme, joined, first.Interval, first.Time, length, first.Rate);
        }
        return steps with { Steps = joined };
    }
}
