namespace KernelFlow.Integrators;

/// <summary>One frozen step of a sweep: everything that the step depends on, except the vectors.</summary>
/// <param name="Interval">Index of the interval between knots that the step lies in.</param>
/// <param name="Time">Flow time at which it begins.</param>
/// <param name="Length">Its length; 0 for a step that only marks a node at the beginning of an interval.</param>
/// <param name="Degree">How many products the step takes for one vector.</param>
/// <param name="Rate">The upper bound of λ_max(B·K_SS) for which the degree was chosen.</param>
/// <param name="Weight">ω of the node at the end of the step; 0 where there is none.</param>
public sealed record SweepStep(int Interval, double Time, double Length, int Degree, double Rate, double Weight)
{
    /// <summary>Flow time at which the step ends.</summary>
    public double End => Time + Length;

    /// <summary>z = h·λ, the stiffness that the step crosses.</summary>
    public double Stiffness => Length * Rate;
}

/// <summary>A frozen sequence of steps as data: with the products of a run it determines P, W_S and G to the last bit.</summary>
/// <param name="Scheme">Name of the scheme, one of <see cref="SweepScheme.Names"/>.</param>
/// <param name="Tolerance">The tolerance that the steps were chosen for.</param>
/// <param name="Steps">The steps in order of time.</param>
public sealed record SweepSteps(string Scheme, double Tolerance, IReadOnlyList<SweepStep> Steps)
{
    /// <summary>What the error of G_S relative to its norm was estimated at when the steps were chosen, the largest of those of P, W_S and G in all
    /// measurements; null where nobody asked.</summary>
    public double? EstimatedError { get; init; }

    /// <summary>Products with K_SS that one sweep takes for one vector.</summary>
    public long Products => Steps.Sum(s => (long)s.Degree);

    /// <summary>Number of nodes of the quadrature.</summary>
    public int Nodes => Steps.Count(s => s.Weight > 0);

    /// <summary>z = Σ h·λ, the stiffness of the whole window by the bounds of the steps.</summary>
    public double Stiffness => Steps.Sum(s => s.Stiffness);
}
