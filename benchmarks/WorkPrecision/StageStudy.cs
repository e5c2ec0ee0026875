using KernelFlow.Bridges;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;
using static System.FormattableString;

namespace KernelFlow.WorkPrecision;

/// <summary>How many stages pay: errors of P, W_S and G_Q of collocation methods with one to five stages on a recorded run beside their flops, and the
/// flops of whole integrations under error control.</summary>
internal static class StageStudy
{
    /// <param name="folder">A recorded run.</param>
    /// <param name="perInterval">Numbers of equal steps in each interval; none: no reference and no such table.</param>
    /// <param name="methods">Methods to count under error control.</param>
    /// <param name="tolerances">Their tolerances.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static void Run(string folder, IReadOnlyList<int> perInterval, IReadOnlyList<string> methods, IReadOnlyList<double> tolerances, Backend backend)
    {
        using var run = RecordedRun.Open(folder);
        var outputs = OutputRecord.Read(run.Checkpoints);
        var trajectory = TrajectoryBuilder.Read(run.Checkpoints, outputs, backend).Linear([.. Enumerable.Range(0, run.Checkpoints.Count)]);
        var reference = perInterval.Count == 0 ? null : OperatorTriple.Of(FlowIntegrator.Integrate(trajectory,
            new PropagationOptions { Method = Methods.Gauss6, RelativeTolerance = 1e-11 }, backend));
        Console.WriteLine(Invariant($"{folder}: N = {trajectory.TrainSize}, M = {trajectory.TestSize}, {trajectory.Intervals} intervals, ")
            + (trajectory.Beta is null ? "B varies" : "B = βI") + (reference is null ? "" : "; reference gauss-6 at rtol 1e-11"));
        if (reference is not null) Equal(trajectory, reference, perInterval, backend);
        Controlled(trajectory, reference, methods, tolerances, backend);
    }

    private static void Equal(KernelTrajectory trajectory, OperatorTriple reference, IReadOnlyList<int> perInterval, Backend backend)
    {
        Console.WriteLine();
        Console.WriteLine("Equal steps in each interval; flops of the stages by block elimination, without those of W_S and G_Q.");
        Console.WriteLine();
        Console.WriteLine("| method | stages | steps per interval | flops per interval | P | W_S | G_Q |");
        Console.WriteLine("|---|---|---|---|---|---|---|");
        foreach (var family in (GeneralCollocation[])[.. Enumerable.Range(1, 4).Select(GeneralCollocation.Gauss), .. Enumerable.Range(2, 4)
            .Select(GeneralCollocation.Radau)])
        {
            foreach (int m in perInterval)
            {
                var error = reference.ErrorsOf(family.Integrate(trajectory, m, backend));
                Console.WriteLine(Invariant($"| {family.Name} | {family.Stages} | {m} | {m * family.Flops(trajectory.Beta is not null):f0} N³ | ")
                    + Invariant($"{error.P:e1} | {error.W:e1} | {error.G:e1} |"));
            }
        }
    }

