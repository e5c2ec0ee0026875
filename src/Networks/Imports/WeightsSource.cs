using KernelFlow.Numerics;

namespace KernelFlow.Networks.Imports;

/// <summary>Checkpoints from saved weights: looked at as a whole when it is made, computed one by one.</summary>
internal sealed class WeightsSource : IImportSource
{
    private readonly ImportMap _map;
    private readonly SourceFiles _files;
    private readonly ImportedNetwork _network;
    private readonly double[] _x_S, _x_Q;
    private readonly StorageType _type;
    private readonly SecondMoments? _moments;
    private readonly bool _factors;

    public WeightsSource(ImportMap map, SourceFiles files, IReadOnlyList<long> numbers)
    {
        (_map, _files) = (map, files);
        using var data = new SourceTensors(files, null, map.DataFile);
        TensorSource x_S = Inputs(data, ImportMap.Inputs), x_Q = Inputs(data, ImportMap.TestInputs);
        if (!x_S.Shape.Skip(1).SequenceEqual(x_Q.Shape.Skip(1)))
            throw new InvalidRunException($"{x_Q.Location}: {x_Q.Name}: found shape {x_Q.ShapeText}, expected examples as those of {x_S.Location} "
                + $"{x_S.ShapeText}.");
        using var first = Tensors(numbers[0]);
        using var last = Tensors(numbers[^1]);
        ContainerFile State(SourceTensors tensors) => tensors.File(map.Checkpoints, "weights");
        _network = NetworkBuilder.Build(map.Network!, State(first), [.. x_S.Shape.Skip(1)]);
        int inputs = _network.Network.InputSize;
        if (x_S.Count / x_S.Shape[0] != inputs)
            throw new InvalidRunException($"{x_S.Location}: {x_S.Name}: found shape {x_S.ShapeText}, expected examples of network.input, {inputs} values.");
        Outputs = _network.Network.Outputs;
        if (map.Outputs is { } stated && stated != Outputs)
            throw new InvalidRunException($"{map.Path}: outputs: found {stated}, expected {Outputs}, which the last layer has.");
        (Train, Test) = (Examples(x_S), Examples(x_Q));
        double factor = map.Loss == MapLoss.Mse ? map.LossFactor * 2 / Outputs : map.LossFactor;
        var optimizer = map.Optimizer(1).Optimizer;
        if (map.Network!.SecondMoments is not null)
            _moments = optimizer is Adam { BatchSize: null } adam ? new SecondMoments(adam, factor, _network)
                : throw new InvalidRunException($"{map.Network.Where}.secondMoments: found it with {optimizer?.ToString() ?? "no optimizer"}, expected it "
                    + "with adam over all examples.");
        else if (optimizer is Adam && !map.Tensors.ContainsKey(TensorName.Preconditioner))
            throw new InvalidRunException($"{map.Network.Where}.secondMoments is missing, expected the names of Adam's exp_avg_sq in the checkpoints, "
                + $"with {{index}} for the "
                + "number of the parameter; or tensors.preconditioner.");
        _type = StorageType.Float64;
        foreach (long number in numbers)
        {
            using var tensors = Tensors(number);
            string name = Name(number);
            if (_network.Check(State(tensors), name).Epsilon() > StorageType.Float64.Epsilon()) _type = StorageType.Float32;
            _moments?.Check(State(tensors), name, number * map.StepsPerNumber);
            foreach (var (tensor, reference) in map.Tensors) _ = tensors.Get(tensor, reference);
        }
        _network.RequireMoved(State(first), State(last), Name(numbers[^1]));
        var setting = new List<string>();
        if (_network.RunningMoved(State(first), State(last), Name(numbers[^1]))) setting.Add("batch-norm");
        if (map.Network.Layers.Any(l => l.Type == LayerType.Dropout)) setting.Add("dropout");
        Setting = setting;
        long dense = (long)Outputs * _network.Network.Parameters;
        _factors = map.Store == StoredJacobians.Factors || (map.Store == StoredJacobians.Auto && RecordedFactors.Count(_network.Layers, Outputs) < dense);
        (_x_S, _x_Q) = (x_S.ReadAll(), x_Q.ReadAll());
        Factor = factor;
    }

    public int Train { get; }

    public int Test { get; }

    public int Outputs { get; }

    public double Factor { get; }

    public IReadOnlyList<string> Setting { get; }

    public long? Parameters => _map.Store == StoredJacobians.Kernels ? null : _network.Network.Parameters;

    public IReadOnlyList<JacobianLayer>? Layers => _factors ? _network.Layers : null;

    public IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>
    {
        ["network"] = $"{string.Join(", ", _map.Network!.Layers.Select(l => l.Type))}, {OptionName.Of(_map.Network.Parametrisation)}",
        ["layers"] = JacobianLayer.Text(_network.Layers),
    };

    public string Description => FormattableString.Invariant($"{_network.Network.Parameters} parameters in {JacobianLayer.Text(_network.Layers)}; ")
        + (_map.Store == StoredJacobians.Kernels ? "kernel blocks" : _factors ? "Jacobians as factors of the layers" : "Jacobians")
        + $" recomputed from the weights, {(_type == StorageType.Float64 || _map.Store == StoredJacobians.Kernels ? "float64" : "float32")}";

    public IEnumerable<IReadOnlyList<TensorSource>> Checkpoints(IReadOnlyList<long> numbers, LossModel loss, Backend backend)
    {
        bool decay = _map.Optimizer(1).Optimizer is { WeightDecay: > 0 };
        // Kernel blocks are products in float64 of what the weights give, whatever type these have; their accuracy is that of the weights all the same.
        var maker = new CheckpointMaker(_network, loss, _x_S, _x_Q, _type, _factors && _map.Store != StoredJacobians.Kernels, backend)
        {
            Moments = _moments,
            KeepsParameters = decay && _map.Store != StoredJacobians.Kernels,
        };
        foreach (long number in numbers)
        {
            using var tensors = Tensors(number);
            yield return [.. maker.Make(tensors.File(_map.Checkpoints, "weights"), Name(number), number * _map.StepsPerNumber),
                .. _map.Tensors.Select(t => tensors.Get(t.Key, t.Value))];
        }
    }

    private SourceTensors Tensors(long number) => new(_files, number, _map.Checkpoints);

    private static string Name(long number) => FormattableString.Invariant($"checkpoint of step {number}");

    private TensorSource Inputs(SourceTensors data, string name)
    {
        var x = data.Get(name, _map.Data[name]);
        if (x.Shape.Count < 1 || x.Count == 0) throw new InvalidRunException($"{x.Location}: {name}: found shape {x.ShapeText}, expected examples, and "
            + "then what each has.");
        return x;
    }

    private static int Examples(TensorSource x) => x.Shape[0] <= int.MaxValue ? (int)x.Shape[0]
        : throw new InvalidRunException($"{x.Location}: {x.Name}: found {x.Shape[0]} examples, expected fewer.");
}
