using KernelFlow.Bridges;
using KernelFlow.Files;
using KernelFlow.Networks.Imports;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>Makes a run of a folder of files that another program wrote, by a map that says what they mean: recorded tensors under other names, or weights
/// alone, from which the Jacobians are computed.</summary>
/// <remarks>Opening looks at every checkpoint (names, shapes and types) and reads nothing large; checkpoints are then read and written one by one.</remarks>
public sealed class RunImport : IDisposable
{
    private readonly ImportMap _map;
    private readonly SourceFiles _files;
    private readonly IImportSource _source;
    private readonly long[] _numbers;
    private readonly double[] _times;
    private readonly RunDescription _description;

    private RunImport(string folder, ImportMap map, SourceFiles files)
    {
        (_map, _files) = (map, files);
        _numbers = Numbers(folder, map, files);
        if (_numbers.Any(number => number > long.MaxValue / map.StepsPerNumber))
            throw new InvalidRunException($"{map.Path}: stepsPerNumber: found a step beyond 64 bits, expected a smaller one.");
        _source = map.Network is null ? new RecordedSource(map, files, _numbers) : new WeightsSource(map, files, _numbers);
        _times = FlowTimes.Of(map, _numbers, files, _source.Factor);
        _description = Describe();
    }

    /// <summary>How many checkpoints there are.</summary>
    public int Count => _numbers.Length;

    /// <summary>What would be written, line by line.</summary>
    public IReadOnlyList<string> Plan
    {
        get
        {
            var loss = _description.Loss;
            var lines = new List<string>
            {
                $"{Count} checkpoints, {SourceFiles.Steps(_numbers.Select(n => n * _map.StepsPerNumber))}, flow time "
                    + $"{FlowTimeWindow.Text(_times[0])} to {FlowTimeWindow.Text(_times[^1])}",
                $"n = {loss.Examples} training and m = {_description.Test} test examples, p = {loss.Outputs}; loss {loss.Kind}, "
                    + (loss.IsSum ? "sum" : "mean"),
                _source.Description,
                $"optimizer: {_description.Optimizer?.ToString() ?? "not stated"}",
                "targets: " + string.Join(", ", (loss.IsCustom ? [] : (string[])[TensorName.y_S]).Concat(_description.Targets.Select(t => t.Name)).Distinct()),
            };
            if (_source.Factor != 1) lines.Add($"loss, rates and times: the training's loss is {NumberText.Short(_source.Factor, 6)} times the run's; "
                + "rates and times are multiplied by it");
            if (_description.Setting.Count > 0) lines.Add("outside the theory: " + string.Join(", ", _description.Setting));
            return lines;
        }
    }

    /// <summary>Reads a map and looks at the files that it names.</summary>
    /// <param name="folder">The folder of the files.</param>
    /// <param name="map">The map.</param>
    /// <exception cref="InvalidRunException">The map is not sound, or the files are not what it says; the message says what was found and what was
    /// expected.</exception>
    public static RunImport Open(string folder, string map)
    {
        ArgumentException.ThrowIfNullOrEmpty(folder);
        ArgumentException.ThrowIfNullOrEmpty(map);
        if (!Directory.Exists(folder)) throw new InvalidRunException($"{folder}: not found, expected a folder with checkpoints.");
        var parsed = ImportMap.Read(map);
        var files = new SourceFiles(folder, map);
        try
        {
            return new RunImport(folder, parsed, files);
        }
        catch
        {
            files.Dispose();
            throw;
        }
    }

