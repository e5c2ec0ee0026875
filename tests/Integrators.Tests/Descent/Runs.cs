using System.Numerics.Tensors;

namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>Recordings, runs of the engine over them, and the errors of C1 to C4 against what was recorded.</summary>
internal static class Runs
{
    public static readonly Optimizer Plain = new GradientDescent(0.1), HeavyBall = new Momentum(0.1, 0.8), Adam = new Adam(0.1, 0.9, 0.999, 1e-8);

    public static Optimizer Named(string kind) => kind switch { "momentum" => HeavyBall, "adam" => Adam, _ => Plain };

    public static double[] Targets(int count, int seed) => RandomMatrices.Vector(new Random(seed), count);

    public static double[] Classes(int examples, int p) => [.. Enumerable.Range(0, examples * p).Select(i => i / p % p == i % p ? 1.0 : 0)];

    public static double[][] Inputs(int count, int width, int seed) =>
        [.. Enumerable.Range(0, count).Select(i => RandomMatrices.Vector(new Random(1000 * seed + i), width))];

    /// <summary>J linear in w and B constant: every quadrature is exact.</summary>
    public static Training Exact(string kind, int steps = 30) => new(new Quadratic(9, 23, 0.4, 3), 6, LossModel.Squared(Targets(6, 5), 1))
    {
        Optimizer = Named(kind),
        Rates = Training.Varying(kind switch { "adam" => 0.05, "momentum" => 0.05, _ => 0.3 }, steps),
    };

    /// <summary>A tanh network of p outputs; squared loss for p = 1, cross-entropy otherwise.</summary>
    public static Training Network(string kind, int p, double eta, int steps, int hidden = 6, double scale = 1) =>
        new(new Tanh(Inputs(12, 3, 2), hidden, p), 8, p == 1 ? LossModel.Squared(Targets(8, 5), 1) : LossModel.SoftmaxCrossEntropy(Classes(8, p), p))
        {
            Optimizer = Named(kind),
            Rates = Training.Constant(eta, steps),
            Midpoints = true,
            Scale = scale,
        };

    public static DescentResult Run(CheckpointSequence c, ChordQuadrature quadrature = ChordQuadrature.Auto,
        SegmentQuadrature segment = SegmentQuadrature.Simpson) =>
        DescentRecursion.Run(c, OutputRecord.Read(c), new DescentOptions { Quadrature = quadrature, Segment = segment }, Backends.Managed);

    /// <summary>Errors of C1 to C4 against the recording, by the definitions.</summary>
    public static (double C1, double C2, double C3, double C4) Errors(CheckpointSequence c, DescentResult result)
    {
        var o = OutputRecord.Read(c);
        double[] g = o.Gradients[0];
        double change = o.Losses[^1]!.Value - o.Losses[0]!.Value, transport = 0;
        for (int k = 0; k < c.Count; k++) transport = Math.Max(transport, TensorPrimitives.Distance<double>(result.Propagation.Transported[k], o.Gradients[k]));
        return (Math.Abs(result.Record.PredictedLossChange - change) / Math.Abs(change), transport / TensorPrimitives.Norm<double>(g),
            Displacement(result.Propagation.G_S, g, o.TrainOutputs, result.Record.Forced?.Train),
            Displacement(result.Propagation.G_Q, g, o.TestOutputs, result.Record.Forced?.Test));
    }

    public static double Displacement(DenseMatrix G, double[] g, IReadOnlyList<double[]> outputs, double[]? forced = null)
    {
        var recorded = Vector<double>.Build.DenseOfArray(outputs[^1]) - Vector<double>.Build.DenseOfArray(outputs[0]);
        var known = Vector<double>.Build.DenseOfArray(forced ?? new double[recorded.Count]);
        return (G * Vector<double>.Build.DenseOfArray(g) + recorded - known).L2Norm() / recorded.L2Norm();
    }

    public static Matrix<double> Jacobian(Checkpoint c, string name, int rows) =>
        Matrix<double>.Build.DenseOfRowMajor(rows, (int)(c[name].Count / rows), c[name].ReadAll());

    public static Matrix<double> Hessian(OutputHessian b)
    {
        int p = b.Outputs;
        var B = Matrix<double>.Build.Dense(b.Examples * p, b.Examples * p);
        for (int i = 0; i < b.Examples; i++)
            for (int x = 0; x < p; x++)
                for (int y = 0; y < p; y++) B[i * p + x, i * p + y] = b.Blocks[(i * p + x) * p + y];
        return B;
    }
}
