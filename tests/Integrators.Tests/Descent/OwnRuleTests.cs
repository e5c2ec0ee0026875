namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>A recursion of a user's own, whose coefficients change from step to step: the step is the mean of all gradients so far, times a factor.</summary>
public class OwnRuleTests
{
    private const int N = 6, M = 3, D = 23, Steps = 12;

    private sealed class Averaging(double rate) : Optimizer("averaging", rate)
    {
        public override DescentRule Rule { get; } = new Mean();

        private sealed class Mean() : DescentRule("averaging", 1, 1)
        {
            public override double DecayAt(long step) => step / (step + 1.0);

            public override double GainAt(long step) => 1 / (step + 1.0);

            public override double StepFactor(long step, double eta) => eta * (1 + 0.5 / (step + 1));
        }
    }

    private static CheckpointSequence Record()
    {
        var model = new Quadratic(N + M, D, 0.4, 3);
        var loss = LossModel.Squared(Runs.Targets(N, 5), 1);
        double[] w = RandomMatrices.Vector(new Random(7), D), sum = new double[D];
        var checkpoints = new List<Checkpoint>();
        double time = 0;
        for (int k = 0; k <= Steps; k++)
        {
            double[] u = model.Outputs(w), J = model.Jacobian(w), g = new double[N];
            loss.Gradient(u.AsSpan(0, N), g);
            checkpoints.Add(new Checkpoint(time, k, new MemoryTensor(TensorName.U_S, u[..N], N, 1), new MemoryTensor(TensorName.U_Q, u[N..], M, 1),
                new MemoryTensor(TensorName.J_S, J[..(N * D)], N, D), new MemoryTensor(TensorName.J_Q, J[(N * D)..], M, D)));
            double eta = 0.2 + 0.01 * k;
            for (int d = 0; d < D; d++)
            {
                for (int r = 0; r < N; r++) sum[d] += J[r * D + d] * g[r];
                w[d] -= eta * (1 + 0.5 / (k + 1)) * sum[d] / (k + 1);
            }
            time += eta;
        }
        return new CheckpointSequence(checkpoints, loss) { Optimizer = new Averaging(0.2) };
    }

    /// <summary>J is linear in the parameters and B constant, so nothing but rounding lies between the recursion and the training.</summary>
    [Fact]
    public void TrainingIsPredictedToRounding()
    {
        var c = Record();
        Assert.Equal((true, "every step was recorded and the optimizer is averaging"), DescentSupport.Check(c));
        var result = Runs.Run(c);
        var (C1, C2, C3, C4) = Runs.Errors(c, result);
        Check.Small(C1, 32 * Check.Eps, "C1");
        Check.Small(C2, 32 * Check.Eps, "C2");
        Check.Small(C3, 64 * Check.Eps, "C3");
        Check.Small(C4, 128 * Check.Eps, "C4");
        Assert.Equal("averaging", result.Record.Optimizer);
        Check.AtLeast((result.Propagation.P - DenseMatrix.CreateIdentity(N)).FrobeniusNorm(), 0.1, "‖P − I‖, without which nothing is tested");
    }

    /// <summary>The mean of gradients i … k gives step k the weight 1/(k + 1) of every earlier one, so the bounds can be written without a recursion.</summary>
    [Fact]
    public void TheBoundsAreThoseOfTheDefinition()
    {
        var c = Record();
        Matrix<double> response = Matrix<double>.Build.Dense(M, M), motion = Matrix<double>.Build.Dense(N, N);
        for (int i = 0; i < Steps; i++)
        {
            Matrix<double> HS = Matrix<double>.Build.Dense(N, D), HQ = Matrix<double>.Build.Dense(M, D);
            for (int k = i; k < Steps; k++)
            {
                double weight = (c[k + 1].Time - c[k].Time) * (1 + 0.5 / (k + 1)) / (k + 1);
                HS += weight / N * (Runs.Jacobian(c[k], "J_S", N) + Runs.Jacobian(c[k + 1], "J_S", N)) / 2;
                HQ += weight * (Runs.Jacobian(c[k], "J_Q", M) + Runs.Jacobian(c[k + 1], "J_Q", M)) / 2;
            }
            double eta = c[i + 1].Time - c[i].Time;
            response += HQ * HQ.Transpose() / eta;
            motion += HS * HS.Transpose() / eta;
        }
        var record = Runs.Run(c).Record;
        static double Largest(Matrix<double> a) => a.Evd(Symmetricity.Symmetric).EigenValues.Max(z => z.Real);
        Check.Small(Math.Abs(record.ResponseBound / Largest(response) - 1), 64 * Check.Eps, "c of the response");
        Check.Small(Math.Abs(record.MotionBound / Largest(motion) - 1), 64 * Check.Eps, "c of the motion");
    }

    [Fact]
    public void ItsMemoryMustBeginWithTheRun() =>
        Assert.Contains("with averaging the window must start at step 0", DescentSupport.Check(Record().Subset([2, 3, 4])).Reason);
}
