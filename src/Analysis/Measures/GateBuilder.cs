using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Measures;

/// <summary>C14: the population-risk gate at chosen checkpoints, one pass over J_S each, block by block of parameters.</summary>
internal static class GateBuilder
{
    private const int BlockBytes = 4 << 20;

    public static Known<RiskGate> Build(CheckpointSequence checkpoints, OutputRecord outputs, Backend backend, CancellationToken cancellation)
    {
        if (!checkpoints.HasJacobians) return Known.Unknown<RiskGate>("kernel blocks were recorded, not Jacobians");
        if (checkpoints[0].Find(TensorName.Sketch) is not null) return Known.Unknown<RiskGate>("the Jacobians are sketched: their columns are not parameters");
        if (checkpoints.Train < 2) return Known.Unknown<RiskGate>("one training example has no variance");
        long D = checkpoints.Parameters!.Value;
        var layers = ParameterLayers.Of(checkpoints.Metadata, D);
        int last = checkpoints.Count - 1;
        int[] chosen = [.. ScheduleBuilder.Checkpoints(checkpoints.Count, checkpoints.TrainSize).Prepend(0).Append(last).Distinct()];
        var points = chosen.Select(k => Point(checkpoints, k, outputs.Gradients[k], layers, backend, cancellation));
        return Known.Of(new RiskGate { Layers = layers, Points = [.. points] });
    }

    private static GatePoint Point(CheckpointSequence run, int k, double[] g, IReadOnlyList<ParameterLayer> layers, Backend backend,
        CancellationToken cancellation)
    {
        int n = run.Train, N = run.TrainSize;
        long D = run.Parameters!.Value;
        var jacobian = run[k][TensorName.J_S];
        int width = JacobianColumns.Width(run, (int)Math.Max(64, BlockBytes / (8L * N)));
        double[] sum = new double[width], squares = new double[width], square2 = new double[width], weights = [.. g.Select(x => n * x)];
        double[] block = new double[jacobian is FactoredJacobian ? 0 : width * N], z = new double[block.Length == 0 ? 0 : width];
        var factors = new FactorVectors(backend);
        var passed = new long[layers.Count];
        double kept = 0, all = 0;
        long boundary = layers[0].Parameters;
        int layer = 0;
        for (long first = 0; first < D; first += width)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(width, D - first);
            Array.Clear(sum);
            Array.Clear(squares);
            void Add(int example, int at, ReadOnlySpan<double> gradient)
            {
                var square = square2.AsSpan(0, gradient.Length);
                VectorRoutines.Axpy(1, gradient, sum.AsSpan(at, gradient.Length));
                VectorRoutines.Multiply(gradient, gradient, square);
                VectorRoutines.Axpy(1, square, squares.AsSpan(at, gradient.Length));
            }
            if (jacobian is FactoredJacobian factored) factors.EachExample(factored, first, count, weights, Add);
            else EachExample(jacobian, first, new MatrixView(block, count, N), weights, z.AsSpan(0, count), run.Outputs, Add);
            for (int j = 0; j < count; j++)
            {
                while (first + j >= boundary) boundary += layers[++layer].Parameters;
                double square = sum[j] * sum[j];
                all += square;
                if (!(square > squares[j])) continue;
                passed[layer]++;
                kept += square;
            }
        }
        double[] perLayer = [.. layers.Select((l, i) => (double)passed[i] / l.Parameters)];
        return new GatePoint(run[k].Time, (double)passed.Sum() / D, perLayer, all > 0 ? kept / all : null);
    }

    // The gradient by the parameters of every example.
    private static void EachExample(TensorSource jacobian, long first, in MatrixView x, double[] weights, Span<double> z, int p,
        FactorVectors.ExampleVisitor visit)
    {
        jacobian.ReadTransposed(first, x);
        for (int i = 0; i < weights.Length / p; i++)
        {
            VectorRoutines.Scale(weights[i * p], x.Column(i * p), z);
            for (int c = 1; c < p; c++) VectorRoutines.Axpy(weights[i * p + c], x.Column(i * p + c), z);
            visit(i, 0, z);
        }
    }
}
