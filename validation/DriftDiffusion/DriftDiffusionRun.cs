using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;
using KernelFlow.Validation.Seeded;

namespace KernelFlow.Validation.DriftDiffusion;

/// <summary>How the sums of a gradient over steps grow: the exponents of its mean part and of its centred part.</summary>
/// <param name="Setting">Which batches, and whether the parameters move.</param>
/// <param name="Seed">Of the network and the batches.</param>
/// <param name="Drift">Exponent of ‖Σ∇L‖ in the number of steps.</param>
/// <param name="Diffusion">Exponent of the root mean square of ‖Σ(∇L_batch − ∇L)‖.</param>
/// <param name="Opposed">Cosine between the two sums at the end, mean over streams: −1 where the mean gradient undoes what the batches scattered.</param>
/// <param name="MeanSums">‖Σ∇L‖ at every power of two.</param>
/// <param name="CentredSums">The other sums.</param>
internal sealed record GrowthOutcome(string Setting, long Seed, double Drift, double Diffusion, double Opposed, double[] MeanSums, double[] CentredSums);

/// <summary>Follows the sums.</summary>
internal static class DriftDiffusionRun
{
    /// <summary>Independent batches at fixed parameters, at the start.</summary>
    public const string FixedStart = "fixed w, start";

    /// <summary>The same after training.</summary>
    public const string FixedTrained = "fixed w, trained";

    /// <summary>Independent batches along the path that they make, steps short.</summary>
    public const string ShortPath = "path, short steps";

    /// <summary>The same from a trained network on, steps as they are.</summary>
    public const string LatePath = "path, trained, long steps";

    /// <summary>Control: every example once before any twice.</summary>
    public const string WithoutReplacement = "control: whole permutations";

    /// <summary>Control: one batch over and over.</summary>
    public const string OneBatch = "control: one batch";

    /// <summary>The settings.</summary>
    public static IReadOnlyList<string> Settings { get; } = [FixedStart, FixedTrained, ShortPath, LatePath, WithoutReplacement, OneBatch];

    private const int Batch = 8, Doublings = 10, WarmUp = 20000;

    private static readonly RecordingOptions s_options = new()
    {
        // Fewer parameters than examples: what the batches scatter does not vanish when training has ended.
        Data = DataKind.TeacherStudent, InputSize = 6, Train = 96, Test = 10, Noise = 0.3, Layers = [LayerSpec.Dense(6)], LearningRate = 0.2,
    };

    public static GrowthOutcome Of(string setting, long seed, bool quick, Backend backend, CancellationToken cancellation)
    {
        var training = new OwnTraining(s_options with { Seed = seed }, backend);
        if (setting is FixedTrained or LatePath)
            for (int k = 0; k < WarmUp; k++) training.Step(s_options.LearningRate);
        double[] start = (double[])training.W.Clone();
        // Over the short steps the gradient changes by a few parts in a hundred; over the long ones it has time to answer.
        double eta = setting switch { ShortPath => 1e-4, LatePath => 0.2, _ => 0 };
        int doublings = Doublings, streams = quick ? 16 : eta > 0 ? 16 : 48;
        if (eta > 0) doublings -= quick ? 3 : 1;
        double[] mean = new double[doublings + 1], centred = new double[doublings + 1];
        double opposed = 0;
        for (int stream = 0; stream < streams; stream++)
        {
            start.CopyTo(training.W, 0);
            opposed += Follow(training, setting, new StudyDraws(seed, stream), eta, doublings, mean, centred, cancellation) / streams;
        }
        for (int i = 0; i <= doublings; i++) (mean[i], centred[i]) = (Math.Sqrt(mean[i] / streams), Math.Sqrt(centred[i] / streams));
        double[] steps = [.. Enumerable.Range(0, doublings + 1).Select(i => i * Math.Log(2))];
        return new(setting, seed, Lines.Slope(steps, [.. mean.Select(v => Math.Log(v))]), Lines.Slope(steps, [.. centred.Select(v => Math.Log(v))]),
            opposed, mean, centred);
    }

    private static double Follow(OwnTraining training, string setting, StudyDraws draws, double eta, int doublings, double[] mean, double[] centred,
        CancellationToken cancellation)
    {
        int n = training.Data.Train, D = training.W.Length, next = 0;
        int[] order = [], members = [];
        double[] sum = new double[D], noise = new double[D], batch = new double[D], full = new double[D];
        double[]? rows = null;
        for (int t = 1; t <= 1 << doublings; t++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (rows is null || eta > 0)
            {
                rows = training.ExampleGradients();
                Array.Clear(full);
                for (int i = 0; i < n; i++) VectorRoutines.Axpy(1.0 / n, rows.AsSpan(i * D, D), full);
            }
            if (setting == WithoutReplacement)
            {
                if (next + Batch > order.Length) (order, next) = (draws.Permutation(n), 0);
                members = order[next..(next += Batch)];
            }
            else if (setting != OneBatch || t == 1) members = draws.Permutation(n)[..Batch];
            Array.Clear(batch);
            foreach (int i in members) VectorRoutines.Axpy(1.0 / Batch, rows.AsSpan(i * D, D), batch);
            VectorRoutines.Axpy(1, full, sum);
            VectorRoutines.Axpy(1, batch, noise);
            VectorRoutines.Axpy(-1, full, noise);
            if (eta > 0) VectorRoutines.Axpy(-eta, batch, training.W);
            if ((t & (t - 1)) != 0) continue;
            int power = System.Numerics.BitOperations.Log2((uint)t);
            mean[power] += VectorRoutines.Dot(sum, sum);
            centred[power] += VectorRoutines.Dot(noise, noise);
        }
        return VectorRoutines.Dot(sum, noise) / Math.Sqrt(VectorRoutines.Dot(sum, sum) * VectorRoutines.Dot(noise, noise));
    }
}
