using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.ProductTiming;

/// <summary>A product as a share of min(product rate, flops per byte × bandwidth).</summary>
/// <remarks>Bytes are those that any way of forming JJᵀX has to read of the recorded numbers: every one once for Jᵀ and once for J.</remarks>
internal sealed class Shares
{
    private const int Vectors = 16;
    private readonly Backend _backend;
    private readonly Clock _clock;
    private readonly double _rate, _bandwidth;

    public Shares(Backend backend, Clock clock)
    {
        (_backend, _clock) = (backend, clock);
        const int Order = 1000;
        MatrixView a = New(Order, Order), b = New(Order, Order), c = New(Order, Order);
        _rate = 2.0 * Order * Order * Order / clock.Of(() => backend.Gemm(Op.None, Op.None, 1, a, b, 0, c));
        double[] large = new double[32 << 20];
        _bandwidth = 8.0 * large.Length / clock.Of(() => SharedColumns.Run(backend.Spare, 64, large.Length, new Reading(large, 64)));
        Console.WriteLine(FormattableString.Invariant($"product rate {_rate / 1e9:F1} GF/s, reading from memory {_bandwidth / 1e9:F1} GB/s"));
    }

    public void Header()
    {
        Console.WriteLine();
        Console.WriteLine("| product with 16 vectors | N | D | Mflop | MB read | flops per byte | ms | GF/s | limit, GF/s | share |");
        Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|");
    }

    public void Row(string label, CheckpointSequence run)
    {
        var products = Products(run, MemoryCeiling.None);
        Print(label, run, products, products.TrainFlops(0) * Vectors, Bytes(run), 1, _bandwidth, Train(products));
    }

    public void WRow(string label, CheckpointSequence run)
    {
        var products = Products(run, MemoryCeiling.None);
        var sweep = FlowSweep.Create(products, new SweepOptions(), _backend);
        var gramian = new SweptGramian(sweep);
        MatrixView x = New(run.TrainSize, Vectors), y = New(run.TrainSize, Vectors);
        long before = sweep.ProductsTaken;
        gramian.Apply(x, y);
        long taken = sweep.ProductsTaken - before;
        double seconds = _clock.Of(() => gramian.Apply(x, y));
        Print(FormattableString.Invariant($"{label}, {taken} products"), run, products, products.TrainFlops(0) * taken, Bytes(run), taken / (double)Vectors,
            _bandwidth, seconds);
    }

    public void Files(CheckpointSequence run)
    {
        float[] piece = new float[1 << 15];
        var tensor = run[0][TensorName.J_S] is FactoredJacobian f ? f.Tensors.MaxBy(t => t.Count)! : run[0][TensorName.J_S];
        double reading = _clock.Of(() =>
        {
            for (long done = 0; done < tensor.Count; done += piece.Length)
                tensor.ReadSingles(done, piece.AsSpan(0, (int)Math.Min(piece.Length, tensor.Count - done)));
        });
        double files = tensor.Count * tensor.Type.Size() / reading;
        Console.WriteLine(FormattableString.Invariant($"reading tensors from files in the system's cache {files / 1e9:F2} GB/s"));
        Header();
        string kind = run[0][TensorName.J_S] is FactoredJacobian ? "factors" : "Jacobians";
        foreach (bool kept in (bool[])[true, false])
        {
            var products = Products(run, kept ? MemoryCeiling.None : new MemoryCeiling(1 << 24));
            Print($"{kind}, {(kept ? "kept in memory" : "read at every product")}", run, products, products.TrainFlops(0) * Vectors,
                kept ? Bytes(run) : Bytes(run) / 2, 1, kept ? _bandwidth : files, Train(products));
        }
    }

    private KernelProducts Products(CheckpointSequence run, MemoryCeiling ceiling) =>
        ProductsBuilder.Read(run, OutputRecord.Read(run), new MemoryAccount(ceiling), _backend).Linear([.. Enumerable.Range(0, run.Count)]);

    private double Train(KernelProducts products)
    {
        MatrixView x = New(products.TrainSize, Vectors), y = New(products.TrainSize, Vectors);
        double t = 0.3 * products.Knots[1] + 0.7 * products.Knots[0];
        return _clock.Of(() => products.ApplyTrain(0, t, x, y));
    }

    private void Print(string label, CheckpointSequence run, KernelProducts products, double flops, double bytes, double blocks, double bandwidth,
        double seconds)
    {
        double intensity = flops / (bytes * blocks), limit = Math.Min(_rate, intensity * bandwidth), rate = flops / seconds;
        Console.WriteLine(FormattableString.Invariant($"| {label} | {products.TrainSize:N0} | {run.Parameters:N0} | {flops / 1e6:F0} | ")
            + FormattableString.Invariant($"{bytes * blocks / 1e6:F1} | {intensity:F1} | {1e3 * seconds:F1} | ")
            + FormattableString.Invariant($"{rate / 1e9:F1} | {limit / 1e9:F1} | {rate / limit:P0} |"));
    }

    // Of the first two checkpoints, once for each of J and Jᵀ; inputs that are the same are read once.
    private static double Bytes(CheckpointSequence run)
    {
        if (run[0][TensorName.J_S] is not FactoredJacobian a) return 2 * 2.0 * run[0][TensorName.J_S].Count * run[0][TensorName.J_S].Type.Size();
        var tensors = a.Tensors.Concat(((FactoredJacobian)run[1][TensorName.J_S]).Tensors).Distinct();
        return 2 * tensors.Sum(t => (double)t.Count * t.Type.Size());
    }

    private static MatrixView New(int rows, int columns)
    {
        var random = new Random(2);
        double[] values = new double[ArraySize.Of(rows, columns)];
        for (int i = 0; i < values.Length; i++) values[i] = random.NextDouble() - 0.5;
        return new MatrixView(values, rows, columns);
    }

    private readonly struct Reading(double[] values, int pieces) : IColumnWork
    {
        public void Run(int first, int last)
        {
            int length = values.Length / pieces;
            double sum = 0;
            for (int i = first; i < last; i++) sum += VectorRoutines.Sum(values.AsSpan(i * length, length));
            GC.KeepAlive(sum);
        }
    }
}
