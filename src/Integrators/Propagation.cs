using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>Options of an integration.</summary>
public sealed record PropagationOptions
{
    /// <summary>A method, built in or a user's own, or the name of a built-in one; "auto" is what
    /// <see cref="Methods.Choose(KernelTrajectory, double, long)"/> says.</summary>
    public MethodChoice Method { get; init; } = MethodChoice.Auto;

    /// <summary>How the next step follows from the errors of the last ones.</summary>
    public StepControl Control { get; init; } = StepControl.I;

    /// <summary>Bound on the estimated relative Frobenius error of P, W_S, G_Q and G_S at the end.</summary>
    public double RelativeTolerance { get; init; } = 1e-8;

    /// <summary>Fixed number of steps per interval instead of error control (order studies); null for adaptive.</summary>
    public int? FixedSteps { get; init; }

    /// <summary>Seed of the random vectors on which errors are estimated and rates found; every seed gives the same operators to the tolerance.</summary>
    public long Seed { get; init; }

    /// <summary>Most steps, accepted and rejected, before the integration is given up.</summary>
    public int MaximumSteps { get; init; } = 1_000_000;
}

/// <summary>How an integration went.</summary>
/// <param name="Name">What took the steps, for the reader: the name of the method, or in descent mode the recursion.</param>
/// <param name="Steps">Number of accepted steps.</param>
/// <param name="Rejected">Number of rejected steps.</param>
/// <param name="Passes">Passes over the window: more than one when the accumulated estimate of the first exceeded the tolerance.</param>
public sealed record SolveReport(string Name, int Steps, int Rejected, int Passes)
{
    /// <summary>The method that took the steps; null in descent mode, where nothing is integrated.</summary>
    public IntegrationMethod? Method { get; init; }

    /// <summary>Why this method, when it was left to "auto".</summary>
    public string? Reason { get; init; }
}

/// <summary>Estimated relative Frobenius errors at the end of the window; NaN with fixed steps.</summary>
/// <param name="P">‖δP‖_F/‖P‖_F, the error of the propagator.</param>
/// <param name="W">‖δW_S‖_F/‖W_S‖_F.</param>
/// <param name="G">The larger of ‖δG_Q‖_F/‖G_Q‖_F and ‖δG_S‖_F/‖G_S‖_F.</param>
public sealed record IntegrationError(double P, double W, double G)
{
    /// <summary>The largest of the three.</summary>
    public double Largest => Math.Max(P, Math.Max(W, G));
}

/// <summary>The operators of a window and what was seen on the way.</summary>
public sealed class Propagation
{
    /// <summary>P(T,s), the propagator, N×N.</summary>
    public required DenseMatrix P { get; init; }

    /// <summary>W_S(s,T), N×N, symmetric.</summary>
    public required DenseMatrix W_S { get; init; }

    /// <summary>G_S(T,s), the transfer operator to the training outputs, N×N.</summary>
    public required DenseMatrix G_S { get; init; }

    /// <summary>G_Q(T,s), the transfer operator to the test outputs, M×N.</summary>
    public required DenseMatrix G_Q { get; init; }

    /// <summary>The quadrature nodes of W_S and G_Q, in order of time; weights are positive.</summary>
    public required IReadOnlyList<QuadratureNode> Nodes { get; init; }

    /// <summary>The method that took the steps; null in descent mode, where nothing is integrated.</summary>
    public IntegrationMethod? Method => Report.Method;

    /// <summary>The steps whose nodes are <see cref="Nodes"/>, in order of time; under error control two halves for each accepted step. Empty in
    /// descent mode.</summary>
    public IReadOnlyList<FlowStep> Steps { get; init; } = [];

    /// <summary>Accepted steps per interval.</summary>
    public required IReadOnlyList<int> StepsPerInterval { get; init; }

    /// <summary>P(t_k, s)·v for the vector v asked for, at every knot (the first entry is v); empty when none was asked for.</summary>
    public required IReadOnlyList<double[]> Transported { get; init; }

    /// <summary>P(t_{k+1}, t_k)·v_k for each interval and the v_k asked for; empty when none was asked for.</summary>
    public required IReadOnlyList<double[]> IntervalTransported { get; init; }

    /// <summary>W_S(s, t_k) at the knots asked for, in order.</summary>
    public IReadOnlyList<PartialGramian> PartialGramians { get; init; } = [];

    /// <summary>Estimated errors.</summary>
    public required IntegrationError Error { get; init; }

    /// <summary>How the integration went: its steps and passes.</summary>
    public required SolveReport Report { get; init; }

