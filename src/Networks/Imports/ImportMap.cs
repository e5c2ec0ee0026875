using System.Text.Json;
using KernelFlow.Bridges;
using KernelFlow.Files;

namespace KernelFlow.Networks.Imports;

/// <summary>How an import stores Jacobians.</summary>
internal enum StoredJacobians
{
    /// <summary>As factors where these are fewer numbers.</summary>
    Auto,

    /// <summary>As they are.</summary>
    Jacobians,

    /// <summary>As factors of their layers.</summary>
    Factors,

    /// <summary>As kernel blocks.</summary>
    Kernels,
}

/// <summary>A map: what the files of a folder mean. Every key is known, and what is wrong with one is told before any other file is opened.</summary>
internal sealed class ImportMap
{
    public const string Format = "kernel-flow-map", Inputs = "x_S", TestInputs = "x_Q";
    private const int MaximumBytes = 10_000_000;
    private const string RatesExpected = "a number, an array with the rate of every step, or where such an array is";
    private static readonly string[] _targets = [.. TensorName.In(TensorGroup.Targets).Select(t => t.Name)];
    private static readonly string[] _recorded = [.. TensorName.All.Where(t => t.Group != TensorGroup.Targets).Select(t => t.Name)];

    private ImportMap(MapObject map, string path)
    {
        Path = path;
        Checkpoints = NamePattern.OfFile(map.Keys.Text("checkpoints", "the name of the files of the checkpoints, with {step}"), map.Where("checkpoints"));
        if (Checkpoints.HasLayer) throw map.Keys.Wrong("checkpoints", "no {layer}");
        Steps = map.Wholes("steps", "an array of the numbers in the names", 0);
        if (Steps is not null && Steps.Zip(Steps.Skip(1)).Any(pair => pair.First >= pair.Second)) throw map.Keys.Wrong("steps", "numbers that increase");
        if (!Checkpoints.HasStep && Steps is null)
            throw map.Keys.Wrong("checkpoints", "{step} in the name, or the key steps beside it");
        StepsPerNumber = map.Has("stepsPerNumber") ? map.Keys.Integer("stepsPerNumber", 1, int.MaxValue) : 1;
        if (map.Has("network")) Network = NetworkMap.Read(map);
        string[] known = Network is null ? _recorded : [TensorName.Batch, TensorName.Preconditioner];
        Tensors = map.Has("tensors") ? References(map.Object("tensors", "an object with the tensors of a checkpoint", known), known) : [];
        if (Network is null && Tensors.Count == 0)
            throw new InvalidRunException($"{path}: network or tensors is missing, expected the network whose weights were saved, or the tensors that "
                + "were recorded.");
        string[] data = Network is null ? _targets : [Inputs, TestInputs, .. _targets];
        var given = map.Object("data", "an object with targets" + (Network is null ? "" : " and inputs"), ["file", .. data]);
        DataFile = given.Text("file", "the name of a file") is { } file ? NamePattern.OfFile(file, given.Where("file")) : null;
        Data = References(given, data);
        foreach (var (name, reference) in Data)
            if (reference.File is null && DataFile is null) throw given.Keys.Wrong(name, "a file, here or under data.file");
        foreach (string needed in Network is null ? (string[])[] : [Inputs, TestInputs])
            if (!Data.ContainsKey(needed)) throw new InvalidRunException($"{given.Where(needed)} is missing, expected the tensor with the inputs.");
        Loss = OptionName.Parse<MapLoss>(map.Keys.OneOf("loss", OptionName.All<MapLoss>()));
        if (Network is not null && Loss == MapLoss.Custom) throw map.Keys.Wrong("loss", "a loss with a formula: weights have no g and B");
        if (Loss != MapLoss.Custom && !Data.ContainsKey(TensorName.y_S)) throw new InvalidRunException($"{given.Where(TensorName.y_S)} is missing, "
            + $"expected the "
            + "tensor with the training targets.");
        IsSum = map.Has("reduction") && OptionName.Parse<MapReduction>(map.Keys.OneOf("reduction", OptionName.All<MapReduction>())) == MapReduction.Sum;
        LossFactor = map.Has("lossFactor") ? map.Keys.Number("lossFactor", "a number above 0", v => v > 0) : 1;
        Outputs = map.Has("outputs") ? (int)map.Keys.Integer("outputs", 1, int.MaxValue) : null;
        Store = map.Has("store") ? OptionName.Parse<StoredJacobians>(map.Keys.OneOf("store", OptionName.All<StoredJacobians>())) : StoredJacobians.Auto;
        if (Network is null && map.Has("store")) throw map.Keys.Wrong("store", "no such key without network: what was recorded stays what it is");
        Setting = map.Texts("setting", "an array of texts") ?? [];
        Metadata = map.Has("metadata") ? Texts(map) : [];
        OptimizerMap = map.Has("optimizer") ? map.Keys.Get("optimizer", "").Clone() : null;
        _ = Optimizer(1); // What is wrong with it is told now.
        Times = map.Numbers("times", "flow times");
        TimeTensor = map.Has("times") && Times is null ? TensorReference.Read(map, "times") : null;
        Rates = map.Numbers("learningRates", RatesExpected);
        ConstantRate = map.Has("learningRates") && map.Keys.Get("learningRates", "").ValueKind == JsonValueKind.Number
            ? map.Keys.Number("learningRates", RatesExpected, v => v > 0) : null;
        RateTensor = map.Has("learningRates") && Rates is null && ConstantRate is null ? TensorReference.Read(map, "learningRates") : null;
        if (map.Has("times") && map.Has("learningRates")) throw map.Keys.Wrong("times", "times or learningRates, not both");
        if (Rates is not null && Rates.Any(r => r < 0)) throw map.Keys.Wrong("learningRates", "numbers of at least 0");
        if (Times is null && TimeTensor is null && !map.Has("learningRates") && !(Optimizer(1).Optimizer is { LearningRate: > 0 }))
            throw new InvalidRunException($"{path}: learningRates is missing, expected {RatesExpected}; or times; or optimizer.learningRate.");
    }

