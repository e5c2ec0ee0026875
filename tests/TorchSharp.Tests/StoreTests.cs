using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>Hooks give the Jacobians that rows give, in every form they are stored in and whatever the number of examples at a time.</summary>
public sealed class StoreTests
{
    public static TheoryData<string> Models { get; } = new(SampleModel.Names);

    /// <summary>Records one step, and gives every tensor of the two checkpoints.</summary>
    private static (Dictionary<string, double[]>[] Tensors, IReadOnlyDictionary<string, string> Metadata) Recorded(string name, JacobianRecorderOptions options,
        ScalarType type = ScalarType.Float64, int n = 5)
    {
        using var folder = new RunFolder();
        using var scope = NewDisposeScope();
        var (model, train, test, _) = SampleModel.Of(name, n);
        model.to(type);
        if (train.is_floating_point()) (train, test) = (train.to(type), test.to(type));
        using var optimizer = optim.SGD(model.parameters(), 0.05);
        random.manual_seed(1);
        var y = randn(model.forward(train).shape, dtype: type);
        using (var recorder = JacobianRecorder.Attach(model, Training.HalfSquares, optimizer, train, y, test, folder.Path, options))
        {
            optimizer.zero_grad();
            Training.HalfSquares(model.forward(train), y).backward();
            recorder.Step();
        }
        using var run = RecordedRun.Open(folder.Path);
        return ([.. run.Checkpoints.Select(c => c.Tensors.Values.ToDictionary(t => t.Name, t => t.ReadAll()))], run.Manifest.Metadata);
    }

    private static readonly JacobianRecorderOptions s_options = new(CheckpointSteps.Fixed(1));

    private static double Distance(double[] a, double[] b)
    {
        Assert.Equal(b.Length, a.Length);
        double difference = 0, norm = 0;
        for (int i = 0; i < a.Length; i++) (difference, norm) = (difference + (a[i] - b[i]) * (a[i] - b[i]), norm + b[i] * b[i]);
        return Math.Sqrt(difference / Math.Max(norm, 1e-300));
    }

    [TorchTheory]
    [MemberData(nameof(Models))]
    public void HooksGiveWhatRowsGive(string name)
    {
        var (rows, _) = Recorded(name, s_options with { Strategy = JacobianStrategy.Rows });
        var (hooks, metadata) = Recorded(name, s_options);
        using (NewDisposeScope())
            foreach (string layer in SampleModel.Of(name).Hooked) Assert.Contains($"{layer}: hooks", metadata["strategy"] + ";", StringComparison.Ordinal);
        int byHooks = metadata["strategy"].Split("; ").Count(s => s.EndsWith(": hooks", StringComparison.Ordinal));
        using (NewDisposeScope()) Assert.Equal(SampleModel.Of(name).Hooked.Length, byHooks);
        for (int k = 0; k < 2; k++)
            foreach (string tensor in rows[k].Keys) Check.Small(Distance(hooks[k][tensor], rows[k][tensor]), 1e-12, $"{name}: {tensor} at {k}");
    }

    [TorchTheory]
    [MemberData(nameof(Models))]
    public void HooksGiveWhatRowsGiveInSinglePrecision(string name)
    {
        var (rows, _) = Recorded(name, s_options with { Strategy = JacobianStrategy.Rows });
        var (hooks, _) = Recorded(name, s_options, ScalarType.Float32);
        // Weights and inputs of float32 are other numbers than those of float64, by 6e-8 of each.
        foreach (string tensor in rows[0].Keys.Where(t => t[0] == 'J')) Check.Small(Distance(hooks[0][tensor], rows[0][tensor]), 1e-5, $"{name}: {tensor}");
    }

    [TorchTheory]
    [MemberData(nameof(Models))]
    public void FactorsExpandToTheRows(string name)
    {
        var (rows, _) = Recorded(name, s_options with { Strategy = JacobianStrategy.Rows });
        var (factors, _) = Recorded(name, s_options with { Store = JacobianStore.Factors, Chunk = 2 });
        for (int k = 0; k < 2; k++)
            foreach (string tensor in rows[k].Keys) Check.Small(Distance(factors[k][tensor], rows[k][tensor]), 1e-12, $"{name}: {tensor} at {k}");
    }

    [TorchTheory]
    [MemberData(nameof(Models))]
    public void KernelBlocksAreProductsOfTheRows(string name)
    {
        var (rows, _) = Recorded(name, s_options with { Strategy = JacobianStrategy.Rows });
        foreach (int chunk in (int[])[2, 5])
        {
            var (blocks, _) = Recorded(name, s_options with { Store = JacobianStore.KernelBlocks, Chunk = chunk });
            Product(0, "K_SS", "J_S", 0, "J_S", 0);
            Product(0, "K_QS", "J_Q", 0, "J_S", 0);
            Product(0, "K_QQ", "J_Q", 0, "J_Q", 0);
            Product(0, "K_SS_next", "J_S", 1, "J_S", 0);
            Product(0, "K_QS_next", "J_Q", 1, "J_S", 0);
            Product(0, "K_SQ_next", "J_S", 1, "J_Q", 0);
            Product(0, "K_QQ_next", "J_Q", 1, "J_Q", 0);
            Product(1, "K_SS", "J_S", 1, "J_S", 1);

            void Product(int at, string block, string left, int leftAt, string right, int rightAt)
            {
                double[] a = rows[leftAt][left], b = rows[rightAt][right], K = blocks[at][block];
                int ra = left == "J_S" ? rows[0]["U_S"].Length : rows[0]["U_Q"].Length, columns = a.Length / ra, rb = b.Length / columns;
                var expected = new double[ra * rb];
                for (int i = 0; i < ra; i++)
                    for (int j = 0; j < rb; j++)
                        for (int c = 0; c < columns; c++) expected[i * rb + j] += a[i * columns + c] * b[j * columns + c];
                Check.Small(Distance(K, expected), 1e-12, $"{name}: {block} at {at} with {chunk} at a time");
            }
        }
    }

    [TorchTheory]
    [MemberData(nameof(Models))]
    public void TheNumberOfExamplesAtATimeDoesNotMatter(string name)
    {
        foreach (int n in (int[])[1, 4])
        {
            var (whole, _) = Recorded(name, s_options with { Chunk = n }, n: n);
            foreach (int chunk in (int[])[1, 3])
            {
                var (parts, _) = Recorded(name, s_options with { Chunk = chunk }, n: n);
                foreach (string tensor in whole[0].Keys) Check.Small(Distance(parts[0][tensor], whole[0][tensor]), 1e-13, $"{name}: {tensor}, {chunk} of {n}");
            }
        }
    }
}
