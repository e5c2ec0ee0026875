using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Gate;

/// <summary>What is trained.</summary>
/// <param name="Name">In words.</param>
/// <param name="Options">Everything but seed, gate and learning rate.</param>
/// <param name="ByAccuracy">Whether the test accuracy at the end is compared, and not the steps until one is reached.</param>
internal sealed record GateTask(string Name, RecordingOptions Options, bool ByAccuracy);

/// <summary>One training to compare.</summary>
/// <param name="Task">What was trained.</param>
/// <param name="Variant">Adam, one of its gates, or the control.</param>
/// <param name="Rate">Its learning rate.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Steps">Steps until the test accuracy is reached; null where it is not.</param>
/// <param name="Memorised">Steps until the training accuracy is 99 %; null where it is not reached.</param>
/// <param name="Accuracy">Test accuracy at the end.</param>
/// <param name="Open">Median share of parameters that may move.</param>
/// <param name="Curve">Test accuracy by checkpoint.</param>
internal sealed record GateOutcome(GateTask Task, string Variant, double Rate, long Seed, int? Steps, int? Memorised, double Accuracy, double Open,
    IReadOnlyList<(int Step, double Accuracy)> Curve);

/// <summary>Trainings on division modulo a prime, which memorise first and generalise later, and on digits with changed labels.</summary>
internal static class GateRun
{
    /// <summary>The baseline.</summary>
    public const string Adam = "AdamW";

    /// <summary>Gate of C14, over the examples of the step.</summary>
    public const string PopulationRisk = "population-risk gate";

    /// <summary>Gate of running variances.</summary>
    public const string RunningVariance = "running-variance gate";

    /// <summary>Control: as many parameters closed, at random.</summary>
    public const string Random = "control: random gate";

    /// <summary>Test accuracy that counts as generalised.</summary>
    public const double Reached = 0.9;

    /// <summary>Learning rates over which every variant is tuned.</summary>
    public static IReadOnlyList<double> Grid { get; } = [1e-3, 3e-3, 1e-2];

    /// <summary>The variants.</summary>
    public static IReadOnlyList<string> Variants { get; } = [Adam, PopulationRisk, RunningVariance, Random];

    /// <summary>Those with a gate.</summary>
    public static IReadOnlyList<string> Gated { get; } = [PopulationRisk, RunningVariance];

    /// <summary>The share of parameters that the control leaves open.</summary>
    public const double RandomOpen = 0.5;

    private static readonly RecordingOptions s_options = new()
    {
        Data = DataKind.ModularDivision, Modulus = 11, Train = 88, Test = 22, Layers = [LayerSpec.Dense(64)], Activation = ActivationKind.Relu,
        Optimizer = OptimizerKind.Adam, WeightDecay = 1, Decoupled = true, Schedule = CheckpointSchedule.Uniform, Checkpoints = 101,
        Factors = FactorRecording.Always,
    };

    /// <summary>The trainings.</summary>
    public static IReadOnlyList<GateTask> Tasks { get; } =
    [
        new("division, all examples", s_options, false),
        new("division, batches of 22", s_options with { Batch = 22 }, false),
        new("digits, 30 % of labels changed", s_options with
        {
            Data = DataKind.Digits, Train = 100, Test = 400, Noise = 0.3, WeightDecay = 0, Decoupled = false, Layers = [LayerSpec.Dense(32)],
            Activation = ActivationKind.Tanh, Checkpoints = 41, Outputs = 1,
        }, true),
    ];

    /// <summary>Steps after which a training is given up.</summary>
    public static int Limit(bool quick) => quick ? 1200 : 3000;

    public static GateOutcome Of(GateTask task, string variant, double rate, long seed, bool quick, Backend backend, CancellationToken cancellation)
    {
        var options = task.Options with { LearningRate = rate, Seed = seed, Steps = Limit(quick) };
        if (variant == Random) return OfRandom(task, options, rate, seed, backend, cancellation);
        options = options with { Gate = variant switch { PopulationRisk => GateKind.PopulationRisk, RunningVariance => GateKind.RunningVariance, _ =>
            GateKind.None } };
        var data = TrainingData.Create(options);
        var points = Recorder.InMemory(options, backend, null, cancellation).Select(c => ((int)c.Step, Accuracy(c[TensorName.U_S].ReadAll(), data.Y_S,
            data.Outputs),
            Accuracy(c[TensorName.U_Q].ReadAll(), data.Y_Q, data.Outputs), c[TensorName.Preconditioner].ReadAll().Average(m => m > 0 ? 1.0 : 0))).ToArray();
        return Outcome(task, variant, rate, seed, points);
    }

