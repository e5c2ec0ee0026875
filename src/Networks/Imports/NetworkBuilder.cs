using KernelFlow.Networks.Layers;

namespace KernelFlow.Networks.Imports;

/// <summary>Makes the network of a map; sizes follow from the weights of the first checkpoint.</summary>
internal sealed class NetworkBuilder
{
    private readonly NetworkMap _map;
    private readonly ContainerFile _file;
    private readonly List<Layer> _layers = [];
    private readonly List<LayerState> _states = [];
    private ImageShape? _image;
    private int _size;

    private NetworkBuilder(NetworkMap map, ContainerFile file) => (_map, _file) = (map, file);

    /// <summary>Builds it.</summary>
    /// <param name="map">The map.</param>
    /// <param name="file">The state dictionary of the first checkpoint.</param>
    /// <param name="example">The shape of one example.</param>
    /// <exception cref="InvalidRunException">Layers and weights do not fit together; the message names the layer.</exception>
    public static ImportedNetwork Build(NetworkMap map, ContainerFile file, IReadOnlyList<long> example)
    {
        var builder = new NetworkBuilder(map, file);
        var shape = map.Input ?? example;
        if (shape.Count is not (1 or 3) || shape.Contains(0) || shape.Aggregate((Int128)1, (a, b) => a > int.MaxValue ? a : a * b) > int.MaxValue)
            throw new InvalidRunException($"{map.Where}.input: found examples of shape [{string.Join(", ", shape)}], expected values, or channels, height "
                + "and width.");
        int values = (int)shape.Aggregate(1L, (a, b) => a * b);
        builder._size = values;
        if (shape.Count == 3) builder.Unflatten([(int)shape[0], (int)shape[1], (int)shape[2]]);
        int last = map.Layers.ToList().FindLastIndex(l => l.Type == LayerType.Linear);
        for (int i = 0; i < map.Layers.Count; i++)
        {
            try
            {
                builder.Add(map.Layers[i], isOutput: i == last);
            }
            catch (Exception e) when (e is ArgumentException or OverflowException)
            {
                throw new InvalidRunException($"{map.Layers[i].Where}: {e.Message}", e);
            }
        }
        if (builder._image is { Positions: > 1 } image) throw builder.Wrong(map.Layers[^1], $"images of {Text(image)} as outputs",
            "values (a Flatten is missing)");
        var network = new FeedForwardNetwork(values, [.. builder._layers]);
        if (network.Parameters == 0) throw new InvalidRunException($"{map.Where}.layers: found no trained parameters, expected at least one layer that "
            + "has some.");
        builder.CheckUnused();
        return new ImportedNetwork(network, builder._states, map);
    }

    private void Add(LayerMap map, bool isOutput)
    {
        switch (map.Type)
        {
            case LayerType.Linear: Linear(map, isOutput); break;
            case LayerType.Conv2d: Convolution(map); break;
            case LayerType.LayerNorm or LayerType.GroupNorm: GroupNorm(map); break;
            case LayerType.BatchNorm1d or LayerType.BatchNorm2d: BatchNorm(map); break;
            case LayerType.MaxPool2d: Image(map, image => (PoolingLayer.Largest(image, map.Windows), map.Windows.Over(image, image.Channels))); break;
            case LayerType.AvgPool2d:
                Image(map, image => (PoolingLayer.Mean(image, map.Windows, map.CountsPadding), map.Windows.Over(image, image.Channels)));
                break;
            case LayerType.AdaptiveAvgPool2d:
                Image(map, image => (PoolingLayer.Adaptive(image, map.Shape[0], map.Shape[1]), new ImageShape(map.Shape[0], map.Shape[1], image.Channels)));
                break;
            case LayerType.Flatten: Flatten(); break;
            case LayerType.Unflatten:
                if (map.Shape.Aggregate(1L, (a, b) => a * b) != _size || _image is not null)
                    throw Wrong(map, Here, $"values for an image of [{string.Join(", ", map.Shape)}]");
                Unflatten(map.Shape);
                break;
            case LayerType.Identity or LayerType.Dropout: break;
            default: _layers.Add(map.Type switch
            {
                LayerType.Tanh => new ActivationLayer(_size, ActivationKind.Tanh),
                LayerType.ReLU => new ActivationLayer(_size, ActivationKind.Relu),
                _ => new PointwiseLayer(_size, map.Function!),
            });
                break;
        }
    }

