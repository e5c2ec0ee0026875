using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>The examples and outputs that are recorded, out of those of the training.</summary>
internal sealed class RecordedExamples : IDisposable
{
    private readonly List<Tensor> _own = [];

    public RecordedExamples(Tensor train, Tensor targets, Tensor test, JacobianRecorderOptions options)
    {
        (AllTrain, AllTargets) = (train, targets);
        if (options.TestTargets is { } y && (y.dim() == 0 || y.shape[0] != test.shape[0]))
            throw new ArgumentException($"TestTargets: found shape [{string.Join(", ", y.shape)}], expected targets of {test.shape[0]} examples.");
        Train = Some(train, options.TrainExamples, nameof(options.TrainExamples));
        Targets = Some(targets, options.TrainExamples, nameof(options.TrainExamples));
        Test = Some(test, options.TestExamples, nameof(options.TestExamples));
        if (options.TestTargets is { } known) TestTargets = Some(known, options.TestExamples, nameof(options.TestExamples));
        IsPart = options.TrainExamples is { } some && some.Count < train.shape[0];
    }

    /// <summary>All training examples.</summary>
    public Tensor AllTrain { get; }

    /// <summary>Their targets.</summary>
    public Tensor AllTargets { get; }

    /// <summary>The recorded training examples.</summary>
    public Tensor Train { get; }

    /// <summary>Their targets.</summary>
    public Tensor Targets { get; }

    /// <summary>The recorded test examples.</summary>
    public Tensor Test { get; }

    /// <summary>Their targets, if they are known.</summary>
    public Tensor? TestTargets { get; }

    /// <summary>Whether training examples are left out.</summary>
    public bool IsPart { get; }

    /// <summary>The outputs to record out of so many.</summary>
    public static int[] Outputs(JacobianRecorderOptions options, int outputs)
    {
        int[] some = options.Outputs is { } named ? [.. named] : [.. Enumerable.Range(0, outputs)];
        if (some.Length == 0 || some.Any(c => c < 0 || c >= outputs) || some.Distinct().Count() < some.Length)
            throw new ArgumentException($"Outputs: found {string.Join(", ", some)}, expected some of 0 to {outputs - 1}, each once.");
        return some;
    }

    public void Dispose()
    {
        foreach (var tensor in _own) tensor.Dispose();
    }

    private Tensor Some(Tensor all, IReadOnlyList<long>? examples, string name)
    {
        if (examples is null) return all;
        if (examples.Count == 0 || examples.Any(i => i < 0 || i >= all.shape[0]) || examples.Distinct().Count() < examples.Count)
            throw new ArgumentException($"{name}: found {examples.Count} indices, expected at least one of 0 to {all.shape[0] - 1}, each once.");
        using var index = torch.tensor(examples.ToArray(), device: all.device);
        _own.Add(all.index_select(0, index).DetachFromDisposeScope());
        return _own[^1];
    }
}
