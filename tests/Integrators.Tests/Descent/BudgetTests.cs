namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>Residuals and the estimate that does not depend on them.</summary>
public class BudgetTests
{
    private static double[] Values(QuadratureBudget b) => [b.Dissipation!.Value, b.Transport!.Value, b.TrainTransfer!.Value, b.TestTransfer!.Value];

    private static double[] Errors(CheckpointSequence c, DescentResult r)
    {
        var (C1, C2, C3, C4) = Runs.Errors(c, r);
        return [C1, C2, C3, C4];
    }

    /// <summary>By linearity the propagated residuals are the errors themselves: a check of both, and why they cannot contradict a claim.</summary>
    [Theory]
    [InlineData("gradient-descent", 1, 0.8, ChordQuadrature.Trapezium)]
    [InlineData("gradient-descent", 3, 2.0, ChordQuadrature.Midpoint)]
    [InlineData("momentum", 3, 0.1, ChordQuadrature.Trapezium)]
    [InlineData("adam", 3, 0.05, ChordQuadrature.Trapezium)]
    public void PropagatedResidualsAreTheErrors(string kind, int p, double eta, ChordQuadrature quadrature)
    {
        var c = Runs.Network(kind, p, eta, 30).Record();
        var result = Runs.Run(c, quadrature);
        double[] errors = Errors(c, result), residual = Values(result.Record.Residual!);
        // Both are relative to displacements, errors of size one before they are subtracted: what rounding leaves is a few ε for thirty steps.
        for (int i = 0; i < 4; i++) Check.Small(Math.Abs(residual[i] - errors[i]), 64 * Check.Eps,
            $"C{i + 1}: residual {residual[i]:e3} against error {errors[i]:e3}");
        Check.Positive(result.Record.Residuals!.TestResidual.Min(), "smallest residual of test outputs");
        Check.Small(result.Record.Residuals.LargestRelative, 0.2, "largest relative residual");
    }

    [Theory]
    [InlineData("gradient-descent", 1, 0.8)]
    [InlineData("gradient-descent", 3, 2.0)]
    [InlineData("momentum", 3, 0.1)]
    [InlineData("adam", 3, 0.05)]
    public void TheEstimateCoversTheErrorWithinItsSlack(string kind, int p, double eta)
    {
        var c = Runs.Network(kind, p, eta, 30).Record();
        foreach (var quadrature in new[] { ChordQuadrature.Trapezium, ChordQuadrature.Midpoint })
        {
            var result = Runs.Run(c, quadrature);
            double[] errors = Errors(c, result), estimate = Values(result.Record.Estimate!);
            for (int i = 1; i < 4; i++) Check.Small(errors[i], 3 * estimate[i], $"C{i + 1} with {quadrature} against three times its estimate");
        }
    }

    /// <summary>With midpoints the estimate is of the order and of the size of Simpson's error: from below by less than 3, from above by some hundred
    /// times in the worst case. It may fall faster than the error: the share of spikes, in coarse steps a part of it, is of second order itself.</summary>
    [Theory]
    [InlineData("gradient-descent", 1, 0.4)]
    [InlineData("gradient-descent", 3, 1.0)]
    [InlineData("momentum", 1, 0.05)]
    [InlineData("momentum", 3, 0.1)]
    [InlineData("adam", 1, 0.02)]
    [InlineData("adam", 3, 0.02)]
    public void WithMidpointsTheEstimateIsNearTheError(string kind, int p, double eta)
    {
        double last = 0;
        foreach (int division in new[] { 1, 2, 4 })
        {
            var c = Runs.Network(kind, p, eta / division, 30 * division).Record();
            var result = Runs.Run(c, ChordQuadrature.Midpoint, SegmentQuadrature.Gauss);
            double[] errors = Errors(c, result), estimate = Values(result.Record.Estimate!);
            for (int i = 1; i < 4; i++) Check.Between(estimate[i] / errors[i], 1 / 3.0, 1000,
                $"estimate relative to the error of C{i + 1}, η/{division}, error {errors[i]:e2}");
            if (division > 1 && kind == "gradient-descent") Check.Between(Math.Log2(last / estimate[3]), 3.3, 6,
                $"order of the estimate of C4 at η/{division}");
            last = estimate[3];
        }
    }

