using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests.Support;

/// <summary>A gradient flow whose Jacobians (and, for a custom loss, B) are known at every time t.</summary>
/// <param name="Train">n.</param>
/// <param name="Test">m.</param>
/// <param name="Outputs">p.</param>
/// <param name="J_S">N×D at time t.</param>
/// <param name="J_Q">M×D at time t.</param>
internal sealed record FlowPath(int Train, int Test, int Outputs, Func<double, Matrix<double>> J_S, Func<double, Matrix<double>> J_Q)
{
    /// <summary>The n blocks p×p of B at time t, row-major; null for the squared loss, B = I/n.</summary>
    public Func<double, double[]>? B { get; init; }

    public int N => Train * Outputs;

    public int M => Test * Outputs;

    /// <summary>J = A + t·C.</summary>
    public static FlowPath Straight(int train, int test, int outputs, int parameters, double speed, int seed)
    {
        var random = new Random(seed);
        int N = train * outputs, M = test * outputs;
        Matrix<double> A = Gaussian(random, N, parameters), C = Gaussian(random, N, parameters), E = Gaussian(random, M, parameters),
            F = Gaussian(random, M, parameters);
        return new FlowPath(train, test, outputs, t => A + speed * t * C, t => E + speed * t * F);
    }

    /// <summary>J linear in t between the given times, with independent parts added at each: a path with kinks that its checkpoints describe
    /// completely.</summary>
    public static FlowPath Polygon(int train, int test, int outputs, int parameters, double change, double[] times, int seed)
    {
        var random = new Random(seed);
        Matrix<double>[] s = Walk(train * outputs), q = Walk(test * outputs);
        return new FlowPath(train, test, outputs, t => At(s, t), t => At(q, t));

        Matrix<double>[] Walk(int rows)
        {
            var corners = new Matrix<double>[times.Length];
            corners[0] = Gaussian(random, rows, parameters);
            for (int k = 1; k < times.Length; k++) corners[k] = corners[k - 1] + change * Gaussian(random, rows, parameters);
            return corners;
        }

        Matrix<double> At(Matrix<double>[] corners, double t)
        {
            int k = Math.Clamp(Array.FindLastIndex(times, x => x <= t), 0, times.Length - 2);
            double theta = (t - times[k]) / (times[k + 1] - times[k]);
            return (1 - theta) * corners[k] + theta * corners[k + 1];
        }
    }

    /// <summary>J = A + size·(sin(ωt)·C + (1 − cos(ωt))·E): smooth, curved, of bounded drift.</summary>
    public static FlowPath Curved(int train, int test, int outputs, int parameters, double size, double omega, int seed)
    {
        var random = new Random(seed);
        Func<double, Matrix<double>> Path(int rows)
        {
            Matrix<double> A = Gaussian(random, rows, parameters), C = Gaussian(random, rows, parameters), E = Gaussian(random, rows, parameters);
            return t => A + size * Math.Sin(omega * t) * C + size * (1 - Math.Cos(omega * t)) * E;
        }
        return new FlowPath(train, test, outputs, Path(train * outputs), Path(test * outputs));
    }

    /// <summary>The same path with a custom loss: B linear in t from one set of random PSD blocks at 0 to another at <paramref name="end"/>, of size
    /// 1/n.</summary>
    public FlowPath WithVaryingHessian(double end, int seed)
    {
        var random = new Random(seed);
        double[] start = Blocks(), last = Blocks();
        return this with { B = t => start.Zip(last, (a, b) => a + t / end * (b - a)).ToArray() };

        double[] Blocks()
        {
            var blocks = new double[Train * Outputs * Outputs];
            for (int i = 0; i < Train; i++)
            {
                var L = Gaussian(random, Outputs, Outputs);
                (L * L.Transpose() / Train).ToRowMajorArray().CopyTo(blocks, i * Outputs * Outputs);
            }
            return blocks;
        }
    }

    /// <summary>Entries of variance 1/columns: the kernel's diagonal is about one.</summary>
    public static Matrix<double> Gaussian(Random random, int rows, int columns) =>
        Matrix<double>.Build.Dense(rows, columns, (_, _) =>
            Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()) / columns) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
