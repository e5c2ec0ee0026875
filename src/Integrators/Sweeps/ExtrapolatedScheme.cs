using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Two half steps of RKC2 and one whole one, extrapolated to order 3: S = (1 + γ)·S_{h/2}S_{h/2} − γ·S_h.</summary>
/// <remarks>γ is 1/3 where both have as many stages. Otherwise their errors have other factors, and γ is what makes the cubic term of constant kernels exact.
/// Fast modes have factors of 1/3 ± 1/3 in RKC2, hence less than 1 here: it is as stable.</remarks>
internal sealed class ExtrapolatedScheme() : SweepScheme("rkc3", 3)
{
    private static readonly StabilisedScheme s_one = new();

    internal override double Drift => 1.5;

    internal override PanelRule Rule => PanelRule.Boole;

    internal override int Degree(double z) => s_one.Degree(z) + 2 * s_one.Degree(0.5 * z);

    internal override double Factor(SweepStep step, double rate)
    {
        var (whole, left, right) = Parts(step);
        double gamma = Gamma(whole, left);
        return (1 + gamma) * s_one.Factor(left, rate) * s_one.Factor(right, rate) - gamma * s_one.Factor(whole, rate);
    }

    internal override void Forward(SweepRates rates, SweepStep step, in MatrixView x)
    {
        var (whole, left, right) = Parts(step);
        var other = rates.Buffer(5, x.Columns);
        x.CopyTo(other);
        s_one.Forward(rates, whole, other);
        s_one.Forward(rates, left, x);
        s_one.Forward(rates, right, x);
        double gamma = Gamma(whole, left);
        for (int i = 0; i < x.Columns; i++) VectorRoutines.Combine(1 + gamma, x.Column(i), -gamma, other.Column(i), x.Column(i));
    }

    internal override void Backward(SweepRates rates, SweepStep step, in MatrixView x)
    {
        var (whole, left, right) = Parts(step);
        var other = rates.Buffer(5, x.Columns);
        x.CopyTo(other);
        s_one.Backward(rates, whole, other);
        s_one.Backward(rates, right, x);
        s_one.Backward(rates, left, x);
        double gamma = Gamma(whole, left);
        for (int i = 0; i < x.Columns; i++) VectorRoutines.Combine(1 + gamma, x.Column(i), -gamma, other.Column(i), x.Column(i));
    }

    private static double Gamma(SweepStep whole, SweepStep half)
    {
        double a = (1 + 2 * StabilisedStage.Cubic(half.Degree)) / 8;
        return (1.0 / 6 - a) / (a - StabilisedStage.Cubic(whole.Degree));
    }

    private static (SweepStep Whole, SweepStep Left, SweepStep Right) Parts(SweepStep step)
    {
        int half = s_one.Degree(0.5 * step.Stiffness), whole = s_one.Degree(step.Stiffness);
        var left = step with { Length = 0.5 * step.Length, Degree = half };
        return (step with { Degree = whole }, left, left with { Time = step.Time + 0.5 * step.Length });
    }
}
