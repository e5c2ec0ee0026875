using KernelFlow.Operators;

namespace KernelFlow.Cli;

/// <summary>What the cost of an analysis depends on, from the manifest and what a scan of the run has seen already.</summary>
internal sealed record RunSizes
{
    /// <summary>N, stacked training outputs.</summary>
    public required double Train { get; init; }

    /// <summary>M, stacked test outputs.</summary>
    public required double Test { get; init; }

    /// <summary>Checkpoints.</summary>
    public required int Checkpoints { get; init; }

    /// <summary>Numbers of Jacobians that a row has, D, or what its factors have; 0 for kernel blocks.</summary>
    public required double Columns { get; init; }

    /// <summary>Operations of forming the kernels of two checkpoints, from factors where that is less; 0 for kernel blocks.</summary>
    public required double PairProducts { get; init; }

    /// <summary>Layers whose kernels are formed from factors: each one is multiplied and added element by element.</summary>
    public required int FactoredLayers { get; init; }

    /// <summary>Bytes of the checkpoints' tensors.</summary>
    public required double StoredBytes { get; init; }

    /// <summary>Numbers in the checkpoints' tensors.</summary>
    public required double StoredNumbers { get; init; }

    /// <summary>Whether a buffer of past gradients is rebuilt in parameter space: momentum, Adam and weight decay, with every step recorded.</summary>
    public required bool HasBuffer { get; init; }

    /// <summary>The mode that the analysis will take.</summary>
    public required AnalysisMode Mode { get; init; }

    /// <summary>Recorded steps that are replayed on the interpolant; 0 where they are not.</summary>
    public required double ReplayedSteps { get; init; }

    /// <summary>h_k·λ_max(BK) of every interval, estimated: how many e-foldings its stiffest mode has.</summary>
    public required IReadOnlyList<double> Stiffness { get; init; }

    /// <summary>Whether the loss has B = βI.</summary>
    public required bool HasBeta { get; init; }

    // As the replay has it: beyond these it is left out.
    private const double MostReplayed = 1e7, MostReplayWork = 1e12;

    // λ_max of a Gram matrix is a good part of its trace: half is within a factor of two, and steps grow with its logarithm.
    private const double LeadingShare = 0.5;

    // The largest curvature of cross-entropy per output.
    private const double SteepestLogit = 0.25;

    /// <summary>The sizes of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="intervals">What a scan saw of its intervals.</param>
    public static RunSizes Of(CheckpointSequence run, IReadOnlyList<IntervalCheck> intervals)
    {
        double n = run.TrainSize, m = run.TestSize, steps = (double)run[^1].Step - run[0].Step;
        var tensors = run.SelectMany(c => c.Tensors.Values).SelectMany(t => t is FactoredJacobian f ? f.Tensors : [t]).ToArray();
        bool descent = DescentSupport.Check(run).Possible;
        double curvature = Curvature(run);
        return new RunSizes
        {
            Train = n,
            Test = m,
            Checkpoints = run.Count,
            Columns = Rows(run),
            PairProducts = Pair(run).Products,
            FactoredLayers = Pair(run).Layers,
            StoredBytes = tensors.Sum(t => (double)t.Count * t.Type.Size()),
            StoredNumbers = tensors.Sum(t => (double)t.Count),
            HasBuffer = descent && run.Optimizer is { } optimizer && (optimizer.Rule is { HasBuffer: true } || optimizer.WeightDecay > 0),
            Mode = descent ? AnalysisMode.Descent : AnalysisMode.Flow,
            ReplayedSteps = run.Optimizer is { IsPlainDescent: true } && steps <= MostReplayed && steps * n * (n + m) <= MostReplayWork ? steps : 0,
            Stiffness = [.. intervals.Select(i => (i.To - i.From) * curvature * (run.HasJacobians ? LeadingShare * i.Size * i.Size : i.Size))],
            HasBeta = run.Loss.Beta is not null,
        };
    }

    /// <summary>β, or what B is at most: by it λ_max of K becomes that of BK.</summary>
    public static double Curvature(CheckpointSequence run) => run.Loss.Beta ?? SteepestLogit * run.Loss.Scale;

    private static (double Products, int Layers) Pair(CheckpointSequence run)
    {
        if (!run.HasJacobians) return (0, 0);
        double rows = run.TrainSize + run.TestSize, n = run.TrainSize, p = run.Outputs;
        if (run[0][TensorName.J_S] is not FactoredJacobian jacobian) return (2 * rows * run[0][TensorName.J_S].Count, 0);
        var factored = jacobian.Layers.Select(l => l.Layer).Where(l => FactorProduct.IsCheaper(l, (int)p)).ToArray();
        double expanded = jacobian.Layers.Sum(l => (double)l.Layer.Columns) - factored.Sum(l => (double)l.Columns);
        return (2 * rows * n * expanded + factored.Sum(l => Math.Pow(l.Positions, 2) * 2 * rows * rows * (l.Inputs / (p * p) + l.Outputs)),
            factored.Sum(l => (int)(l.Positions * l.Positions)));
    }

    private static double Rows(CheckpointSequence run)
    {
        if (!run.HasJacobians) return 0;
        double numbers = new[] { TensorName.J_S, TensorName.J_Q }.Select(name => run[0].Find(name)).OfType<TensorSource>()
            .Sum(t => t is FactoredJacobian f ? f.Tensors.Sum(part => (double)part.Count) : t.Count);
        return numbers / (run.TrainSize + run.TestSize);
    }
}