    public string Path { get; }

    public NamePattern Checkpoints { get; }

    public IReadOnlyList<long>? Steps { get; }

    public long StepsPerNumber { get; }

    public NetworkMap? Network { get; }

    public IReadOnlyDictionary<string, TensorReference> Tensors { get; }

    public NamePattern? DataFile { get; }

    public IReadOnlyDictionary<string, TensorReference> Data { get; }

    public MapLoss Loss { get; }

    public bool IsSum { get; }

    public double LossFactor { get; }

    public int? Outputs { get; }

    public StoredJacobians Store { get; }

    public IReadOnlyList<string> Setting { get; }

    public IReadOnlyDictionary<string, string> Metadata { get; }

    public IReadOnlyList<double>? Times { get; }

    public TensorReference? TimeTensor { get; }

    public IReadOnlyList<double>? Rates { get; }

    public double? ConstantRate { get; }

    public TensorReference? RateTensor { get; }

    private JsonElement? OptimizerMap { get; }

    /// <summary>Reads a map.</summary>
    /// <exception cref="InvalidRunException">It is not one; the message names the key, what was found and what was expected.</exception>
    public static ImportMap Read(string path)
    {
        byte[] bytes;
        try
        {
            bytes = RegularFile.ReadAllBytes(path, MaximumBytes);
        }
        catch (UnreadableFileException e)
        {
            throw new InvalidRunException(e.Message, e);
        }
        var json = ByteOrderMark.Skip(bytes);
        try
        {
            if (JsonDefect.NotUtf8(json.Span) is { } at) throw new InvalidRunException($"{path}: found a byte that is not UTF-8 at byte {at}, expected JSON.");
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { AllowDuplicateProperties = false });
            var map = new MapObject(document.RootElement, path, "", "format", "version", "checkpoints", "steps", "stepsPerNumber", "network", "tensors",
                "data", "loss",
                "reduction", "lossFactor", "outputs", "optimizer", "times", "learningRates", "store", "setting", "metadata");
            _ = map.Keys.OneOf("format", Format);
            if (map.Keys.Integer("version", 1, int.MaxValue) != 1) throw map.Keys.Wrong("version", "1");
            return new ImportMap(map, path);
        }
        catch (JsonException e)
        {
            throw new InvalidRunException($"{path}: {JsonDefect.Sentence(e, json.Span)}.", e);
        }
        catch (InvalidOperationException e) when (e is not ObjectDisposedException)
        {
            throw new InvalidRunException($"{path}: found text that is not Unicode, expected JSON.", e);
        }
    }

    /// <summary>The optimizer for a loss that is <paramref name="factor"/> times one of the run format: the factor goes into the rate, and a weight decay is
    /// divided by it, which leaves every step what it was.</summary>
    public (Optimizer? Optimizer, IReadOnlyList<NamedConstant> Unknown) Optimizer(double factor)
    {
        if (OptimizerMap is not { } json) return (null, []);
        var known = new MapObject(json, Path, "optimizer.", "kind", "learningRate", "weightDecay", "decoupled", "momentum", "dampening", "nesterov",
            "beta1", "beta2", "epsilon",
            "batchSize");
        string kind = known.Keys.Text("kind", string.Join(", ", RunFormat.Default.Optimizers.Select(o => o.Kind)));
        if (RunFormat.Default.Optimizers.FirstOrDefault(o => o.Kind == kind) is not { } descriptor)
            throw known.Keys.Wrong("kind", string.Join(", ", RunFormat.Default.Optimizers.Select(o => o.Kind))
                + "; leave the optimizer out if it is another one");
        var read = descriptor.Read(known.Keys);
        if (known.Keys.Unread.FirstOrDefault() is { } foreign) throw known.Keys.Wrong(foreign, $"no such key with {kind}");
        if (factor == 1) return (read, []);
        var scaled = System.Text.Json.Nodes.JsonObject.Create(json)!.DeepClone().AsObject();
        if (known.Has("learningRate")) scaled["learningRate"] = read.LearningRate * factor;
        if (known.Has("weightDecay")) scaled["weightDecay"] = read.WeightDecay / factor;
        using var document = JsonDocument.Parse(scaled.ToJsonString());
        return (descriptor.Read(new ManifestKeys(document.RootElement, Path, "optimizer.")), []);
    }

    private static Dictionary<string, TensorReference> References(MapObject keys, IEnumerable<string> names) =>
        names.Where(keys.Has).ToDictionary(name => name, name => TensorReference.Read(keys, name), StringComparer.Ordinal);

    private static Dictionary<string, string> Texts(MapObject map)
    {
        const string Expected = "an object of texts";
        if (map.Keys.Get("metadata", Expected) is not { ValueKind: JsonValueKind.Object } json) throw map.Keys.Wrong("metadata", Expected);
        return json.EnumerateObject().ToDictionary(p => p.Name, p => p.Value.ValueKind == JsonValueKind.String ? p.Value.GetString()!
            : throw map.Keys.Wrong("metadata", Expected));
    }
}