    private void Linear(LayerMap map, bool isOutput)
    {
        var weight = Find(map, "weight", 2);
        int outputs = Extent(weight.Shape[0]), inputs = Extent(weight.Shape[1]);
        if (_image is not null) throw Wrong(map, Here, "values (a Flatten is missing)");
        if (inputs != _size) throw Wrong(map, $"{weight.Name} of shape {weight.ShapeText}", $"[outputs, {_size}]");
        var bias = FindOptional(map, "bias", [outputs]);
        Parameters(map, new DenseLayer(inputs, outputs, WeightScaling.For(_map.Parametrisation, inputs, isOutput), bias is not null), weight, bias);
        _size = outputs;
    }

    private void Convolution(LayerMap map)
    {
        var weight = Find(map, "weight", 4);
        if (_image is not { } image) throw Wrong(map, Here, "an image (an Unflatten is missing, or examples of channels, height and width)");
        if (weight.Shape[1] != image.Channels)
            throw Wrong(map, $"{weight.Name} of shape {weight.ShapeText}",
                $"[channels, {image.Channels}, height, width]; convolutions in groups are not understood");
        var windows = map.Windows with { Height = Extent(weight.Shape[2]), Width = Extent(weight.Shape[3]) };
        int channels = Extent(weight.Shape[0]);
        var bias = FindOptional(map, "bias", [channels]);
        int fan = checked(image.Channels * windows.Height * windows.Width);
        Parameters(map, new ConvolutionLayer(image, channels, windows, WeightScaling.For(_map.Parametrisation, fan, isOutput: false), bias is not null),
            weight, bias);
        _image = windows.Over(image, channels);
        _size = _image.Value.Size;
    }

    private void GroupNorm(LayerMap map)
    {
        var image = _image ?? new ImageShape(1, 1, _size);
        int channels = image.Channels, positions = image.Positions;
        var weight = _file.Find(Prefixed(map, "weight"));
        int[] affine;
        int[][] groups;
        // Element e of an image is channel e mod channels at position e / channels; PyTorch's order has channels outermost.
        if (map.Type == LayerType.GroupNorm)
        {
            if (channels % map.Groups != 0) throw Wrong(map, $"{channels} channels", $"a multiple of groups = {map.Groups}");
            affine = [.. Enumerable.Range(0, _size).Select(e => e % channels)];
            groups = [.. Enumerable.Range(0, _size).GroupBy(e => e % channels / (channels / map.Groups)).OrderBy(g => g.Key).Select(g => g.ToArray())];
            if (weight is not null) Expect(map, weight, channels);
        }
        else
        {
            affine = [.. Enumerable.Range(0, _size).Select(e => e % channels * positions + e / channels)];
            groups = [[.. Enumerable.Range(0, _size)]];
            long[] whole = _image is null ? [_size] : [channels, image.Height, image.Width];
            if (weight is not null) Expect(map, weight, whole);
        }
        var bias = weight is null ? null : FindOptional(map, "bias", weight.Shape);
        int count = weight is null ? 0 : (int)weight.Count;
        Parameters(map, new GroupNormLayer(_size, groups, affine, count, bias is not null, map.Epsilon), weight, bias);
    }

    private void BatchNorm(LayerMap map)
    {
        int channels = (_image ?? new ImageShape(1, 1, _size)).Channels;
        if (map.Type == LayerType.BatchNorm2d != _image is not null) throw Wrong(map, Here, map.Type == LayerType.BatchNorm2d ? "an image" : "values");
        var weight = FindOptional(map, "weight", [channels]);
        var layer = new RunningNormLayer(_size, [.. Enumerable.Range(0, _size).Select(e => e % channels)], channels, weight is not null, map.Epsilon);
        var (mean, variance) = (Find(map, "running_mean", 1), Find(map, "running_var", 1));
        Expect(map, mean, channels);
        Expect(map, variance, channels);
        Parameters(map, layer, weight, weight is null ? null : Find(map, "bias", 1), (layer, Of(mean), Of(variance)));
    }

