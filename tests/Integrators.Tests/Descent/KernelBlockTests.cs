namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>Kernel blocks with cross blocks determine the same recursion as the Jacobians they were made from.</summary>
public class KernelBlockTests
{
    internal static CheckpointSequence Blocks(CheckpointSequence c, bool midpoints, bool testKernel, string? without = null)
    {
        int N = c.TrainSize, M = c.TestSize;
        var made = c.Select((k, index) =>
        {
            Matrix<double> S = Runs.Jacobian(k, "J_S", N), Q = Runs.Jacobian(k, "J_Q", M);
            var tensors = new List<TensorSource> { k["U_S"], k["U_Q"] };
            void Add(string name, Matrix<double> product)
            {
                if (name != without) tensors.Add(MemoryTensor.FromMatrix(name, product));
            }
            Add("K_SS", S * S.Transpose());
            Add("K_QS", Q * S.Transpose());
            if (testKernel) Add("K_QQ", Q * Q.Transpose());
            if (index < c.Count - 1)
            {
                Matrix<double> nextS = Runs.Jacobian(c[index + 1], "J_S", N), nextQ = Runs.Jacobian(c[index + 1], "J_Q", M);
                Add("K_SS_next", nextS * S.Transpose());
                Add("K_QS_next", nextQ * S.Transpose());
                if (testKernel) Add("K_QQ_next", nextQ * Q.Transpose());
                if (midpoints)
                {
                    Add("K_SS_mid", Runs.Jacobian(k, "J_S_mid", N) * S.Transpose());
                    Add("K_QS_mid", Runs.Jacobian(k, "J_Q_mid", M) * S.Transpose());
                }
            }
            return new Checkpoint(k.Time, k.Step, [.. tensors]);
        });
        return new CheckpointSequence(made, c.Loss) { Optimizer = c.Optimizer };
    }

    [Theory]
    [InlineData(1, ChordQuadrature.Trapezium)]
    [InlineData(3, ChordQuadrature.Trapezium)]
    [InlineData(3, ChordQuadrature.Midpoint)]
    public void KernelBlocksGiveTheOperatorsOfTheJacobians(int p, ChordQuadrature quadrature)
    {
        var c = Runs.Network("gradient-descent", p, 0.8, 20).Record();
        DescentResult jacobians = Runs.Run(c, quadrature), blocks = Runs.Run(Blocks(c, true, true), quadrature);
        Check.Close(blocks.Propagation.P, jacobians.Propagation.P, 64 * Check.Eps, "P");
        Check.Close(blocks.Propagation.W_S, jacobians.Propagation.W_S, 64 * Check.Eps, "W_d");
        Check.Close(blocks.Propagation.G_S, jacobians.Propagation.G_S, 64 * Check.Eps, "G_S,d");
        Check.Close(blocks.Propagation.G_Q, jacobians.Propagation.G_Q, 64 * Check.Eps, "G_d");
        Assert.Equal(jacobians.Record.Quadrature, blocks.Record.Quadrature);
        if (quadrature == ChordQuadrature.Trapezium) Check.Small(Math.Abs(blocks.Record.ResponseBound / jacobians.Record.ResponseBound - 1), 128 * Check.Eps,
            "c from K_QQ");
        else Check.Small(Math.Abs(blocks.Record.Estimate!.TestTransfer!.Value / jacobians.Record.Estimate!.TestTransfer!.Value - 1), 3e-13,
            "estimate, a difference of two quadratures");
    }

    /// <summary>The substitute for J̄J̄ᵀ is a bound that holds, and not above the true one.</summary>
    [Theory]
    [InlineData(ChordQuadrature.Trapezium)]
    [InlineData(ChordQuadrature.Midpoint)]
    public void WithoutTestKernelsTheSubstituteIsTighterAndHolds(ChordQuadrature quadrature)
    {
        var c = Runs.Network("gradient-descent", 1, 0.8, 20).Record();
        DescentResult jacobians = Runs.Run(c, quadrature), blocks = Runs.Run(Blocks(c, true, false), quadrature);
        Assert.True(jacobians.Record.HasTestKernel && !blocks.Record.HasTestKernel);
        Check.Small(blocks.Record.ResponseBound, jacobians.Record.ResponseBound * (1 + 1e-9), "substitute against the true c");
        Check.Small(blocks.Record.MotionBound, jacobians.Record.MotionBound * (1 + 1e-9), "substitute against the true c of the motion");
        var evd = blocks.Propagation.W_S.Evd(Symmetricity.Symmetric);
        var inverseRoot = evd.EigenVectors * Matrix<double>.Build.DenseOfDiagonalArray(evd.EigenValues.Select(v => 1 / Math.Sqrt(v.Real)).ToArray());
        Check.Small((blocks.Propagation.G_Q * inverseRoot).L2Norm(), Math.Sqrt(blocks.Record.ResponseBound) * (1 + 1e-9), "‖G_d W_d^{-1/2}‖ against √c");
    }

