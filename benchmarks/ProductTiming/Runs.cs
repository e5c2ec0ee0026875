namespace KernelFlow.ProductTiming;

/// <summary>Runs of random numbers in memory, float32, of the sizes that matter here.</summary>
internal static class Runs
{
    /// <summary>Two checkpoints of a network of dense layers, as factors; the inputs of the first layer are the same.</summary>
    public static CheckpointSequence Factored(int n, int m, int p, int[] widths)
    {
        var random = new Random(1);
        JacobianLayer[] layers = [.. Enumerable.Range(1, widths.Length - 1)
            .Select(l => JacobianLayer.Dense(FormattableString.Invariant($"l{l}"), widths[l - 1], widths[l], bias: true))];
        var first = new Dictionary<string, TensorSource>();
        TensorSource Jacobian(TensorName name, int examples) => new FactoredJacobian(name, "memory", examples, p, [.. layers.Select((l, index) =>
            LayerFactors.Of(name, l, examples, p, factor =>
            {
                bool inputs = factor[0] == 'A';
                if (inputs && index == 0 && first.TryGetValue(factor, out var same)) return same;
                long[] shape = inputs ? [examples, l.Inputs] : [examples, p, l.Outputs];
                return first[factor] = Random(random, factor, shape);
            }))]);
        return Sequence(random, n, m, p, Jacobian);
    }

    /// <summary>Two checkpoints of whole Jacobians.</summary>
    public static CheckpointSequence Jacobians(int n, int m, int p, int parameters)
    {
        var random = new Random(1);
        return Sequence(random, n, m, p, (name, examples) => Random(random, name.Name, [examples, p, parameters]));
    }

    private static CheckpointSequence Sequence(Random random, int n, int m, int p, Func<TensorName, int, TensorSource> jacobian) => new(
        Enumerable.Range(0, 2).Select(k => new Checkpoint(0.1 * k, k, Random(random, "U_S", [n, p]), Random(random, "U_Q", [m, p]), jacobian(TensorName.J_S, n),
            jacobian(TensorName.J_Q, m))), LossModel.Squared(new double[n * p], p));

    private static MemoryTensor Random(Random random, string name, long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (a, b) => a * b)];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextSingle() - 0.5f;
        return new MemoryTensor(name, values, shape);
    }
}
