namespace KernelFlow.Networks.Tests;

public class TrainerTests
{
    // No hidden layer: J is constant, so every update rule can be followed in output space from what was recorded.
    private static readonly RecordingOptions s_linear = new()
    {
        Train = 10, Test = 4, Outputs = 2, Layers = [], Schedule = CheckpointSchedule.EveryStep, Steps = 12, DType = StorageType.Float64,
            Seed = 8, LearningRate = 0.02,
    };

    [Fact]
    public void Momentum_accumulates_as_documented() =>
        Follow(s_linear with { Optimizer = OptimizerKind.Momentum, Momentum = 0.8 }, (k, run, state, gradient) =>
    {
        for (int j = 0; j < state.Length; j++) state[j] = 0.8 * state[j] + gradient[j];
        return state.Select(v => 0.02 * v).ToArray();
    });

    [Fact]
    public void Adam_moves_by_the_recorded_preconditioner() =>
        Follow(s_linear with { Optimizer = OptimizerKind.Adam, Beta1 = 0.7, Beta2 = 0.9, Epsilon = 1e-3 }, (k, run, state, gradient) =>
    {
        double[] M = run[k]["preconditioner"].ReadAll();
        for (int j = 0; j < state.Length; j++) state[j] = 0.7 * state[j] + 0.3 * gradient[j];
        return state.Select((v, j) => 0.02 / (1 - Math.Pow(0.7, k + 1)) * M[j] * v).ToArray();
    });

    [Fact]
    public void Adams_preconditioner_is_that_of_the_leaving_step()
    {
        var run = Recorder.InMemory(s_linear with { Optimizer = OptimizerKind.Adam, Beta2 = 0.9, Epsilon = 1e-3 }, Backends.Managed);
        double[] square = new double[130];
        for (int k = 0; k < run.Count; k++)
        {
            double[] gradient = Gradient(run[k], 10, 10), M = run[k]["preconditioner"].ReadAll();
            for (int j = 0; j < square.Length; j++)
            {
                square[j] = 0.9 * square[j] + 0.1 * gradient[j] * gradient[j];
                double expected = 1 / (Math.Sqrt(square[j] / (1 - Math.Pow(0.9, k + 1))) + 1e-3);
                Check.Close(M[j], expected, 1e-13, $"preconditioner of step {k}, parameter {j}");
            }
        }
    }

    [Fact]
    public void Sgd_descends_the_recorded_batch()
    {
        var options = s_linear with { Optimizer = OptimizerKind.Sgd, Batch = 4 };
        Follow(options, (k, run, state, _) =>
        {
            var members = run[k]["batch"].ReadAll().Select(v => (int)v).ToArray();
            Assert.Equal(4, members.Distinct().Count());
            return Gradient(run[k], 10, 4, members).Select(v => 0.02 * v).ToArray();
        });
        // Within a permutation no example comes twice.
        var sequence = Recorder.InMemory(options, Backends.Managed);
        for (int k = 0; k + 1 < sequence.Count; k += 2)
            Assert.Equal(8, sequence[k]["batch"].ReadAll().Concat(sequence[k + 1]["batch"].ReadAll()).Distinct().Count());
        Assert.Equal(4, sequence.Optimizer!.BatchSize);
    }

    [Fact]
    public void Dampening_leaves_the_first_gradient_whole() =>
        Follow(s_linear with { Optimizer = OptimizerKind.Momentum, Momentum = 0.8, Dampening = 0.25 }, (k, run, state, gradient) =>
    {
        for (int j = 0; j < state.Length; j++) state[j] = 0.8 * state[j] + (k == 0 ? 1 : 0.75) * gradient[j];
        return state.Select(v => 0.02 * v).ToArray();
    });