    /// <summary>Share of examples whose largest output, or sign of the one output, is that of their target.</summary>
    public static double Accuracy(double[] outputs, double[] targets, int p)
    {
        int right = 0, n = outputs.Length / p;
        for (int i = 0; i < n; i++)
            if (p == 1 ? outputs[i] * targets[i] > 0 : Largest(outputs, i, p) == Largest(targets, i, p)) right++;
        return (double)right / n;
    }

    private static int Largest(double[] values, int i, int p)
    {
        int largest = 0;
        for (int c = 1; c < p; c++)
            if (values[i * p + c] > values[i * p + largest]) largest = c;
        return largest;
    }

    // The trainer has no gate at random: AdamW with the same constants, written once more.
    private static GateOutcome OfRandom(GateTask task, RecordingOptions options, double rate, long seed, Backend backend, CancellationToken cancellation)
    {
        var data = TrainingData.Create(options);
        var network = FeedForwardNetwork.Create(data.InputSize, options.Layers, options.Activation, data.Outputs, options.Parametrisation);
        var evaluator = new NetworkEvaluator(network, backend);
        int n = options.Batch ?? data.Train, next = 0;
        int[] order = [];
        var draws = new StudyDraws(seed, 7);
        double[] w = network.Initialise(seed, options.Scale), u = new double[data.Y_S.Length], uQ = new double[data.Y_Q.Length],
            gradient = new double[w.Length], mean = new double[w.Length], square = new double[w.Length];
        var marks = options.CheckpointSteps();
        var points = new List<(int, double, double, double)>();
        for (int k = 0; k <= options.Steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (k == marks[points.Count])
            {
                evaluator.Outputs(w, data.X_S, u);
                evaluator.Outputs(w, data.X_Q, uQ);
                points.Add((k, Accuracy(u, data.Y_S, data.Outputs), Accuracy(uQ, data.Y_Q, data.Outputs), RandomOpen));
            }
            if (next + n > order.Length) (order, next) = (draws.Permutation(data.Train), 0);
            int[] members = order[next..(next += n)];
            double[] x = Rows(data.X_S, members, data.InputSize), y = Rows(data.Y_S, members, data.Outputs), batch = new double[y.Length];
            evaluator.LossGradient(w, x, LossModel.Squared(y, data.Outputs), batch, new double[y.Length], gradient);
            double first = 1 - Math.Pow(options.Beta1, k + 1), second = Math.Sqrt(1 - Math.Pow(options.Beta2, k + 1));
            for (int j = 0; j < w.Length; j++)
            {
                mean[j] = options.Beta1 * mean[j] + (1 - options.Beta1) * gradient[j];
                square[j] = options.Beta2 * square[j] + (1 - options.Beta2) * gradient[j] * gradient[j];
                double step = draws.Chance(RandomOpen) ? rate / first * mean[j] / (Math.Sqrt(square[j]) / second + options.Epsilon) : 0;
                w[j] -= step + rate * options.WeightDecay * w[j];
            }
        }
        return Outcome(task, Random, rate, seed, points);
    }

    private static double[] Rows(double[] values, int[] rows, int width) => [.. rows.SelectMany(i => values.AsSpan(i * width, width).ToArray())];

    private static GateOutcome Outcome(GateTask task, string variant, double rate, long seed, IReadOnlyList<(int Step, double Train, double Test,
        double Open)> points)
    {
        int? First(Func<(int Step, double Train, double Test, double Open), bool> reached) =>
            points.Where(reached).Select(q => (int?)q.Step).FirstOrDefault();
        return new(task, variant, rate, seed, First(q => q.Test >= Reached), First(q => q.Train >= 0.99), points[^1].Test,
            Quantiles.Median(points.Select(q => q.Open)) ?? double.NaN, [.. points.Select(q => (q.Step, q.Test))]);
    }
}