    private void Image(LayerMap map, Func<ImageShape, (Layer Layer, ImageShape Image)> make)
    {
        if (_image is not { } image) throw Wrong(map, Here, "an image");
        (var layer, var next) = make(image);
        _layers.Add(layer);
        (_image, _size) = (next, layer.OutputSize);
    }

    private void Unflatten(IReadOnlyList<int> shape)
    {
        var image = new ImageShape(shape[1], shape[2], shape[0]);
        if (image is { Channels: > 1, Positions: > 1 }) _layers.Add(new FlattenLayer(image, back: true));
        _image = image;
    }

    private void Flatten()
    {
        if (_image is { Channels: > 1, Positions: > 1 } image) _layers.Add(new FlattenLayer(image));
        _image = null;
    }

    private void Parameters(LayerMap map, Layer layer, TensorSource? weight, TensorSource? bias, (RunningNormLayer, StateTensor, StateTensor)? running = null)
    {
        if (_states.Any(s => s.Map.Name == map.Name))
            throw Wrong(map, $"the name {JsonText.Clip(map.Name)} a second time", "a name of its own: weights that are used twice are not understood");
        FrozenLayer? frozen = map.Trained == false ? new FrozenLayer(layer) : null;
        _states.Add(new LayerState(map, [.. new[] { weight, bias }.OfType<TensorSource>().Select(Of)], frozen, running));
        _layers.Add(frozen ?? layer);
    }

    private void CheckUnused()
    {
        var taken = _states.SelectMany(s => s.Names).ToHashSet(StringComparer.Ordinal);
        taken.UnionWith(_states.Where(s => s.Running is not null).Select(s => Prefixed(s.Map, "num_batches_tracked")));
        string[] left = [.. _file.Names.Where(n => !taken.Contains(n) && !_map.Ignores(n)).Order(StringComparer.Ordinal)];
        if (left.Length > 0)
            throw new InvalidRunException($"{_file.Path}: found "
                + $"{string.Join(", ", left.Take(10).Select(n => JsonText.Clip(n)))}{(left.Length > 10 ? ", …" : "")}, which no layer of the map "
                + "takes; expected a layer for each, a prefix, or their names under network.ignore.");
    }

    private TensorSource Find(LayerMap map, string part, int axes)
    {
        string name = Prefixed(map, part);
        var tensor = _file.Find(name) ?? throw new InvalidRunException(
            $"{_file.Path}: tensor {JsonText.Clip(name)} is missing, which {map.Where} ({map.Type}) takes; found "
                + $"{string.Join(", ", _file.Names.Order(StringComparer.Ordinal).Take(20).Select(n => JsonText.Clip(n)))}.");
        if (tensor.Shape.Count != axes || tensor.Shape.Contains(0)) throw Wrong(map, $"{name} of shape {tensor.ShapeText}",
            $"{axes} axes, none of them empty");
        return tensor;
    }

    private TensorSource? FindOptional(LayerMap map, string part, IReadOnlyList<long> shape)
    {
        var tensor = _file.Find(Prefixed(map, part));
        if (tensor is not null) Expect(map, tensor, [.. shape]);
        return tensor;
    }

    private void Expect(LayerMap map, TensorSource tensor, params long[] shape)
    {
        if (!tensor.Shape.SequenceEqual(shape)) throw Wrong(map, $"{tensor.Name} of shape {tensor.ShapeText}", $"[{string.Join(", ", shape)}]");
    }

    private string Here => _image is { } image ? $"images of {Text(image)}" : FormattableString.Invariant($"{_size} values");

    private static string Text(ImageShape image) => FormattableString.Invariant($"[{image.Channels}, {image.Height}, {image.Width}]");

    private string Prefixed(LayerMap map, string part) => $"{_map.Prefix}{map.Name}.{part}";

    private static StateTensor Of(TensorSource tensor) => new(tensor.Name, tensor.Shape);

    private static int Extent(long extent) => checked((int)extent);

    private InvalidRunException Wrong(LayerMap map, string found, string expected) => new($"{map.Where} ({map.Type}): found {found}, expected {expected}.");
}
