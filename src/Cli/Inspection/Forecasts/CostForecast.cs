namespace KernelFlow.Cli;

/// <summary>What an analysis by the default options will need: operations by kind times the rates of this machine, bytes over its bandwidth, and fixed
/// costs, stage by stage.</summary>
/// <param name="Stages">Seconds by stage.</param>
/// <param name="Memory">Bytes of private memory by what they hold.</param>
internal sealed record CostForecast(IReadOnlyList<(string Name, double Seconds)> Stages, IReadOnlyList<(string Name, double Bytes)> Memory)
{
    /// <summary>Wall time of <c>analyze</c>, from its start to its report.</summary>
    public double Seconds => Stages.Sum(s => s.Seconds);

    /// <summary>Largest private memory of the process; mapped files take no part in it.</summary>
    public double Bytes => Memory.Sum(m => m.Bytes);

    /// <summary>The forecast for a run.</summary>
    /// <param name="sizes">The sizes of the run.</param>
    /// <param name="rates">The rates of this machine.</param>
    public static CostForecast Of(RunSizes sizes, WorkRates rates)
    {
        var stages = sizes.Mode == AnalysisMode.Descent ? DescentForecast.Stages(sizes) : FlowForecast.Stages(sizes);
        return new CostForecast([.. stages.Select(s => (s.Name, s.Seconds(rates, sizes.Train)))], [.. MemoryForecast.Of(sizes)]);
    }
}
