using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>RKC2 as a linear map: s products per step of stiffness z ≈ 0.65·s², stable for real spectra within the bound of the step.</summary>
/// <remarks>
/// Y_0 = x, Y_1 = x + μ̃_1 f_0, Y_j = (1 − μ_j − ν_j)x + μ_j Y_{j−1} + ν_j Y_{j−2} + μ̃_j f_{j−1} + γ̃_j f_0 with f_j = −h·B(t_j)K(t_j)·Y_j. The transpose runs
/// the recurrence from the last stage to the first. Source: Sommeijer, Shampine, Verwer 1997, <i>RKC: an explicit solver for parabolic PDEs</i>, ε = 2/13.
/// </remarks>
internal sealed class StabilisedScheme() : SweepScheme("rkc2", 2)
{
    internal override double Drift => 1;

    internal override PanelRule Rule => PanelRule.Simpson;

    internal override int Degree(double z) => StabilisedStage.Count(z);

    internal override double Factor(SweepStep step, double rate)
    {
        double f0 = -step.Length * rate, older = 1, old = 1;
        foreach (var s in StabilisedStage.Of(step.Degree))
        {
            double f = -step.Length * rate * old;
            (older, old) = (old, s.Start + s.Old * old + s.Older * older + s.Slope * f + s.First * f0);
        }
        return old;
    }

    internal override void Forward(SweepRates rates, SweepStep step, in MatrixView x)
    {
        var stages = StabilisedStage.Of(step.Degree);
        int c = x.Columns;
        MatrixView first = rates.Buffer(0, c), f = rates.Buffer(1, c), older = rates.Buffer(2, c), old = rates.Buffer(3, c);
        x.CopyTo(old);
        for (int j = 0; j < stages.Length; j++)
        {
            var s = stages[j];
            var slope = j == 0 ? first : f;
            rates.Apply(step.Interval, step.Time + s.Time * step.Length, -step.Length, old, slope);
            // Y_{j−2} is not wanted again: the new stage takes its place. The slopes have the length of the step already.
            if (j > 0) rates.Share(c, new StageContinued(s, x, first, old, slope, older));
            else for (int i = 0; i < c; i++) s.Begin(1, x.Column(i), first.Column(i), older.Column(i));
            (older, old) = (old, older);
        }
        old.CopyTo(x);
    }

    internal override void Backward(SweepRates rates, SweepStep step, in MatrixView x)
    {
        var stages = StabilisedStage.Of(step.Degree);
        int c = x.Columns;
        // ȳ_j and ȳ_{j−1} of the stages, the sums of what reaches x and f_0, and one product.
        MatrixView now = rates.Buffer(0, c), before = rates.Buffer(1, c), start = rates.Buffer(2, c), first = rates.Buffer(3, c), f = rates.Buffer(4, c);
        x.CopyTo(now);
        before.Fill(0);
        start.Fill(0);
        first.Fill(0);
        for (int j = stages.Length - 1; j > 0; j--)
        {
            var s = stages[j];
            rates.ApplyTransposed(step.Interval, step.Time + s.Time * step.Length, -step.Length * s.Slope, now, f);
            rates.Share(c, new StageReturned(s, start, first, f, before, now));
            (now, before) = (before, now);
        }
        // now is ȳ_1, before is what reaches Y_0 = x by the recurrence.
        var one = stages[0];
        for (int i = 0; i < c; i++)
        {
            VectorRoutines.Axpy(1, before.Column(i), start.Column(i));
            VectorRoutines.Axpy(one.Start + one.Old + one.Older, now.Column(i), start.Column(i));
            VectorRoutines.Axpy(one.Slope + one.First, now.Column(i), first.Column(i));
        }
        rates.ApplyTransposed(step.Interval, step.Time, -step.Length, first, f);
        for (int i = 0; i < c; i++) VectorRoutines.Combine(1, start.Column(i), 1, f.Column(i), x.Column(i));
    }
}
