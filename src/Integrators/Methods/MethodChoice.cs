using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>An integration method, or "auto": the one that suits the trajectory and the tolerance. Made from a name, from a method, or
/// <see cref="Auto"/>.</summary>
public sealed class MethodChoice : IEquatable<MethodChoice>
{
    /// <summary>The name of <see cref="Auto"/> on the command line.</summary>
    public const string AutoName = "auto";

    private MethodChoice(IntegrationMethod? method) => Method = method;

    /// <summary>The choice is left to <see cref="Methods.Choose"/>.</summary>
    public static MethodChoice Auto { get; } = new(null);

    /// <summary>The method chosen; null for <see cref="Auto"/>.</summary>
    public IntegrationMethod? Method { get; }

    /// <summary>Whether the choice is left to the tool.</summary>
    public bool IsAuto => Method is null;

    /// <summary>The name of the method, or "auto".</summary>
    public string Name => Method?.Name ?? AutoName;

    /// <summary>A given method, built in or a user's own.</summary>
    /// <param name="method">The method.</param>
    public static MethodChoice Of(IntegrationMethod method)
    {
        ArgumentNullException.ThrowIfNull(method);
        return new MethodChoice(method);
    }

    /// <summary>The built-in method of a name, or "auto".</summary>
    /// <param name="name">A name from <see cref="Methods.Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such method; the message lists those there are.</exception>
    public static MethodChoice Of(string name)
    {
        ArgumentNullException.ThrowIfNull(name);
        if (name == AutoName) return Auto;
        return new MethodChoice(Methods.Find(name)
            ?? throw new ArgumentException($"method: found {name}, expected one of {string.Join(", ", Methods.Names)}."));
    }

    /// <summary>As <see cref="Of(IntegrationMethod)"/>.</summary>
    /// <param name="method">The method.</param>
    public static implicit operator MethodChoice(IntegrationMethod method) => Of(method);

    /// <summary>As <see cref="Of(string)"/>.</summary>
    /// <param name="name">A name from <see cref="Methods.Names"/>.</param>
    /// <exception cref="ArgumentException">There is no such method; the message lists those there are.</exception>
    public static implicit operator MethodChoice(string name) => Of(name);

    /// <summary>The method for a trajectory and a tolerance, and for "auto" why it was chosen.</summary>
    /// <param name="trajectory">What is to be integrated.</param>
    /// <param name="relativeTolerance">Bound on the errors.</param>
    /// <param name="seed">Seed of the power iteration that finds the rates.</param>
    public (IntegrationMethod Method, string? Reason) Resolve(KernelTrajectory trajectory, double relativeTolerance, long seed = 0) =>
        Method is { } method ? (method, null) : Methods.Choose(trajectory, relativeTolerance, seed);

    /// <summary>Whether the same method is chosen.</summary>
    /// <param name="other">Another choice.</param>
    public bool Equals(MethodChoice? other) => other is not null && ReferenceEquals(Method, other.Method);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => Equals(obj as MethodChoice);

    /// <inheritdoc/>
    public override int GetHashCode() => Method?.GetHashCode() ?? 0;

    /// <summary>Whether two choices are the same.</summary>
    public static bool operator ==(MethodChoice? a, MethodChoice? b) => a is null ? b is null : a.Equals(b);

    /// <summary>Whether two choices differ.</summary>
    public static bool operator !=(MethodChoice? a, MethodChoice? b) => !(a == b);

    /// <summary>The name of the choice.</summary>
    public override string ToString() => Name;
}