    /// <summary>What the estimated errors are on vectors of random signs, from which <see cref="Error"/> estimates their sizes; null where errors were not
    /// estimated that way.</summary>
    public ProbedErrors? ErrorOnProbes { get; init; }

    /// <summary>The same operators with <see cref="Transported"/> at the chosen knots only.</summary>
    public Propagation At(IReadOnlyList<int> knots)
    {
        ArgumentNullException.ThrowIfNull(knots);
        return new()
        {
            P = P, W_S = W_S, G_S = G_S, G_Q = G_Q, Nodes = Nodes, Steps = Steps, StepsPerInterval = StepsPerInterval,
            Transported = [.. knots.Select(k => Transported[k])], IntervalTransported = IntervalTransported, Error = Error, Report = Report,
            PartialGramians = PartialGramians, ErrorOnProbes = ErrorOnProbes,
        };
    }
}

/// <summary>The estimated errors of an integration on ℓ vectors V of random signs, with their signs: what they come to after another window follows from
/// these.</summary>
/// <param name="Image">P·V, N×ℓ.</param>
/// <param name="P">δP·V, N×ℓ.</param>
/// <param name="W_S">Vᵀ·δW_S·V, ℓ×ℓ.</param>
/// <param name="G_S">δG_S·V, N×ℓ.</param>
/// <param name="G_Q">δG_Q·V, M×ℓ.</param>
/// <param name="Unresolved">What the nodes of W_S and G leave unresolved, relative to them; it has no direction.</param>
public sealed record ProbedErrors(DenseMatrix Image, DenseMatrix P, DenseMatrix W_S, DenseMatrix G_S, DenseMatrix G_Q, double Unresolved);

/// <summary>Vectors to carry along an integration.</summary>
/// <param name="Start">v, transported from s to every knot; null for none.</param>
/// <param name="PerInterval">v_k for each interval, transported across that interval alone; null for none.</param>
public sealed record CarriedVectors(double[]? Start = null, IReadOnlyList<double[]>? PerInterval = null)
{
    /// <summary>Knots (in descent: numbers of steps taken) at which W_S so far is kept; N² numbers each.</summary>
    public IReadOnlyList<int> KeepGramianAt { get; init; } = [];

    /// <summary>V, N×c: vectors whose responses G_Q(t_k, s)·V are kept beside W_S so far; null for none.</summary>
    public DenseMatrix? RespondTo { get; init; }
}

/// <summary>W_S(s, t_k), the Gramian of the first part of a window.</summary>
/// <param name="Knot">k, the index of the knot at which the part ends.</param>
/// <param name="W_S">N×N, symmetric.</param>
public sealed record PartialGramian(int Knot, DenseMatrix W_S)
{
    /// <summary>G_Q(t_k, s)·V, M×c, for the vectors asked for; null where none were.</summary>
    public DenseMatrix? Response { get; init; }
}

/// <summary>The flow of one vector v.</summary>
/// <param name="AtKnots">P(t_k,s) v at every knot.</param>
/// <param name="Train">G_S(T,s) v, what v does to the training outputs.</param>
/// <param name="Test">G_Q(T,s) v, what v does to the test outputs.</param>
/// <param name="Dissipated">vᵀ W_S(s,T) v, the dissipation of v.</param>
/// <param name="Error">Estimated errors of the vectors, relative.</param>
/// <param name="Report">How the integration went: its steps and passes.</param>
public sealed record VectorTransport(IReadOnlyList<double[]> AtKnots, double[] Train, double[] Test, double Dissipated, IntegrationError Error,
    SolveReport Report);

/// <summary>The flow of the columns of a block V, N×c.</summary>
/// <param name="End">P(T,s) V, the block at the end of the window, N×c.</param>
/// <param name="Train">G_S(T,s) V, N×c.</param>
/// <param name="Test">G_Q(T,s) V, M×c.</param>
/// <param name="Dissipated">Vᵀ W_S(s,T) V, c×c, summed over quadrature nodes whatever the method.</param>
/// <param name="Error">Estimated relative Frobenius errors of the four.</param>
/// <param name="Report">How the integration went: its steps and passes.</param>
public sealed record BlockTransport(DenseMatrix End, DenseMatrix Train, DenseMatrix Test, DenseMatrix Dissipated, IntegrationError Error, SolveReport Report)
{
    /// <summary>P(t_k,s) v of the first column v at every knot; empty where no knots were passed.</summary>
    public IReadOnlyList<double[]> FirstAtKnots { get; init; } = [];

    /// <summary>Steps in every interval; empty where there are none.</summary>
    public IReadOnlyList<int> StepsPerInterval { get; init; } = [];
}