    /// <summary>Writes the run. It appears as a whole: until the last checkpoint is written the folder stays as it was.</summary>
    /// <param name="output">The folder of the run: new, empty, or a run by this tool, which is replaced.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="overwrite">Also accept a folder that holds other files, which stay.</param>
    /// <param name="progress">Told the number of checkpoints written.</param>
    /// <param name="cancellation">Stops between checkpoints; nothing is left behind.</param>
    /// <exception cref="InvalidRunException">A tensor has a wrong shape or type, or a number in it is not finite.</exception>
    /// <exception cref="IOException">The folder holds something this tool did not write, or cannot be written.</exception>
    public void Write(string output, Backend backend, bool overwrite = false, IProgress<int>? progress = null, CancellationToken cancellation = default)
    {
        ArgumentException.ThrowIfNullOrEmpty(output);
        ArgumentNullException.ThrowIfNull(backend);
        WholeRun.Write(output, overwrite, folder =>
        {
            using var writer = RunWriter.Create(folder, _description);
            int k = 0;
            IEnumerable<Checkpoint> checkpoints = _source.Checkpoints(_numbers, _description.Loss, backend)
                .Select(tensors => new Checkpoint(_times[k], _numbers[k++] * _map.StepsPerNumber, [.. tensors]));
            if (_map.Store == StoredJacobians.Kernels) checkpoints = KernelBlocks.Convert(checkpoints, backend);
            int written = 0;
            foreach (var checkpoint in checkpoints)
            {
                cancellation.ThrowIfCancellationRequested();
                writer.Append(checkpoint.Time, checkpoint.Step, checkpoint.Tensors.Values);
                progress?.Report(++written);
            }
        });
    }

    /// <summary>Closes the files.</summary>
    public void Dispose() => _files.Dispose();

    private static long[] Numbers(string folder, ImportMap map, SourceFiles files)
    {
        long[] found = map.Checkpoints.HasStep ? [.. files.Find(map.Checkpoints).Keys] : [.. map.Steps!];
        if (map.Steps is { } steps)
        {
            if (steps.Except(found).ToArray() is { Length: > 0 } missing)
                throw new InvalidRunException($"{folder}: no file matches {map.Checkpoints} with {SourceFiles.Steps(missing)}, which the map lists under "
                    + $"steps; found {SourceFiles.Steps(found)}.");
            found = [.. steps];
        }
        if (found.Length < 2)
            throw new InvalidRunException($"{folder}: found {found.Length} files that match {map.Checkpoints}, expected at least two checkpoints.");
        return found;
    }

    private RunDescription Describe()
    {
        int n = _source.Train, m = _source.Test, p = _source.Outputs;
        string loss = OptionName.Of(_map.Loss == MapLoss.Mse ? MapLoss.Squared : _map.Loss);
        var descriptor = RunFormat.Default.Losses.First(l => l.Name == loss);
        if (descriptor.ExpectedOutputs(p) is { } expected) throw new InvalidRunException($"{_map.Path}: loss {loss}: found {p} outputs, expected {expected}.");
        using var data = new SourceTensors(_files, null, _map.DataFile);
        var targets = new List<TensorSource>();
        double[] y = [];
        foreach (var name in TensorName.In(TensorGroup.Targets))
        {
            if (!_map.Data.TryGetValue(name, out var reference)) continue;
            var tensor = data.Get(name, reference);
            int examples = name == TensorName.y_Q ? m : n;
            TensorSource made = name == TensorName.noise_mask_S ? ImportTargets.Mask(tensor) : ImportTargets.Values(tensor, _map.Loss, p);
            if (made.Shape[0] != examples)
                throw new InvalidRunException($"{tensor.Location}: {name}: found shape {tensor.ShapeText}, expected {examples} "
                    + $"{(name == TensorName.y_Q ? "test" : "training")} examples.");
            if (made is MemoryTensor values) descriptor.CheckTargets(values.ReadAll(), p, $"{tensor.Location}: {name}");
            if (name == TensorName.y_S && descriptor.HasFormula) y = made.ReadAll();
            else targets.Add(made);
        }
        var (optimizer, unknown) = _map.Optimizer(_source.Factor);
        var metadata = new Dictionary<string, string>(_source.Metadata)
        {
            ["recorder"] = "KernelFlow import " + typeof(RunImport).Assembly.GetName().Version!.ToString(3),
        };
        if (_source.Factor != 1) metadata["lossFactor"] = NumberText.RoundTrip(_source.Factor);
        foreach (var (key, value) in _map.Metadata) metadata[key] = value;
        return new RunDescription(descriptor.Make(new LossData(n, p, _map.IsSum, y, [])), m)
        {
            Parameters = _source.Parameters,
            Layers = _source.Layers,
            Optimizer = optimizer,
            UnknownConstants = unknown,
            Setting = [.. _source.Setting.Concat(_map.Setting).Distinct()],
            Targets = targets,
            Metadata = metadata,
        };
    }
}