    private static void Controlled(KernelTrajectory trajectory, OperatorTriple? reference, IReadOnlyList<string> methods, IReadOnlyList<double> tolerances,
        Backend backend)
    {
        double n3 = Math.Pow(trajectory.TrainSize, 3);
        Console.WriteLine();
        Console.WriteLine("Under error control: everything counted (choice and estimates of error included).");
        Console.WriteLine();
        Console.WriteLine("| method | rtol | steps | rejected | flops | largest error |");
        Console.WriteLine("|---|---|---|---|---|---|");
        foreach (string method in methods)
        {
            foreach (double rtol in tolerances)
            {
                var counting = new CountingBackend(backend);
                try
                {
                    var found = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = method, RelativeTolerance = rtol }, counting);
                    string error = reference is null ? "–" : Invariant($"{reference.ErrorsOf(OperatorTriple.Of(found)).Largest:e1}");
                    Console.WriteLine(Invariant($"| {method}{(method == "auto" ? " = " + found.Report.Name : "")} | {rtol:e0} | {found.Report.Steps} | ")
                        + Invariant($"{found.Report.Rejected} | {counting.Flops / n3:f0} N³ | {error} |"));
                }
                catch (NumericalException failure)
                {
                    Console.WriteLine(Invariant($"| {method} | {rtol:e0} | – | – | – | {failure.Message} |"));
                }
            }
        }
    }

    /// <summary>Collocation with any number of stages, each step solved as one system of order sN: for what it reaches, not for its speed.</summary>
    private sealed class GeneralCollocation
    {
        private readonly double[] _c, _b;
        private readonly double[][] _a;

        private GeneralCollocation(string name, double[] c)
        {
            (Name, _c) = (name, c);
            int s = c.Length;
            var powers = DenseMatrix.Create(s, s, (k, j) => Math.Pow(c[j], k));
            _a = [.. c.Select(x => powers.Solve(DenseVector.Create(s, k => Math.Pow(x, k + 1) / (k + 1))).ToArray())];
            _b = powers.Solve(DenseVector.Create(s, k => 1.0 / (k + 1))).ToArray();
        }

        public string Name { get; }

        public int Stages => _c.Length;

        public static GeneralCollocation Gauss(int stages) => new(Invariant($"Gauss {stages}"), [.. GaussNodes(stages)]);

        public static GeneralCollocation Radau(int stages) => new(Invariant($"Radau IIA {stages}"), [.. RadauNodes(stages)]);

        /// <summary>Flops of one step over N³. Up to three stages as the tool does it; for more the same elimination continued.</summary>
        /// <remarks>Four stages: R 1, S₁ 1, S₁⁻¹ and R times two blocks 8, LU 0.7, its solve 2, update 2, LU 0.7; right-hand sides and back
        /// substitution 20. Five stages: 32 and 32.</remarks>
        public double Flops(bool scalar) => (Stages, scalar) switch
        {
            (1, true) => 3, (1, false) => 4.7, (2, true) => 8, (2, false) => 9.3, (3, true) => 18.7, (3, false) => 20, (4, _) => 35.3, _ => 64,
        };

        public OperatorTriple Integrate(KernelTrajectory trajectory, int perInterval, Backend backend)
        {
            int n = trajectory.TrainSize, m = trajectory.TestSize, s = Stages;
            DenseMatrix p = DenseMatrix.CreateIdentity(n), w = new(n, n), g = new(m, n), product = new(n, n);
            var kernels = Enumerable.Range(0, s).Select(_ => new DenseMatrix(n + m, n)).ToArray();
            var hessian = new OutputHessian(n / trajectory.Outputs, trajectory.Outputs);
            MatrixView system = new DenseMatrix(s * n, s * n), stages = new DenseMatrix(s * n, n), applied = new DenseMatrix(n, n);
            int[] pivots = new int[s * n];
            for (int interval = 0; interval < trajectory.Intervals; interval++)
            {
                double from = trajectory.Knots[interval], h = (trajectory.Knots[interval + 1] - from) / perInterval;
                for (int step = 0; step < perInterval; step++)
                {
                    double t = from + step * h;
                    // Y_i + h Σ_j a_ij B_j K_j Y_j = X
                    for (int j = 0; j < s; j++)
                    {
                        trajectory.Kernels(interval, t + _c[j] * h, kernels[j]);
                        trajectory.Hessian(interval, t + _c[j] * h, hessian);
                        hessian.Apply(h, ((MatrixView)kernels[j]).Slice(0, 0, n, n), 0, applied);
                        for (int i = 0; i < s; i++)
                        {
                            for (int column = 0; column < n; column++)
                                VectorRoutines.Scale(_a[i][j], applied.Column(column), system.Slice(i * n, j * n, n, n).Column(column));
                        }
                        for (int k = j * n; k < (j + 1) * n; k++) system[k, k] += 1;
                        ((MatrixView)p).CopyTo(stages.Slice(j * n, 0, n, n));
                    }
                    backend.Lu(system, pivots);
                    backend.LuSolve(Op.None, system, pivots, stages);
                    for (int i = 0; i < s; i++)
                    {
                        var y = stages.Slice(i * n, 0, n, n);
                        MatrixView k = kernels[i], target = product;
                        backend.Gemm(Op.None, Op.None, 1, k.Slice(0, 0, n, n), y, 0, target);
                        backend.Gemm(Op.None, Op.None, h * _b[i], k.Slice(n, 0, m, n), y, 1, g);
                        backend.SymmetricProduct(h * _b[i], y, target, 1, w);
                        trajectory.Hessian(interval, t + _c[i] * h, hessian);
                        hessian.Apply(-h * _b[i], target, 1, p);
                    }
                }
            }
            return new OperatorTriple(p, w, g);
        }

        // Roots of the Legendre polynomial on [0, 1], as eigenvalues of its Jacobi matrix (Golub, Welsch 1969).
        private static IEnumerable<double> GaussNodes(int s)
        {
            var jacobi = new DenseMatrix(s, s);
            for (int k = 1; k < s; k++) jacobi[k, k - 1] = jacobi[k - 1, k] = k / Math.Sqrt(4.0 * k * k - 1);
            return jacobi.Evd().EigenValues.Select(x => 0.5 * (1 + x.Real)).Order();
        }

        // Radau's nodes with 1 among them: eigenvalues of the Jacobi matrix whose last entry makes 1 a root (Golub 1973).
        private static IEnumerable<double> RadauNodes(int s)
        {
            var jacobi = new DenseMatrix(s, s);
            for (int k = 1; k < s; k++) jacobi[k, k - 1] = jacobi[k - 1, k] = k / Math.Sqrt(4.0 * k * k - 1);
            // Legendre polynomials are 1 at 1: with those of leading coefficient 1 the last entry is 1 − β²·p_{s−2}(1)/p_{s−1}(1).
            double older = 1, last = 1;
            for (int k = 1; k < s; k++)
            {
                double square = k == 1 ? 0 : (k - 1.0) * (k - 1) / (4.0 * (k - 1) * (k - 1) - 1);
                (older, last) = (last, last - square * older);
            }
            double end = (s - 1.0) * (s - 1) / (4.0 * (s - 1) * (s - 1) - 1);
            jacobi[s - 1, s - 1] = 1 - end * older / last;
            return jacobi.Evd().EigenValues.Select(x => 0.5 * (1 + x.Real)).Order();
        }
    }
}
