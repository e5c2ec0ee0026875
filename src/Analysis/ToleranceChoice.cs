using System.Globalization;

namespace KernelFlow;

/// <summary>How accurately the flow is integrated: to a given relative error, or "auto": to a small share of what interpolation and finite steps leave
/// unknown (docs/methods.md).</summary>
public sealed record ToleranceChoice
{
    /// <summary>The name of <see cref="Auto"/> on the command line.</summary>
    public const string AutoName = "auto";

    private ToleranceChoice(double? value) => Value = value;

    /// <summary>The tolerance follows from the rest of the budget.</summary>
    public static ToleranceChoice Auto { get; } = new(null);

    /// <summary>Bound on the estimated relative Frobenius error of P, W_S and G_Q at the end of the window; null for <see cref="Auto"/>.</summary>
    public double? Value { get; }

    /// <summary>A given tolerance; an analysis refuses one outside [1e-13, 1e-3].</summary>
    /// <param name="value">Bound on the estimated relative Frobenius error of P, W_S and G_Q at the end of the window.</param>
    public static ToleranceChoice Of(double value) => new(value);

    /// <summary>As <see cref="Of"/>.</summary>
    /// <param name="value">Bound on the estimated relative Frobenius error of P, W_S and G_Q at the end of the window.</param>
    public static implicit operator ToleranceChoice(double value) => Of(value);

    /// <summary>The number, or "auto".</summary>
    public override string ToString() => Value?.ToString("R", CultureInfo.InvariantCulture) ?? AutoName;
}
