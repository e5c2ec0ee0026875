namespace KernelFlow.Operators;

/// <summary>The checkpoints of a mixture, those with the same inputs of a layer beside each other.</summary>
internal sealed class FactorTerms
{
    private readonly List<int> _starts = [], _inputsOf = [];
    private bool[] _missing = [], _inputsMissing = [];

    public int Count { get; private set; }

    public int Groups { get; private set; }

    public int[] Checkpoints { get; private set; } = [];

    public double[] Weights { get; private set; } = [];

    /// <summary>Which checkpoint of the mixture each term is.</summary>
    public int[] Sources { get; private set; } = [];

    /// <summary>The weights for every vector, in the order of the mixture; null where vectors share them.</summary>
    public double[][]? Lanes { get; private set; }

    public Numbers[] Deltas { get; private set; } = [];

    /// <summary>The inputs of each group.</summary>
    public Numbers[] Inputs { get; private set; } = [];

    /// <summary>The checkpoint that they are read of.</summary>
    public IReadOnlyList<int> InputsOf => _inputsOf;

    /// <summary>Whether everything is in memory.</summary>
    public bool AreKept { get; private set; }

    public (int Start, int End) Range(int group) => (_starts[group], group + 1 < Groups ? _starts[group + 1] : Count);

    public bool IsMissing(int term) => _missing[term];

    public bool AreInputsMissing(int group) => _inputsMissing[group];

    public void Arrange(Mixture mixture, Func<int, int> inputsOf)
    {
        Count = mixture.Checkpoints.Length;
        if (Checkpoints.Length < Count)
            (Checkpoints, Sources, Weights, Deltas, Inputs, _missing, _inputsMissing) =
                (new int[Count], new int[Count], new double[Count], new Numbers[Count], new Numbers[Count], new bool[Count], new bool[Count]);
        Lanes = mixture.Lanes;
        _starts.Clear();
        _inputsOf.Clear();
        int[] inputs = Array.ConvertAll(mixture.Checkpoints, a => inputsOf(a));
        int at = 0;
        foreach (int group in inputs.Distinct())
        {
            _starts.Add(at);
            _inputsOf.Add(group);
            for (int i = 0; i < Count; i++)
                if (inputs[i] == group) (Checkpoints[at], Sources[at], Weights[at++]) = (mixture.Checkpoints[i], i, mixture.Weights[i]);
        }
        Groups = _starts.Count;
    }

    /// <summary>Notes what is not in memory.</summary>
    public void FindMissing()
    {
        for (int i = 0; i < Count; i++) _missing[i] = !Deltas[i].IsThere;
        for (int g = 0; g < Groups; g++) _inputsMissing[g] = !Inputs[g].IsThere;
        AreKept = !_missing.AsSpan(0, Count).Contains(true) && !_inputsMissing.AsSpan(0, Groups).Contains(true);
    }

    /// <summary>Numbers of one example that are not in memory.</summary>
    public long MissingPerExample(long inputs, long deltas) =>
        _missing.AsSpan(0, Count).Count(true) * deltas + _inputsMissing.AsSpan(0, Groups).Count(true) * inputs;
}

/// <summary>Which checkpoints have the same inputs of a layer, number by number: the first layer of a network has them always.</summary>
internal sealed class InputIdentity(CheckpointSequence run, int layer)
{
    private const int PieceElements = 1 << 14;

    private readonly Lock _gate = new();
    private readonly List<int> _train = [], _test = [];

    /// <summary>The first of the checkpoints before it that have the same inputs without a break; the checkpoint itself where the one before has
    /// others.</summary>
    public int Of(int checkpoint, bool test)
    {
        lock (_gate) return Of(checkpoint, test, test ? _test : _train);
    }

    private int Of(int checkpoint, bool test, List<int> known)
    {
        while (known.Count <= checkpoint)
        {
            int k = known.Count;
            known.Add(k > 0 && Same(Inputs(known[k - 1], test), Inputs(k, test)) ? known[k - 1] : k);
        }
        return known[checkpoint];
    }

    private TensorSource Inputs(int checkpoint, bool test) =>
        ((FactoredJacobian)run[checkpoint][test ? TensorName.J_Q : TensorName.J_S]).Layers[layer].Inputs!;

    private static bool Same(TensorSource a, TensorSource b)
    {
        if (a.Count != b.Count || a.Type != b.Type) return false;
        double[] x = new double[PieceElements], y = new double[PieceElements];
        for (long done = 0; done < a.Count; done += PieceElements)
        {
            int count = (int)Math.Min(PieceElements, a.Count - done);
            a.Read(done, x.AsSpan(0, count));
            b.Read(done, y.AsSpan(0, count));
            if (!x.AsSpan(0, count).SequenceEqual(y.AsSpan(0, count))) return false;
        }
        return true;
    }
}
