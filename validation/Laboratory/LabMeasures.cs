using KernelFlow.Numerics;

namespace KernelFlow.Validation.Laboratory;

/// <summary>What experiments take from a recording.</summary>
internal static class LabMeasures
{
    /// <summary>The analysis of a recording as gradient flow, without the second integration: verdicts are other experiments' business.</summary>
    public static ReservoirAnalysis Analysis(CheckpointSequence checkpoints, Backend backend, CancellationToken cancellation) =>
        Analyze.Reservoir(checkpoints, new AnalysisOptions { Backend = backend, Mode = AnalysisMode.Flow, IndependentCheck = false }, null, cancellation);

    /// <summary>Largest ‖K_SS(t) − K_SS(s)‖_F/‖K_SS(s)‖_F of the checkpoints.</summary>
    public static double Drift(CheckpointSequence run, Backend backend)
    {
        double[]? first = null;
        double largest = 0;
        foreach (var checkpoint in run)
        {
            double[] kernel = Kernel(checkpoint, run.TrainSize, backend);
            first ??= kernel;
            largest = Math.Max(largest, LabStatistics.Distance(kernel, first) / LabStatistics.Norm(first));
        }
        return largest;
    }

    /// <summary>The checkpoints with one tensor changed in each.</summary>
    /// <param name="run">The recording.</param>
    /// <param name="name">Name of the tensor.</param>
    /// <param name="changed">The tensor of a checkpoint, by its index.</param>
    public static CheckpointSequence With(CheckpointSequence run, string name, Func<int, TensorSource> changed) =>
        new(run.Select((c, k) => c with { Tensors = c.Tensors.ToDictionary(t => t.Key, t => t.Key == name ? changed(k) : t.Value) }), run.Loss, run.Optimizer!)
        {
            RunTensors = run.RunTensors,
        };

    private static double[] Kernel(Checkpoint checkpoint, int size, Backend backend)
    {
        var jacobian = checkpoint[TensorName.J_S];
        int parameters = (int)(jacobian.Count / size);
        var rows = new MatrixView(new double[size * parameters], parameters, size);
        jacobian.ReadTransposed(0, rows);
        var kernel = new double[size * size];
        backend.Gemm(Op.Transpose, Op.None, 1, rows, rows, 0, new MatrixView(kernel, size, size));
        return kernel;
    }
}
