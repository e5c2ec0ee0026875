namespace KernelFlow.Integrators.Tests.Sweeps;

/// <summary>Operators by sweeps beside closed forms; transposes, symmetry and linearity at any length of steps.</summary>
public class SweptOperatorTests
{
    internal static FlowSweep Sweep(Solved problem, SweepScheme scheme, double tolerance) => FlowSweep.Create(
        new TrajectoryProducts(problem.Trajectory, Backends.Managed), new SweepOptions { Scheme = scheme, Tolerance = tolerance }, Backends.Managed);

    // A stabilised step of s stages lets the rounding of each stage grow up to s times: s² ε for a step, here s ≤ 6, and less than √steps of them add up.
    private const double Rounding = 512 * Check.Eps;

    /// <summary>Errors in the 2-norm, relative to what each operator is measured by.</summary>
    internal static (double P, double W, double GS, double GQ) Errors(FlowSweep sweep, Solved problem) => (
        (OperatorKit.Dense(new SweptPropagator(sweep)) - problem.P).L2Norm(),
        (OperatorKit.Dense(new SweptGramian(sweep)) - problem.W).L2Norm() / problem.W.L2Norm(),
        (OperatorKit.Dense(new SweptTransfer(sweep, TransferTarget.Train)) - problem.G_S).L2Norm() / problem.G_S.L2Norm(),
        (OperatorKit.Dense(new SweptTransfer(sweep)) - problem.G_Q).L2Norm() / problem.G_Q.L2Norm());

    public static TheoryData<string> Schemes => [.. SweepScheme.Names];

    internal static Solved Decay(double stiffness) => Frozen.Make(Frozen.Logarithmic(16, stiffness, 1e-3), 1, [0, 0.1, 0.4, 1], seed: 3);

    internal static Solved Turning() => Rotating.Scalar(Frozen.Logarithmic(12, 60, 1e-2), 1.3, [1.1, 0.4], [0, 0.3, 1], seed: 4);

    internal static Solved TurningBlocks() => Rotating.Blocks(Frozen.Logarithmic(12, 40, 1e-2), 3, singular: true, [0.9, 0.5], [0, 0.3, 1], seed: 5);

    [Theory]
    [MemberData(nameof(Schemes))]
    public void DecayIsThatOfTheClosedForm(string name)
    {
        foreach (double tolerance in new[] { 1e-2, 1e-4 })
            foreach (double stiffness in new[] { 10.0, 3000 })
            {
                var problem = Decay(stiffness);
                var (p, w, gs, gq) = Errors(Sweep(problem, SweepScheme.Find(name)!, tolerance), problem);
                Check.Small(Math.Max(Math.Max(p, w), Math.Max(gs, gq)), tolerance,
                    $"{name}, {problem.Name}: largest of P {p:g2}, W {w:g2}, G_S {gs:g2}, G_Q {gq:g2}");
            }
    }

    [Theory]
    [MemberData(nameof(Schemes))]
    public void TransposesAreExactAtAnyLength(string name)
    {
        int seed = 0;
        foreach (var problem in new[] { Decay(300), Turning(), TurningBlocks() })
        {
            var sweep = Sweep(problem, SweepScheme.Find(name)!, 1e-2);
            OperatorKit.Conforms(new SweptPropagator(sweep), seed++, Rounding);
            OperatorKit.Conforms(new SweptGramian(sweep), seed++, Rounding);
            OperatorKit.Conforms(new SweptTransfer(sweep), seed++, Rounding);
            OperatorKit.Conforms(new SweptTransfer(sweep, TransferTarget.Train), seed++, Rounding);
        }
    }

    /// <summary>|⟨Wx, y⟩ − ⟨x, Wy⟩| ≤ 1e-13‖W‖‖x‖‖y‖ on a stiff window.</summary>
    [Theory]
    [MemberData(nameof(Schemes))]
    public void TheGramianIsSymmetric(string name)
    {
        var problem = Decay(3000);
        var W = OperatorKit.Dense(new SweptGramian(Sweep(problem, SweepScheme.Find(name)!, 1e-4)));
        Check.Small((W - W.Transpose()).L2Norm() / W.L2Norm(), 1e-13, $"{name}: ‖W − Wᵀ‖/‖W‖");
    }

    /// <summary>States that do not fit are computed again, vectors are taken in turns: the same numbers.</summary>
    [Fact]
    public void LittleMemoryChangesNothing()
    {
        var problem = Turning();
        var free = Sweep(problem, SweepScheme.Stabilised2, 1e-3);
        var whole = new SweptGramian(free);
        long state = 12 * sizeof(double);
        foreach (long fit in new[] { free.Nodes.Count + 1L, free.Nodes.Count / 2, 1 })
        {
            var tight = new SweptGramian(FlowSweep.Along(free.Products, free.Steps, Backends.Managed, fit * state));
            Assert.Equal(1, tight.Turn);
            Assert.Equal(fit > free.Nodes.Count ? 1 : 2, tight.ForwardSweeps);
            Check.Close(OperatorKit.Dense(tight), OperatorKit.Dense(whole), 8 * Check.Eps, $"W with {fit} states of {free.Nodes.Count}");
        }
    }

    [Fact]
    public void OptionsOutOfRangeAndUnknownSchemesAreRefused()
    {
        var products = new TrajectoryProducts(Turning().Trajectory, Backends.Managed);
        var options = Assert.Throws<ArgumentException>(() => FlowSweep.Create(products, new SweepOptions { Tolerance = 0.5 }, Backends.Managed));
        Assert.Contains("between 1e-8 and 0.1", options.Message);
        var steps = FlowSweep.Create(products, new SweepOptions(), Backends.Managed).Steps;
        var unknown = Assert.Throws<ArgumentException>(() => FlowSweep.Along(products, steps with { Scheme = "rkc9" }, Backends.Managed));
        Assert.Contains("rkc9", unknown.Message);
        Assert.Contains("rkc2", unknown.Message);
    }
}
