using KernelFlow.Numerics;
using KernelFlow.Validation.Seeded;

namespace KernelFlow.Validation.Relabelling;

/// <summary>How far a training with other labels is from the one without, relative to how far that one moves.</summary>
/// <param name="Outputs">Largest distance of the test outputs over training.</param>
/// <param name="Parameters">The same of the parameters.</param>
internal readonly record struct PathDistance(double Outputs, double Parameters);

/// <summary>A soft direction: a mode of W_S, and what retraining with labels moved along it does.</summary>
/// <param name="Share">λ_j/λ_1.</param>
/// <param name="Moved">‖change of U_Q(T)‖ by retraining, relative to the displacement of the training without.</param>
/// <param name="Predicted">‖G_Q v‖ of the same change of the gradient: what the recorded path says.</param>
internal readonly record struct SoftMode(double Share, double Moved, double Predicted);

/// <summary>One training with copies among its inputs, retrained with other labels.</summary>
/// <param name="Name">What was trained.</param>
/// <param name="Seed">Its seed.</param>
/// <param name="Planted">Labels of copies moved against each other.</param>
/// <param name="Control">The same change at an example and one that is no copy of it.</param>
/// <param name="Soft">Modes of W_S of a training without copies.</param>
internal sealed record RelabellingOutcome(string Name, long Seed, PathDistance Planted, PathDistance Control, IReadOnlyList<SoftMode> Soft);

/// <summary>Trains and retrains.</summary>
internal static class RelabellingRun
{
    // So few steps that training dissipates some modes and leaves others.
    private const int Marks = 20, SoftSteps = 75;
    private const double Size = 0.5;

    private static readonly RecordingOptions s_base = new()
    {
        Train = 30, Test = 20, Duplicates = 3, Copies = 2, Layers = [LayerSpec.Dense(12)], Steps = 1500, LearningRate = 0.1, Checkpoints = 24,
    };

    /// <summary>The trainings of the experiment.</summary>
    public static IReadOnlyList<(string Name, RecordingOptions Options)> All { get; } =
    [
        ("tanh, squared", s_base),
        ("tanh, softmax", s_base with { Outputs = 3, Loss = LossKind.SoftmaxCrossEntropy, LearningRate = 0.2 }),
        ("GELU, three outputs", s_base with { Outputs = 3, Activation = ActivationKind.Gelu }),
        ("ReLU, two layers", s_base with { Activation = ActivationKind.Relu, Layers = LayerSpec.ParseList("12,8") }),
        ("tanh, momentum", s_base with { Optimizer = OptimizerKind.Momentum, LearningRate = 0.02 }),
    ];

    public static RelabellingOutcome Of(string name, RecordingOptions options, long seed, bool quick, Backend backend, CancellationToken cancellation)
    {
        options = options with { Seed = seed, Steps = quick ? options.Steps / 3 : options.Steps };
        var data = TrainingData.Create(options);
        int p = data.Outputs, first = 0, copy = data.Train - options.Duplicates, other = options.Duplicates;
        double[] labels = (double[])data.Y_S.Clone();
        // Copies with different labels, so that exchanging them is a change, for probabilities too.
        if (p > 1) Class(labels, copy, p, (Array.IndexOf(labels, 1.0, first * p, p) - first * p + 1) % p);
        else labels[copy] = -labels[first];
        if (p > 1) Class(labels, other, p, (Array.IndexOf(labels, 1.0, first * p, p) - first * p + 1) % p);
        else labels[other] = -labels[first];
        var path = Path(options, labels, backend, cancellation);
        var planted = Exchanged(labels, first, copy, p);
        var control = Exchanged(labels, first, other, p);
        return new RelabellingOutcome(name, seed, Distance(path, Path(options, planted, backend, cancellation)),
            Distance(path, Path(options, control, backend, cancellation)),
            options.Loss == LossKind.Squared && options.Optimizer == OptimizerKind.GradientDescent ? Soft(options, quick, backend, cancellation) : []);
    }

    // Squared loss: labels exchanged and moved apart by five more, a change of any size; softmax: exchanged.
    private static double[] Exchanged(double[] labels, int i, int j, int p)
    {
        var changed = (double[])labels.Clone();
        for (int c = 0; c < p; c++)
        {
            double apart = p == 1 ? 5 : 0;
            changed[i * p + c] = labels[j * p + c] + apart;
            changed[j * p + c] = labels[i * p + c] - apart;
        }
        return changed;
    }

    private static void Class(double[] labels, int i, int p, int c)
    {
        labels.AsSpan(i * p, p).Clear();
        labels[i * p + c] = 1;
    }

    private static List<(double[] Outputs, double[] Parameters)> Path(RecordingOptions options, double[] labels, Backend backend,
        CancellationToken cancellation)
    {
        var training = new OwnTraining(options, backend, labels);
        var path = new List<(double[], double[])>();
        for (int k = 0; k <= options.Steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (k * Marks % options.Steps < Marks) path.Add((training.TestOutputs(), (double[])training.W.Clone()));
            if (k < options.Steps) training.Step(options.LearningRate);
        }
        return path;
    }

    private static PathDistance Distance(List<(double[] Outputs, double[] Parameters)> path, List<(double[] Outputs, double[] Parameters)> other)
    {
        double outputs = path.Zip(other).Max(q => VectorRoutines.Distance(q.First.Outputs, q.Second.Outputs));
        double parameters = path.Zip(other).Max(q => VectorRoutines.Distance(q.First.Parameters, q.Second.Parameters));
        return new(outputs / VectorRoutines.Distance(path[^1].Outputs, path[0].Outputs),
            parameters / VectorRoutines.Distance(path[^1].Parameters, path[0].Parameters));
    }

    // Without copies every mode is dissipated a little. The labels are moved by half their size along a mode.
    private static SoftMode[] Soft(RecordingOptions options, bool quick, Backend backend, CancellationToken cancellation)
    {
        options = options with { Duplicates = 0, Train = 27, Steps = SoftSteps };
        var run = Recorder.InMemory(options, backend, null, cancellation);
        var analysis = Analyze.Reservoir(run, new AnalysisOptions { Backend = backend, IndependentCheck = false }, null, cancellation);
        if (!analysis.Operators.TryGet(out var operators)) return [];
        double[] labels = TrainingData.Create(options).Y_S;
        var path = Path(options, labels, backend, cancellation);
        double displacement = VectorRoutines.Distance(path[^1].Outputs, path[0].Outputs), size = Size * VectorRoutines.Norm(labels);
        var modes = new List<SoftMode>();
        for (int j = 0; j < operators.Eigenvectors.ColumnCount; j += quick ? 9 : 3)
        {
            double[] mode = operators.Eigenvectors.Column(j).ToArray(), changed = (double[])labels.Clone();
            VectorRoutines.Axpy(size, mode, changed);
            var moved = Path(options, changed, backend, cancellation);
            double predicted = (operators.G_Q * operators.Eigenvectors.Column(j)).L2Norm() * size / run.Train;
            modes.Add(new(analysis.Spectrum.RelativeEigenvalues[j], VectorRoutines.Distance(moved[^1].Outputs, path[^1].Outputs) / displacement,
                predicted / displacement));
        }
        return [.. modes];
    }
}
