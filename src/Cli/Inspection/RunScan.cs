using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Cli;

/// <summary>Reads every recorded number once or twice: are they finite, and how much do J_S (or K_SS) turn between checkpoints.</summary>
internal static class RunScan
{
    private const int Piece = 1 << 16;

    /// <summary>Scans the run.</summary>
    /// <param name="checkpoints">The run to scan.</param>
    /// <param name="progress">Share done, 0 to 1.</param>
    /// <param name="cancellation">Checked per piece of 64 Ki numbers.</param>
    /// <param name="backend">Checks that a recorded K_SS is PSD.</param>
    /// <exception cref="InvalidRunException">A number is NaN or infinite (the message names file, tensor and index), or K_SS is not symmetric and
    /// PSD.</exception>
    public static IReadOnlyList<IntervalCheck> Run(CheckpointSequence checkpoints, Backend backend, Action<double> progress, CancellationToken cancellation)
    {
        string watched = checkpoints.HasJacobians ? TensorName.J_S : TensorName.K_SS;
        int count = checkpoints.Count;
        double[] norms = new double[count], changes = new double[count - 1], bends = new double[count];
        for (int k = 0; k < count; k++)
        {
            foreach (var tensor in checkpoints[k].Tensors.Values.SelectMany(t => t is FactoredJacobian f ? f.Tensors : [t]))
                if (tensor.Name != watched) ForEachPiece(tensor.Count, cancellation, (first, length) => tensor.Read(first, new double[length]));
            // A kernel that does not fit into one array is read for numbers that are not finite, and no more.
            if (!checkpoints.HasJacobians && DenseLimit.Obstacle(checkpoints) is null) CheckKernel(checkpoints[k], checkpoints.TrainSize, backend);
            Measure(checkpoints, watched, k, norms, changes, bends, cancellation);
            progress((k + 1.0) / count);
        }
        return [.. Enumerable.Range(0, count - 1).Select(k => new IntervalCheck(
            checkpoints[k].Time, checkpoints[k + 1].Time, checkpoints[k + 1].Step - checkpoints[k].Step, Tolerances.Relative(changes[k], norms[k]),
                Curvature(checkpoints, k, bends, norms), Math.Max(norms[k], norms[k + 1])))];
    }

    private static void CheckKernel(Checkpoint checkpoint, int size, Backend backend)
    {
        var tensor = checkpoint[TensorName.K_SS];
        double products = checkpoint.Find(TensorName.ProductEpsilon)?.ReadAll()[0] ?? 0;
        var kernel = new DenseMatrix(size, size);
        tensor.ReadMatrix(kernel);
        KernelBlockChecks.Symmetric(tensor, kernel, products);
        KernelBlockChecks.PositiveSemidefinite(tensor, kernel, backend, products);
    }

    /// <summary>‖X_k‖, ‖X_k − X_{k−1}‖, and ‖X_{k−1} − X_k‖ off the line through its neighbours.</summary>
    private static void Measure(CheckpointSequence run, string name, int k, double[] norms, double[] changes, double[] bends, CancellationToken cancellation)
    {
        var here = run[k][name];
        var before = k > 0 ? run[k - 1][name] : null;
        var earlier = k > 1 ? run[k - 2][name] : null;
        double weight = k > 1 ? (run[k - 1].Time - run[k - 2].Time) / (run[k].Time - run[k - 2].Time) : 0;
        double norm = 0, change = 0, bend = 0;
        double[] x = new double[Piece], y = new double[Piece], z = new double[Piece];
        ForEachPiece(here.Count, cancellation, (first, length) =>
        {
            here.Read(first, x.AsSpan(0, length));
            before?.Read(first, y.AsSpan(0, length));
            earlier?.Read(first, z.AsSpan(0, length));
            for (int i = 0; i < length; i++)
            {
                norm += x[i] * x[i];
                double d = x[i] - y[i], b = y[i] - (z[i] + weight * (x[i] - z[i]));
                change += d * d;
                bend += b * b;
            }
        });
        norms[k] = Math.Sqrt(norm);
        if (before is not null) changes[k - 1] = Math.Sqrt(change);
        if (earlier is not null) bends[k - 1] = Math.Sqrt(bend);
    }

    /// <summary>A parabola that leaves the chord over two intervals h₁, h₂ by b at the checkpoint between leaves the chord over h₁ by b·h₁/(4h₂) in its
    /// middle.</summary>
    private static double? Curvature(CheckpointSequence run, int k, double[] bends, double[] norms)
    {
        double h = run[k + 1].Time - run[k].Time;
        double? left = k > 0 ? Tolerances.Relative(bends[k], norms[k]) * h / (4 * (run[k].Time - run[k - 1].Time)) : null;
        double? right = k + 2 < run.Count ? Tolerances.Relative(bends[k + 1], norms[k + 1]) * h / (4 * (run[k + 2].Time - run[k + 1].Time)) : null;
        return left is null ? right : right is null ? left : Math.Max(left.Value, right.Value);
    }

    private static void ForEachPiece(long count, CancellationToken cancellation, Action<long, int> read)
    {
        for (long first = 0; first < count; first += Piece)
        {
            cancellation.ThrowIfCancellationRequested();
            read(first, (int)Math.Min(Piece, count - first));
        }
    }
}
