using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Kernels between checkpoints of a kernel-block run: K linear in time, or J linear where the blocks of neighbours were recorded.</summary>
/// <param name="chosen">The checkpoints that are knots.</param>
/// <param name="crossed">Whether the *_next blocks between them are used.</param>
/// <param name="source">The blocks.</param>
/// <param name="traces">tr K_SS of every checkpoint.</param>
internal sealed class AppliedBlocks(IReadOnlyList<int> chosen, bool crossed, BlockSource source, IReadOnlyList<double> traces) : AppliedKernels
{
    public override void Train(int interval, ReadOnlySpan<double> thetas, in MatrixView x, in MatrixView y)
    {
        y.Fill(0);
        lock (source)
        {
            Hold(interval);
            foreach (var (block, weights) in Summands(interval, thetas)) source.AddTrain(block, Scaled(x, weights), y);
        }
    }

    public override void Test(int interval, ReadOnlySpan<double> thetas, in MatrixView x, in MatrixView y)
    {
        y.Fill(0);
        lock (source)
        {
            Hold(interval);
            foreach (var (block, weights) in Summands(interval, thetas)) source.AddTest(block, Scaled(x, weights), y);
        }
    }

    public override void TestTransposed(int interval, double theta, in MatrixView y, in MatrixView x)
    {
        double[] thetas = new double[y.Columns];
        Array.Fill(thetas, theta);
        x.Fill(0);
        lock (source)
        {
            Hold(interval);
            foreach (var (block, weights) in Summands(interval, thetas)) source.AddTestTransposed(block, Scaled(y, weights), x);
        }
    }

    // J̄J_Sᵀ with J linear: K at the start and half of the change of J, whose product with J_S is known from the cross blocks; without them only its
    // symmetric half is, ¼ΔK.
    public override void Chords(int interval, ReadOnlySpan<(double From, double To)> steps, in MatrixView x, in MatrixView y)
    {
        int n = x.Rows;
        MatrixView train = y.Slice(0, 0, n, y.Columns), test = y.Slice(n, 0, y.Rows - n, y.Columns);
        y.Fill(0);
        lock (source)
        {
            Hold(interval);
            if (!crossed)
            {
                var quarter = new double[steps.Length];
                for (int c = 0; c < quarter.Length; c++) quarter[c] = steps[c].From + 0.25 * (steps[c].To - steps[c].From);
                foreach (var (block, weights) in Summands(interval, quarter)) Add(block, weights, x, train, test);
                return;
            }
            int a = chosen[interval], b = chosen[interval + 1];
            int columns = x.Columns;
            double[][] w = [.. Enumerable.Range(0, 4).Select(_ => new double[columns])];
            for (int c = 0; c < columns; c++)
            {
                double start = steps[c].From, mean = 0.5 * (steps[c].From + steps[c].To);
                (w[0][c], w[1][c], w[2][c], w[3][c]) = ((1 - mean) * (1 - start), mean * start, (1 - mean) * start, mean * (1 - start));
            }
            Add(new BlockName(a, BlockPair.Own), w[0], x, train, test);
            Add(new BlockName(b, BlockPair.Own), w[1], x, train, test);
            Add(new BlockName(a, BlockPair.EarlierLater), w[2], x, train, test);
            Add(new BlockName(a, BlockPair.LaterEarlier), w[3], x, train, test);
        }
    }

    public override double TraceBound(int interval) => Math.Max(traces[chosen[interval]], traces[chosen[interval + 1]]);

    public override double Flops(int interval) => (crossed ? 8.0 : 4.0) * source.TrainSize * source.TrainSize;

    private void Hold(int interval) => source.Hold(chosen[interval], chosen[interval + 1]);

    private void Add(BlockName block, double[] weights, in MatrixView x, in MatrixView train, in MatrixView test)
    {
        var scaled = Scaled(x, weights);
        source.AddTrain(block, scaled, train);
        if (test.Rows > 0) source.AddTest(block, scaled, test);
    }

    private IEnumerable<(BlockName Block, double[] Weights)> Summands(int interval, ReadOnlySpan<double> thetas)
    {
        double[] first = new double[thetas.Length], second = new double[thetas.Length], both = new double[thetas.Length];
        for (int c = 0; c < thetas.Length; c++)
        {
            double t = thetas[c];
            (first[c], second[c], both[c]) = crossed ? ((1 - t) * (1 - t), t * t, t * (1 - t)) : (1 - t, t, 0);
        }
        var own = (new BlockName(chosen[interval], BlockPair.Own), first);
        var next = (new BlockName(chosen[interval + 1], BlockPair.Own), second);
        return !crossed ? [own, next]
            : [own, next, (new BlockName(chosen[interval], BlockPair.EarlierLater), both), (new BlockName(chosen[interval], BlockPair.LaterEarlier), both)];
    }
}

/// <summary>Of which two checkpoints a product of Jacobians is.</summary>
internal enum BlockPair
{
    /// <summary>J_k J_kᵀ.</summary>
    Own,

    /// <summary>J_k J_{k+1}ᵀ.</summary>
    EarlierLater,

    /// <summary>J_{k+1} J_kᵀ.</summary>
    LaterEarlier,
}

/// <summary>A recorded block.</summary>
/// <param name="Checkpoint">k.</param>
/// <param name="Pair">Of which two checkpoints.</param>
internal readonly record struct BlockName(int Checkpoint, BlockPair Pair);
