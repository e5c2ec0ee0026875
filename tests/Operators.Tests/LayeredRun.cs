using KernelFlow.Numerics;

namespace KernelFlow.Operators.Tests;

/// <summary>A run whose Jacobians are random factors of given layers, as factors or expanded; layers whose name begins with "same" have the same inputs at
/// every checkpoint.</summary>
internal static class LayeredRun
{
    public static readonly Dictionary<string, JacobianLayer[]> Networks = new()
    {
        ["dense"] = [JacobianLayer.Dense("same", 9, 21, bias: true), JacobianLayer.Dense("b", 21, 7, bias: false), JacobianLayer.Dense("c", 7, 3, bias: true)],
        ["positions"] = [JacobianLayer.AtPositions("same", 5, 6, 4, bias: true), JacobianLayer.AtPositions("b", 3, 8, 9, bias: false)],
        ["columns"] = [JacobianLayer.Plain("norm", 5), JacobianLayer.Dense("b", 20, 12, bias: true), JacobianLayer.Plain("more", 300)],
    };

    public static CheckpointSequence Make(string network, int p, bool factored, bool float32 = false, bool preconditioned = false, int train = 6, int test = 4,
        int count = 4, LossModel? loss = null)
    {
        var layers = Networks[network];
        var random = new Random(3);
        var same = new Dictionary<string, MemoryTensor>();
        MemoryTensor Normal(string name, params long[] shape)
        {
            if (name.Contains("/same", StringComparison.Ordinal) && name[0] == 'A' && same.TryGetValue(name, out var known)) return known;
            double[] values = [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => random.NextDouble() - 0.4)];
            var tensor = float32 && name[0] != 'U' ? new MemoryTensor(name, Array.ConvertAll(values, v => (float)v), shape)
                : new MemoryTensor(name, values, shape);
            return same[name] = tensor;
        }
        TensorSource Jacobian(TensorName name, int examples)
        {
            var jacobian = new FactoredJacobian(name, "memory", examples, p, [.. layers.Select(l => LayerFactors.Of(name, l, examples, p, factor =>
            {
                long[] size = factor[0] == 'J' ? [l.Columns] : [factor[0] == 'A' ? l.Inputs : l.Outputs];
                if (l.Kind == JacobianLayerKind.Positions) size = [l.Positions, .. size];
                return Normal(factor, factor[0] == 'A' ? [examples, .. size] : [examples, p, .. size]);
            }))]);
            return factored ? jacobian : new MemoryTensor(name, jacobian.ReadAll(), [.. jacobian.Shape]);
        }
        long D = layers.Sum(l => l.Columns);
        double time = 0;
        return new CheckpointSequence(Enumerable.Range(0, count).Select(k =>
        {
            List<TensorSource> tensors = [Normal("U_S", train, p), Normal("U_Q", test, p), Jacobian(TensorName.J_S, train), Jacobian(TensorName.J_Q, test)];
            if (preconditioned) tensors.Add(new MemoryTensor("preconditioner", [.. Enumerable.Range(0, (int)D).Select(_ => random.NextDouble())], D));
            time += 0.3 + 0.2 * k;
            return new Checkpoint(time, k, [.. tensors]);
        }), loss ?? LossModel.Squared(new double[train * p], p));
    }
}
