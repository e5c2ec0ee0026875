using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Measures;

/// <summary>C14: the population-risk gate at chosen checkpoints, one pass over J_S each, block by block of parameters.</summary>
internal static class GateBuilder
{
    private const int BlockBytes = 4 << 20;

    public static Known<RiskGate> Build(CheckpointSequence checkpoints, OutputRecord outputs, CancellationToken cancellation)
    {
        if (!checkpoints.HasJacobians) return Known.Unknown<RiskGate>("kernel blocks were recorded, not Jacobians");
        if (checkpoints[0].Find(TensorName.Sketch) is not null) return Known.Unknown<RiskGate>("the Jacobians are sketched: their columns are not parameters");
        if (checkpoints.Train < 2) return Known.Unknown<RiskGate>("one training example has no variance");
        long D = checkpoints.Parameters!.Value;
        var layers = ParameterLayers.Of(checkpoints.Metadata, D);
        int last = checkpoints.Count - 1;
        int[] chosen = [.. ScheduleBuilder.Checkpoints(checkpoints.Count, checkpoints.TrainSize).Prepend(0).Append(last).Distinct()];
        return Known.Of(new RiskGate { Layers = layers, Points = [.. chosen.Select(k => Point(checkpoints, k, outputs.Gradients[k], layers, cancellation))] });
    }

    private static GatePoint Point(CheckpointSequence run, int k, double[] g, IReadOnlyList<ParameterLayer> layers, CancellationToken cancellation)
    {
        int n = run.Train, p = run.Outputs, N = run.TrainSize;
        long D = run.Parameters!.Value;
        int width = (int)Math.Min(D, Math.Max(64, BlockBytes / (8L * N)));
        double[] block = new double[width * N], z = new double[width], sum = new double[width], squares = new double[width], z2 = new double[width];
        var passed = new long[layers.Count];
        double kept = 0, all = 0;
        long boundary = layers[0].Parameters;
        int layer = 0;
        for (long first = 0; first < D; first += width)
        {
            cancellation.ThrowIfCancellationRequested();
            int count = (int)Math.Min(width, D - first);
            var x = new MatrixView(block, count, N);
            run[k][TensorName.J_S].ReadTransposed(first, x);
            Span<double> s = sum.AsSpan(0, count), q = squares.AsSpan(0, count), zi = z.AsSpan(0, count), zz = z2.AsSpan(0, count);
            s.Clear();
            q.Clear();
            for (int i = 0; i < n; i++)
            {
                VectorRoutines.Scale(n * g[i * p], x.Column(i * p), zi);
                for (int c = 1; c < p; c++) VectorRoutines.Axpy(n * g[i * p + c], x.Column(i * p + c), zi);
                VectorRoutines.Axpy(1, zi, s);
                VectorRoutines.Multiply(zi, zi, zz);
                VectorRoutines.Axpy(1, zz, q);
            }
            for (int j = 0; j < count; j++)
            {
                while (first + j >= boundary) boundary += layers[++layer].Parameters;
                double square = s[j] * s[j];
                all += square;
                if (!(square > q[j])) continue;
                passed[layer]++;
                kept += square;
            }
        }
        double[] perLayer = [.. layers.Select((l, i) => (double)passed[i] / l.Parameters)];
        return new GatePoint(run[k].Time, (double)passed.Sum() / D, perLayer, all > 0 ? kept / all : null);
    }
}
