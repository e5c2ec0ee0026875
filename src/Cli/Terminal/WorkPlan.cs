namespace KernelFlow.Cli;

/// <summary>The stages of some work in order, and how long each is expected to take.</summary>
/// <param name="Stages">Seconds by stage; where nothing is forecast, shares of the work.</param>
/// <param name="Trust">Share of the work that must have been observed to weigh as much as what was expected; 0 for mere shares.</param>
internal sealed record WorkPlan(IReadOnlyList<(string Stage, double Seconds)> Stages, double Trust)
{
    // Forecasts are right to a factor of about two.
    private const double ForecastTrust = 0.25;

    /// <summary>Work whose stages tell their shares, of which nothing else is known.</summary>
    public static WorkPlan Of(params (string Stage, double Share)[] stages) => new(stages, 0);

    /// <summary>Work that was forecast.</summary>
    public static WorkPlan Forecast(IReadOnlyList<(string Stage, double Seconds)> stages) => new(stages, ForecastTrust);
}

/// <summary>Where the stages of some work are shown.</summary>
internal interface IStageDisplay : IProgress<StageProgress>
{
    /// <summary>Tells what is to be done, so that the time that is left can be shown.</summary>
    /// <param name="plan">Makes the plan; it is asked only where somebody watches.</param>
    void Expect(Func<WorkPlan> plan);
}