    [Fact]
    public void Nesterov_steps_along_the_gradient_and_the_new_velocity() =>
        Follow(s_linear with { Optimizer = OptimizerKind.Momentum, Momentum = 0.8, Nesterov = true }, (k, run, state, gradient) =>
    {
        for (int j = 0; j < state.Length; j++) state[j] = 0.8 * state[j] + gradient[j];
        return state.Select((v, j) => 0.02 * (gradient[j] + 0.8 * v)).ToArray();
    });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Weight_decay_stands_in_the_gradient_or_beside_the_step(bool decoupled) =>
        Follow(s_linear with { Optimizer = OptimizerKind.Adam, WeightDecay = 0.3, Decoupled = decoupled, Beta1 = 0.7, Epsilon = 1e-3 },
            (k, run, state, gradient) =>
    {
        double[] M = run[k]["preconditioner"].ReadAll(), w = run[k]["w"].ReadAll();
        for (int j = 0; j < state.Length; j++) state[j] = 0.7 * state[j] + 0.3 * (gradient[j] + (decoupled ? 0 : 0.3 * w[j]));
        double[] change = state.Select((v, j) => 0.02 / (1 - Math.Pow(0.7, k + 1)) * M[j] * v + (decoupled ? 0.02 * 0.3 * w[j] : 0)).ToArray();
        double[] next = run[k + 1]["w"].ReadAll();
        for (int j = 0; j < next.Length; j++) Check.Small(Math.Abs(next[j] - (w[j] - change[j])), 1e-14, $"w after step {k}, parameter {j}");
        return change;
    });

    [Fact]
    public void Parameters_are_recorded_where_a_step_needs_them()
    {
        var decay = s_linear with { WeightDecay = 0.1 };
        Assert.All(Recorder.InMemory(decay, Backends.Managed), c => Assert.NotNull(c.Find("w")));
        Assert.All(Recorder.InMemory(s_linear, Backends.Managed), c => Assert.Null(c.Find("w")));
        Assert.All(Recorder.InMemory(decay with { Schedule = CheckpointSchedule.Uniform, Checkpoints = 4 }, Backends.Managed), c => Assert.Null(c.Find("w")));
    }

    [Fact]
    public void The_gate_closes_parameters_whose_gradient_is_noise()
    {
        var run = Recorder.InMemory(s_linear with { Optimizer = OptimizerKind.Adam, Gate = GateKind.PopulationRisk, Noise = 0.4 }, Backends.Managed);
        int closed = 0, open = 0;
        foreach (var checkpoint in run)
        {
            double[] J = checkpoint["J_S"].ReadAll(), g = checkpoint["g"].ReadAll(), M = checkpoint["preconditioner"].ReadAll();
            int D = M.Length;
            for (int k = 0; k < D; k++)
            {
                var single = Enumerable.Range(0, 10).Select(i => 10 * (J[2 * i * D + k] * g[2 * i] + J[(2 * i + 1) * D + k] * g[2 * i + 1])).ToArray();
                double mean = single.Average(), margin = mean * mean - single.Average(v => (v - mean) * (v - mean)) / 9;
                if (Math.Abs(margin) < 1e-14 * mean * mean) continue; // decided by rounding
                Assert.Equal(margin > 0, M[k] > 0);
                if (margin > 0) open++; else closed++;
            }
        }
        Check.Between(open, 101, 1690 - 101, $"open parameters, {closed} are closed");
    }

    [Fact]
    public void The_running_gate_closes_parameters_whose_gradient_changes_from_step_to_step()
    {
        var run = Recorder.InMemory(s_linear with
        {
            Optimizer = OptimizerKind.Adam, Gate = GateKind.RunningVariance, Batch = 3, Beta1 = 0.6, Beta2 = 0.8, Epsilon = 1e-3,
        }, Backends.Managed);
        var history = new List<double[]>();
        int closed = 0, open = 0;
        foreach (var checkpoint in run)
        {
            double[] M = checkpoint["preconditioner"].ReadAll();
            history.Add(Gradient(checkpoint, 10, 3, [.. checkpoint["batch"].ReadAll().Select(v => (int)v)]));
            int t = history.Count;
            for (int k = 0; k < M.Length; k++)
            {
                // Sums over all steps so far, not a recursion: the mean of step j weighs gradient i by β₁^(j − i).
                double Mean(int j) => Enumerable.Range(0, j).Sum(i => 0.4 * Math.Pow(0.6, j - 1 - i) * history[i][k]) / (1 - Math.Pow(0.6, j));
                double mean = Mean(t), variance = Enumerable.Range(1, t).Sum(j => 0.2 * Math.Pow(0.8, t - j) * Math.Pow(history[j - 1][k] - Mean(j), 2))
                    / (1 - Math.Pow(0.8, t));
                if (Math.Abs(mean * mean - variance) < 1e-10 * mean * mean) continue; // decided by rounding
                Assert.Equal(mean * mean > variance, M[k] > 0);
                // One gradient has no variance: the first step moves every parameter that has one.
                if (t == 1) Assert.Equal(history[0][k] != 0, M[k] > 0);
                if (M[k] > 0) open++; else closed++;
            }
        }
        Check.Between(open, 101, 1690 - 101, $"open parameters, {closed} are closed");
    }

