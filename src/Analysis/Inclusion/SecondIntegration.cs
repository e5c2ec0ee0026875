using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>W_b and G_b by another method with its nodes elsewhere, on a grid of its own, or why there are none.</summary>
/// <param name="Tolerance">Relative error asked for.</param>
/// <param name="Propagation">The operators; null when the integration failed.</param>
/// <param name="ResponseBound">c_b = λ_max(C_b).</param>
/// <param name="Failure">Why <paramref name="Propagation"/> is null.</param>
internal sealed record SecondOperators(double Tolerance, Propagation? Propagation, double ResponseBound, string? Failure = null)
{
    /// <summary>C_b = Σ ω K_QQ over its own nodes; null when the integration failed.</summary>
    public DenseMatrix? TestKernelIntegral { get; init; }

    /// <summary>Whether the errors of the operators are distances to something better, and not estimates from the steps themselves.</summary>
    public bool ErrorsAreMeasured { get; init; }
}

/// <summary>The second integration of check 2 (theory, section 5): coarse, beside the main one; finer only when a verdict hangs on it.</summary>
/// <remarks>
/// δ_W,j and δ_G,j enter the bound of a mode, so a coarse run makes check 2 weaker, never wrong. A verdict hangs on them only at reservoir modes, and there
/// they are small beside
/// √(cλ_j) whatever λ_j is: what a mode has not dissipated no method can get very wrong. So the run starts coarse, which costs a fraction of the main one, and
/// would be repeated
/// with what the worst reservoir mode needs.
/// </remarks>
/// <param name="first">The coarse run.</param>
/// <param name="again">A run at another tolerance.</param>
internal sealed class SecondIntegration(Pending<SecondOperators> first, Func<double, CancellationToken, SecondOperators> again)
{
    /// <summary>The reason there is none when it was not asked for.</summary>
    public const string SwitchedOff = "switched off";

    /// <summary>Relative tolerance of the first run.</summary>
    public const double Coarse = 1e-2;

    // Above this tolerance one step in every interval may be enough; below so many intervals times N³ nothing costs much.
    private const double Loose = 1e-3, Worth = 1e8;

    /// <summary>Starts the coarse run beside the main one.</summary>
    /// <param name="trajectory">What both integrate.</param>
    /// <param name="range">The range that both are reduced to; null where they are not.</param>
    /// <param name="main">Method, tolerance and seed of the main one; "auto" is resolved as it will be there.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="second">Where to run it.</param>
    /// <param name="byInterval">Integrates interval by interval, with the given options and with the midpoint rule where it may; null for one piece.</param>
    public static SecondIntegration Start(KernelTrajectory trajectory, RangeReduction? range, PropagationOptions main, Backend backend, SideThread second,
        Func<PropagationOptions, bool, CancellationToken, Propagation>? byInterval = null)
    {
        var integrated = range?.Trajectory ?? trajectory;
        var method = main.Method.Resolve(integrated, main.RelativeTolerance, main.Seed).Method;
        SecondIntegration? made = null;
        SecondOperators At(double asked, CancellationToken stop)
        {
            var (options, midpoints) = Of(integrated, main with { Method = method }, asked);
            var found = Run(integrated, asked, byInterval is null
                ? () => InOnePiece(integrated, options, midpoints, range is null ? made?.Carried : null, backend, stop)
                : () => (byInterval(options, midpoints, stop), false), backend);
            return range is null || found.Propagation is not { } inside ? found
                : found with { Propagation = ReducedFlow.Lift(range, inside, new CarriedVectors(), backend) };
        }
        return made = new SecondIntegration(second.Run(stop => At(Coarse, stop)), At);
    }

    /// <summary>How it integrates: with which method and tolerance, and whether the midpoint rule may do it.</summary>
    /// <param name="trajectory">What both integrate.</param>
    /// <param name="main">The main one, with its method resolved.</param>
    /// <param name="tolerance">Relative error asked for.</param>
    public static (PropagationOptions Options, bool Midpoints) Of(KernelTrajectory trajectory, PropagationOptions main, double tolerance)
    {
        var method = main.Method.Method!;
        return (main with { Method = method.Partner(tolerance), RelativeTolerance = tolerance }, MayTakeMidpoints(method, trajectory));
    }

    /// <summary>The second carry, where it is there before the coarse run: what its steps are compared with.</summary>
    public SecondCarry? Carried { get; set; }

    /// <summary>The coarse run.</summary>
    public SecondOperators First => first.Value;

    /// <summary>The second integration at a given tolerance.</summary>
    public SecondOperators At(double tolerance, CancellationToken cancellation) => again(tolerance, cancellation);

    // The midpoint rule costs less than half of the partner's step, and has its node where the halves of a Gauss step have none.
    private static bool MayTakeMidpoints(IntegrationMethod main, KernelTrajectory trajectory) =>
        trajectory.Beta is not null && main.Tableau is { Symplectic: true, Stages: > 1 };

    private static (Propagation Operators, bool Measured) InOnePiece(KernelTrajectory trajectory, PropagationOptions options, bool midpoints,
        SecondCarry? carried, Backend backend, CancellationToken cancellation) =>
        (options.RelativeTolerance >= Loose && trajectory.Intervals * Math.Pow(trajectory.TrainSize, 3) >= Worth
            ? WholeSteps.Run(trajectory, midpoints, carried, options, backend, cancellation) : null)
        ?? (FlowIntegrator.Integrate(trajectory, options, backend, cancellation: cancellation), false);

    // A numerical failure is told, not thrown: it leaves a part unknown and does not take the analysis with it.
    private static SecondOperators Run(KernelTrajectory trajectory, double tolerance, Func<(Propagation, bool)> integrate, Backend backend)
    {
        using var span = WorkSpans.Begin("second integration");
        try
        {
            var (propagation, measured) = integrate();
            var c = trajectory.TestKernelIntegral(propagation.Nodes);
            double bound = SymmetricEigenvalues.Largest(((MatrixView)c).ToMatrix(), backend);
            return new SecondOperators(tolerance, propagation, bound) { TestKernelIntegral = c, ErrorsAreMeasured = measured };
        }
        catch (NumericalException e)
        {
            return new SecondOperators(tolerance, null, double.NaN, $"the second integration failed: {e.Message}");
        }
    }
}