    /// <summary>The steps are made of cross blocks: their storage counts, that of midpoint blocks where they are used.</summary>
    [Theory]
    [InlineData("K_SS_next", ChordQuadrature.Trapezium, -23)]
    [InlineData("K_QS_next", ChordQuadrature.Midpoint, -23)]
    [InlineData("K_QS_mid", ChordQuadrature.Midpoint, -23)]
    [InlineData("K_QS_mid", ChordQuadrature.Trapezium, -52)]
    [InlineData("none", ChordQuadrature.Midpoint, -52)]
    public void RoundingIsThatOfTheCoarsestBlockInUse(string coarse, ChordQuadrature quadrature, int exponent)
    {
        var c = Blocks(Runs.Network("gradient-descent", 1, 0.4, 5).Record(), true, false);
        var run = new CheckpointSequence(c.Select(k => new Checkpoint(k.Time, k.Step, k.Tensors.Values.Select(t =>
            t.Name == coarse ? new MemoryTensor(t.Name, Array.ConvertAll(t.ReadAll(), v => (float)v), [.. t.Shape]) : t).ToArray())),
                c.Loss) { Optimizer = c.Optimizer };
        Assert.Equal(Math.ScaleB(1, exponent), Runs.Run(run, quadrature).Record.Epsilon);
    }

    [Fact]
    public void WithoutTheCrossBlockOfTestKernelsTheMeanBoundsThem()
    {
        var c = Runs.Network("gradient-descent", 1, 0.8, 20).Record();
        double bound = Runs.Run(Blocks(c, false, true, "K_QQ_next")).Record.ResponseBound, truth = Runs.Run(c, ChordQuadrature.Trapezium).Record.ResponseBound;
        Check.Between(bound / truth, 1, 1.5, "bound relative to the truth");
    }

    [Fact]
    public void AKernelThatIsNotPositiveSemidefiniteIsNamed()
    {
        var c = Blocks(Runs.Network("gradient-descent", 1, 0.8, 5).Record(), false, false);
        var bad = new CheckpointSequence(c.Select((k, i) => i != 2 ? k : new Checkpoint(k.Time, k.Step, k.Tensors.Values.Select(t =>
            t.Name == "K_SS" ? new MemoryTensor("K_SS", [.. t.ReadAll().Select((v, at) => at == 0 ? -5 : v)], [.. t.Shape]) : t).ToArray())),
                c.Loss) { Optimizer = c.Optimizer };
        Assert.Contains("K_SS: not positive semidefinite", Assert.Throws<InvalidRunException>(() => Runs.Run(bad)).Message);
    }

    [Theory]
    [InlineData("K_SS_next")]
    [InlineData("K_QS_next")]
    public void WithoutCrossBlocksTheRunIsRefused(string name)
    {
        var c = Blocks(Runs.Network("gradient-descent", 1, 0.8, 5).Record(), false, false, name);
        Assert.False(DescentSupport.Check(c).Possible);
        Assert.Contains(name, Assert.Throws<ArgumentException>(() => Runs.Run(c)).Message);
    }

    [Fact]
    public void MomentumNeedsJacobians()
    {
        var c = Blocks(Runs.Network("momentum", 1, 0.05, 5).Record(), false, false);
        Assert.Contains("record Jacobians", DescentSupport.Check(c).Reason);
    }

    [Fact]
    public void MissingMidpointBlocksAreNamed() =>
        Assert.Contains("K_SS_mid is missing", Assert.Throws<InvalidRunException>(() => Runs.Run(
            Blocks(Runs.Network("gradient-descent", 1, 0.8, 5).Record(), false, false), ChordQuadrature.Midpoint)).Message);
}
