using KernelFlow.Analysis;
using KernelFlow.Integrators;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>The recorded steps themselves: exact where every step was recorded, on the interpolant otherwise (theory, section 8).</summary>
public abstract record DescentModel : RunModel
{
    private protected DescentModel(Propagation propagation, DescentRecord record, PredictionSet predictions)
        : base(propagation, predictions) => Record = record;

    /// <summary>What the recursion saw on its way.</summary>
    public DescentRecord Record { get; }

    /// <inheritdoc/>
    public override AnalysisMode Mode => AnalysisMode.Descent;

    /// <inheritdoc/>
    public override string Method => "descent-" + Record.Quadrature.Name();

    /// <inheritdoc/>
    public override Known<double> Fraction =>
        Known.Unknown<double>("in descent mode 2βλ is not a fraction (it may exceed 1); the threshold applies to λ_j/λ_1");

    /// <inheritdoc/>
    public override DenseMatrix TestKernelIntegral => Record.TestKernelIntegral;

    /// <inheritdoc/>
    public override double ResponseBound => Record.ResponseBound;

    /// <inheritdoc/>
    public override bool HasTestKernel => Record.HasTestKernel;

    /// <inheritdoc/>
    public override double MotionBound => Record.MotionBound;

    /// <inheritdoc/>
    public override double Epsilon => Record.Epsilon;

    /// <inheritdoc/>
    public override double Amplification => Record.Amplification;

    /// <inheritdoc/>
    public override string? NoPredictionReason => Record.PastTheEdge();

    /// <inheritdoc/>
    public override string? NoCouplingReason => "in descent mode ker G_S = ker W_S is not implied, so neither is the coupling";

    internal override Known<SecondIntegration> Second =>
        Known.Unknown<SecondIntegration>("not applicable: the operators are sums over the steps themselves, and there is no other grid to form them on");

    internal override DescentSummary? Descent => Record.Summary(NoPredictionReason is null);

    internal override Known<Func<double, FrozenMode>> FrozenModes(double beta)
    {
        // Without a propagator between two moments a step depends on more than the state, and the closed form below does not hold.
        if (NoCarryReason is not null)
            return Known.Unknown<Func<double, FrozenMode>>($"the closed form is that of gradient descent, and the optimizer is {Record.Optimizer}");
        double[] rates = LearningRates();
        return Known.Of<Func<double, FrozenMode>>(kappa =>
        {
            double p = 1, w = 0, g = 0;
            foreach (double eta in rates)
            {
                w += eta * kappa * p * p;
                g += eta * p;
                p *= 1 - eta * beta * kappa;
            }
            return new FrozenMode(p, w, g);
        });
    }

    /// <summary>η_k of every step, from the recorded times.</summary>
    private protected abstract double[] LearningRates();

    private protected static double[] LearningRates(CheckpointSequence c) => [.. Enumerable.Range(1, c.Count - 1).SelectMany(k =>
    {
        int steps = checked((int)(c[k].Step - c[k - 1].Step));
        return Enumerable.Repeat((c[k].Time - c[k - 1].Time) / steps, steps);
    })];

    internal override Known<IReadOnlyList<SchedulePoint>> ScheduleOverStart(AnalysisInput input, CancellationToken cancellation) =>
        Known.Unknown<IReadOnlyList<SchedulePoint>>(
            input.Options.ScheduleOverStart ? "in descent mode windows that start later are not replayed" : "not asked for");

    internal override Known<RelativeDissipation> RelativeDissipation(AnalysisInput input) =>
        Known.Unknown<RelativeDissipation>("a fraction of the energy is defined in flow mode only");
}
