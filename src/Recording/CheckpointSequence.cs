using System.Collections;

namespace KernelFlow;

/// <summary>The checkpoints of a run in order of time, with what they share: sizes and the loss.</summary>
public sealed class CheckpointSequence : IReadOnlyList<Checkpoint>
{
    private readonly Checkpoint[] _checkpoints;

    /// <summary>Makes a sequence; structure is checked here, contents when they are read.</summary>
    /// <param name="checkpoints">At least two, with strictly increasing time.</param>
    /// <param name="loss">The training loss with its targets; gives n and p.</param>
    /// <exception cref="InvalidRunException">Fewer than two checkpoints, time that does not increase, a missing tensor or a wrong shape.</exception>
    public CheckpointSequence(IEnumerable<Checkpoint> checkpoints, LossModel loss) : this(checkpoints, loss, null, null) { }

    /// <summary>Makes a sequence of a training whose optimizer is known. Claims about recorded steps can only then be decided.</summary>
    /// <param name="checkpoints">At least two, with strictly increasing time.</param>
    /// <param name="loss">The training loss with its targets; gives n and p.</param>
    /// <param name="optimizer">What took the steps.</param>
    /// <exception cref="InvalidRunException">Fewer than two checkpoints, time that does not increase, a missing tensor or a wrong shape.</exception>
    public CheckpointSequence(IEnumerable<Checkpoint> checkpoints, LossModel loss, Optimizer optimizer)
        : this(checkpoints, Known(loss, optimizer), null, null) => Optimizer = optimizer;

    /// <summary>Makes a sequence and checks it against sizes that are known beforehand, those of a manifest.</summary>
    /// <param name="checkpoints">At least two, with strictly increasing time.</param>
    /// <param name="loss">The training loss with its targets; gives n and p.</param>
    /// <param name="test">m, the number of test examples, when it is known.</param>
    /// <param name="parameters">D, the number of parameters, when it is known.</param>
    /// <exception cref="InvalidRunException">Fewer than two checkpoints, time that does not increase, a missing tensor or a wrong shape.</exception>
    public CheckpointSequence(IEnumerable<Checkpoint> checkpoints, LossModel loss, int? test, long? parameters)
    {
        ArgumentNullException.ThrowIfNull(checkpoints);
        ArgumentNullException.ThrowIfNull(loss);
        _checkpoints = checkpoints.ToArray();
        int missing = Array.FindIndex(_checkpoints, c => c?.Tensors is null);
        if (missing >= 0) throw new ArgumentException(FormattableString.Invariant($"Checkpoint {missing} is null."), nameof(checkpoints));
        foreach (var (name, tensor) in _checkpoints.SelectMany(c => c.Tensors))
            if (tensor is null) throw new ArgumentException($"The tensor {name} of a checkpoint is null.", nameof(checkpoints));
        Loss = loss;
        var structure = CheckpointStructure.Check(_checkpoints, loss, test, parameters);
        (Test, Parameters) = (structure.Test, structure.Parameters);
    }

    /// <summary>The training loss Φ_S.</summary>
    public LossModel Loss { get; }

    /// <summary>n: training examples.</summary>
    public int Train => Loss.Examples;

    /// <summary>m: test examples.</summary>
    public int Test { get; }

    /// <summary>p: outputs per example.</summary>
    public int Outputs => Loss.Outputs;

    /// <summary>N = n·p: stacked training outputs; row i·p + c is output c of example i.</summary>
    public int TrainSize => Train * Outputs;

    /// <summary>M = m·p: stacked test outputs.</summary>
    public int TestSize => Test * Outputs;

    /// <summary>D: columns of the recorded Jacobians (the sketch size when sketched); null for kernel-block runs.</summary>
    public long? Parameters { get; }

    /// <summary>The optimizer, if known.</summary>
    public Optimizer? Optimizer { get; init; }