    /// <summary>K, K_next and K_mid say the same as Jacobians.</summary>
    [Fact]
    public void KernelBlocksGiveTheSameEstimate()
    {
        var c = Runs.Network("gradient-descent", 3, 1.0, 20).Record();
        double[] jacobians = Values(Runs.Run(c, ChordQuadrature.Midpoint).Record.Estimate!),
            blocks = Values(Runs.Run(KernelBlockTests.Blocks(c, true, false), ChordQuadrature.Midpoint).Record.Estimate!);
        // The estimate is a difference of two quadratures: rounding of the products is larger relative to it than to either.
        for (int i = 0; i < 4; i++) Check.Small(Math.Abs(blocks[i] / jacobians[i] - 1), 5e-13, $"estimate of C{i + 1} from kernel blocks");
    }

    /// <summary>Test outputs that do not follow from the recorded Jacobians: the residual follows them, the estimate does not and exposes them.</summary>
    [Fact]
    public void TamperedOutputsAreExposedByTheEstimate()
    {
        var c = Runs.Network("gradient-descent", 1, 0.4, 30).Record();
        var tampered = new CheckpointSequence(c.Select(k => new Checkpoint(k.Time, k.Step, k.Tensors.Values.Select(t =>
            t.Name == "U_Q" ? new MemoryTensor("U_Q", [.. t.ReadAll().Select(v => v * (1 + 0.02 * k.Step))], [.. t.Shape]) : t).ToArray())),
                c.Loss) { Optimizer = c.Optimizer };
        DescentResult honest = Runs.Run(c, ChordQuadrature.Midpoint), found = Runs.Run(tampered, ChordQuadrature.Midpoint);
        double error = Runs.Errors(tampered, found).C4;
        Check.Close(found.Propagation.G_Q, honest.Propagation.G_Q, 0, "G_d, which must not depend on recorded U_Q");
        Check.Small(Math.Abs(found.Record.Residual!.TestTransfer!.Value - error), 16 * Check.Eps, "residual against error");
        Check.AtLeast(error / found.Record.Estimate!.TestTransfer!.Value, 10, "error relative to its estimate");
    }

    [Fact]
    public void WithoutRecordedOutputsThereAreNoResiduals()
    {
        var c = Runs.Network("gradient-descent", 1, 0.4, 10).Record();
        var o = OutputRecord.Read(c);
        var kernels = DescentKernels.Of(c, o, ChordQuadrature.Midpoint, Backends.Managed);
        var alone = DescentRecursion.Run(kernels, Backends.Managed, new CarriedVectors(o.Gradients[0]));
        Assert.True(alone.Record.Residual is null && alone.Record.Residuals is null && alone.Propagation.IntervalTransported.Count == 0);
        Check.Close(alone.Propagation.G_Q, Runs.Run(c).Propagation.G_Q, 0, "G_d");
        Assert.Throws<ArgumentException>(() => DescentRecursion.Run(kernels, Backends.Managed, recorded: OutputRecord.Read(c.Subset([0, 1, 2]))));
    }

    /// <summary>One step without neighbours: half of what J moves along it.</summary>
    [Fact]
    public void AStepAloneHasAnEstimate()
    {
        var c = Runs.Network("gradient-descent", 1, 0.4, 1).Record();
        var result = Runs.Run(c, ChordQuadrature.Trapezium);
        double[] errors = Errors(c, result), estimate = Values(result.Record.Estimate!);
        for (int i = 1; i < 4; i++) Check.Small(errors[i], estimate[i], $"C{i + 1} against its estimate");
    }
}
