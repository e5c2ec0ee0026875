using KernelFlow.Numerics;

namespace KernelFlow.Networks.Imports;

/// <summary>Checkpoints whose outputs and Jacobians or kernels were recorded under other names.</summary>
internal sealed class RecordedSource : IImportSource
{
    private readonly ImportMap _map;
    private readonly SourceFiles _files;
    private readonly string[] _everywhere;

    public RecordedSource(ImportMap map, SourceFiles files, IReadOnlyList<long> numbers)
    {
        (_map, _files) = (map, files);
        foreach (var needed in (TensorName[])[TensorName.U_S, TensorName.U_Q])
            if (!map.Tensors.ContainsKey(needed)) throw new InvalidRunException($"{map.Path}: tensors.{needed} is missing, expected where the outputs are.");
        TensorName[] last = [TensorName.K_SS_next, TensorName.K_QS_next, TensorName.K_SQ_next, TensorName.K_QQ_next, TensorName.K_SS_mid, TensorName.K_QS_mid,
            TensorName.J_S_mid, TensorName.J_Q_mid, TensorName.Batch, TensorName.Preconditioner, TensorName.w];
        // What belongs to the step that leaves a checkpoint need not be there at the last one.
        _everywhere = [.. map.Tensors.Keys.Where(name => !last.Any(l => l.Name == name))];
        for (int k = 0; k < numbers.Count; k++)
        {
            using var tensors = new SourceTensors(files, numbers[k], map.Checkpoints);
            var all = Tensors(tensors, k == numbers.Count - 1);
            if (k > 0) continue;
            var (u_S, u_Q) = (all.First(t => t.Name == TensorName.U_S), all.First(t => t.Name == TensorName.U_Q));
            Outputs = map.Outputs ?? Of(u_S, 1);
            (Train, Test) = (Of(u_S, 0), Of(u_Q, 0));
            if (u_S.Shape.Count == 1) Train = Train % Outputs == 0 ? Train / Outputs
                : throw new InvalidRunException($"{u_S.Location}: U_S: found shape {u_S.ShapeText}, expected a multiple of outputs = {Outputs}.");
            if (u_Q.Shape.Count == 1) Test /= Outputs;
        }
    }

    public int Train { get; }

    public int Test { get; }

    public int Outputs { get; }

    public double Factor => _map.Loss == MapLoss.Mse ? _map.LossFactor * 2 / Outputs : _map.LossFactor;

    public IReadOnlyList<string> Setting => [];

    public long? Parameters => null;

    public IReadOnlyList<JacobianLayer>? Layers => null;

    public IReadOnlyDictionary<string, string> Metadata => new Dictionary<string, string>();

    public string Description => "as recorded: " + string.Join(", ", _map.Tensors.Keys);

    public IEnumerable<IReadOnlyList<TensorSource>> Checkpoints(IReadOnlyList<long> numbers, LossModel loss, Backend backend)
    {
        for (int k = 0; k < numbers.Count; k++)
        {
            using var tensors = new SourceTensors(_files, numbers[k], _map.Checkpoints);
            yield return Tensors(tensors, k == numbers.Count - 1);
        }
    }

    private List<TensorSource> Tensors(SourceTensors tensors, bool last)
    {
        var all = new List<TensorSource>();
        foreach (var (name, reference) in _map.Tensors)
        {
            try
            {
                all.Add(tensors.Get(name, reference));
            }
            catch (InvalidRunException) when (last && !_everywhere.Contains(name))
            {
                // Nothing leaves the last checkpoint.
            }
        }
        return all;
    }

    private static int Of(TensorSource tensor, int axis) => tensor.Shape.Count is 1 or 2 && tensor.Shape.All(e => e is > 0 and <= int.MaxValue)
        ? axis < tensor.Shape.Count ? (int)tensor.Shape[axis] : 1
        : throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: found shape {tensor.ShapeText}, expected [examples, outputs]; reshape it.");
}