    [Fact]
    public void Learning_rates_follow_their_schedules()
    {
        var o = new RecordingOptions { LearningRate = 0.8, Steps = 100 };
        Assert.Equal(0.8, LearningRates.At(o, 57));
        var decay = o with { LearningRateSchedule = LearningRateSchedule.StepDecay, DecayEvery = 10, DecayFactor = 0.5 };
        Assert.Equal([0.8, 0.8, 0.4, 0.4, 0.2], new[] { 0, 9, 10, 19, 20 }.Select(k => LearningRates.At(decay, k)));
        var cosine = o with { LearningRateSchedule = LearningRateSchedule.Cosine };
        Assert.Equal(0.8, LearningRates.At(cosine, 0));
        Check.Close(LearningRates.At(cosine, 50), 0.4, 4 * Check.Eps, "half way along the cosine");
        Check.Close(LearningRates.At(cosine, 99), 0.8 * Math.Pow(Math.Sin(Math.PI / 200), 2), 1e-12, "last step of the cosine"); // (1 + cos x)/2 = cos²(x/2)
        var warm = o with { WarmupSteps = 4 };
        Check.CloseEntries(Enumerable.Range(0, 5).Select(k => LearningRates.At(warm, k)), [0.2, 0.4, 0.6, 0.8, 0.8], 4 * Check.Eps, "warm-up");
        var options = s_linear with { LearningRateSchedule = LearningRateSchedule.Cosine, WarmupSteps = 3, Steps = 9 };
        var run = Recorder.InMemory(options, Backends.Managed);
        for (int k = 1; k < run.Count; k++) Check.Close(run[k].Time, Enumerable.Range(0, k).Sum(j => LearningRates.At(options, j)), 1e-14, $"time of step {k}");
        Check.Close(run.Optimizer!.LearningRate, 0.02 / 3, 4 * Check.Eps, "learning rate of the first step");
    }

    [Fact]
    public void Time_is_the_number_of_steps_times_the_learning_rate_to_rounding()
    {
        var run = Recorder.InMemory(s_linear with { Steps = 20000, Schedule = CheckpointSchedule.Uniform, Checkpoints = 4, LearningRate = 0.001 },
            Backends.Managed);
        foreach (var checkpoint in run) Check.Small(Math.Abs(checkpoint.Time - checkpoint.Step * 0.001), 4e-15, $"flow time of step {checkpoint.Step}");
    }

    private static void Follow(RecordingOptions options, Func<int, CheckpointSequence, double[], double[], double[]> move)
    {
        var run = Recorder.InMemory(options, Backends.Managed);
        double[] J = run[0]["J_S"].ReadAll(), state = new double[run.Parameters!.Value];
        int D = state.Length;
        for (int k = 0; k + 1 < run.Count; k++)
        {
            double[] before = run[k]["U_S"].ReadAll(), after = run[k + 1]["U_S"].ReadAll(), change = move(k, run, state, Gradient(run[k], 10, 10));
            for (int r = 0; r < before.Length; r++)
            {
                double expected = before[r];
                for (int j = 0; j < D; j++) expected -= J[r * D + j] * change[j];
                Check.Small(Math.Abs(after[r] - expected), 1e-13, $"step {k}, output {r}");
            }
        }
    }

    // Σ J_iᵀg_i over the members of a batch of b, where the recorded g is for the mean over n.
    private static double[] Gradient(Checkpoint checkpoint, int n, int b, int[]? members = null)
    {
        double[] J = checkpoint["J_S"].ReadAll(), g = checkpoint["g"].ReadAll();
        int D = J.Length / g.Length, p = g.Length / n;
        var gradient = new double[D];
        foreach (int i in members ?? Enumerable.Range(0, n).ToArray())
            for (int r = i * p; r < (i + 1) * p; r++)
                for (int j = 0; j < D; j++) gradient[j] += J[r * D + j] * g[r] * n / b;
        return gradient;
    }
}