    /// <summary>What the manifest states of the optimizer and nothing here understands: numbers other than 0, and switches that are on (as 1). Such a
    /// constant changes the steps in a way that is not known.</summary>
    public IReadOnlyList<NamedConstant> UnknownConstants { get; init; } = [];

    /// <summary>The learning rates that the run states for its steps, as lengths of the intervals in flow time; null when it states none.</summary>
    public RateSchedule? Schedule { get; init; }

    /// <summary>What of the training lies outside the setting of the theory, as the run declares it: "batch-norm", "dropout", "gradient-clipping" or any
    /// text.</summary>
    public IReadOnlyList<string> Setting { get; init; } = [];

    /// <summary>What the run is called: the name of the folder it was read from; null in memory.</summary>
    public string? Name { get; init; }

    /// <summary>Free-form facts about the run (network, data, label noise, seed), as its manifest has them.</summary>
    public IReadOnlyDictionary<string, string> Metadata { get; init; } = new Dictionary<string, string>();

    /// <summary>Time spent opening the files this was read from; part of the wall time of an analysis.</summary>
    public TimeSpan OpeningTime { get; init; }

    /// <summary>"sha256:…" of the files this was read from, computed when asked for; null in memory.</summary>
    public Lazy<string>? InputHash { get; init; }

    /// <summary>y_Q [m, p] and other tensors that belong to the run, not to a checkpoint (y_S is in <see cref="Loss"/>): y_Q, clean_S, noise_mask_S.</summary>
    public IReadOnlyDictionary<string, TensorSource> RunTensors { get; init; } = new Dictionary<string, TensorSource>();

    /// <summary>Whether Jacobians were recorded; otherwise kernel blocks.</summary>
    public bool HasJacobians => _checkpoints[0].HasJacobians;

    /// <inheritdoc/>
    public int Count => _checkpoints.Length;

    /// <inheritdoc/>
    public Checkpoint this[int index] => _checkpoints[index];

    /// <summary>The part between two recorded times, both inclusive.</summary>
    /// <param name="from">Flow time of a checkpoint, matched to 1e-9 relative; null for the first.</param>
    /// <param name="to">Flow time of a checkpoint, matched to 1e-9 relative; null for the last.</param>
    /// <exception cref="ArgumentException">A time is not that of a checkpoint (the message names the nearest), or the window holds fewer than two.</exception>
    public CheckpointSequence Window(double? from, double? to)
    {
        var (first, last) = FlowTimeWindow.Find(Array.ConvertAll(_checkpoints, c => c.Time), from, to);
        if (first == 0 && last == Count - 1) return this;
        return Subset(Enumerable.Range(first, last - first + 1));
    }

    /// <summary>The checkpoints at the given indices, which must increase.</summary>
    public CheckpointSequence Subset(IEnumerable<int> indices)
    {
        ArgumentNullException.ThrowIfNull(indices);
        int[] kept = [.. indices];
        foreach (int index in kept)
            if (index < 0 || index >= Count) throw new ArgumentOutOfRangeException(nameof(indices), index, $"There are {Count} checkpoints.");
        return new(kept.Select(i => _checkpoints[i]), Loss)
        {
            Optimizer = Optimizer,
            UnknownConstants = UnknownConstants,
            Schedule = Schedule?.Subset(kept),
            Setting = Setting,
            RunTensors = RunTensors,
            InputHash = InputHash,
            Name = Name,
            Metadata = Metadata,
            OpeningTime = OpeningTime,
        };
    }

    // An optimizer that is missing is said before anything is made of the checkpoints.
    private static LossModel Known(LossModel loss, Optimizer optimizer)
    {
        ArgumentNullException.ThrowIfNull(optimizer);
        return loss;
    }

    /// <inheritdoc/>
    public IEnumerator<Checkpoint> GetEnumerator() => ((IEnumerable<Checkpoint>)_checkpoints).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => _checkpoints.GetEnumerator();
}
