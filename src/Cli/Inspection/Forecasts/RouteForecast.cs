namespace KernelFlow.Cli;

/// <summary>What an analysis takes by one of the ways there are.</summary>
/// <param name="Name">dense, reduced, matrix-free or jobs.</param>
/// <param name="Seconds">Wall time; NaN where the way is closed.</param>
/// <param name="Bytes">Private memory that it may come to, on each machine.</param>
/// <param name="Note">What the forecast supposes.</param>
internal sealed record RouteForecast(string Name, double Seconds, double Bytes, string Note)
{
    /// <summary>Why this way is closed; null where it is open.</summary>
    public string? Obstacle { get; init; }

    /// <summary>Whether it may be gone within a ceiling.</summary>
    public bool Fits(double ceiling) => Obstacle is null && Bytes <= ceiling;

    /// <summary>A way that is closed.</summary>
    public static RouteForecast Closed(string name, string obstacle) => new(name, double.NaN, double.NaN, "") { Obstacle = obstacle };
}
