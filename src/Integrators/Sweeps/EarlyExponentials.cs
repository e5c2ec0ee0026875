using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Exponentials for steps that begin before a moment, another scheme for those after it.</summary>
/// <param name="later">The other scheme, whose panels both take.</param>
/// <param name="until">The moment.</param>
internal sealed class EarlyExponentials(SweepScheme later, double until) : SweepScheme($"{ExponentialScheme.Instance.Name}, then {later.Name}", later.Order)
{
    internal override double Drift => later.Drift;

    internal override PanelRule Rule => later.Rule;

    internal override SweepScheme At(double time) => time < until ? ExponentialScheme.Instance : later;

    internal override int Degree(double z) => later.Degree(z);

    internal override double Factor(SweepStep step, double rate) => later.Factor(step, rate);

    internal override void Forward(SweepRates rates, SweepStep step, in MatrixView x) => At(step.Time).Forward(rates, step, x);

    internal override void Backward(SweepRates rates, SweepStep step, in MatrixView x) => At(step.Time).Backward(rates, step, x);
}
