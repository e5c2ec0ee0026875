using KernelFlow.Operators.Tests;

namespace KernelFlow.Integrators.Tests.Factors;

/// <summary>Small recorded runs with everything a factor needs, and the dense operators of the same nodes formed the long way: stages by one system
/// of order sN, J as it was recorded.</summary>
internal sealed record Flows(SyntheticRun Run, CheckpointSequence Checkpoints, InterpolatedTrajectory Trajectory, Propagation Propagation)
{
    /// <param name="method">Collocation method.</param>
    /// <param name="softmax">B varies; otherwise B = I/n.</param>
    /// <param name="cubic">J by cubic interpolation.</param>
    /// <param name="D">Parameters: more than twice N, or fewer.</param>
    public static Flows Make(string method, bool softmax, bool cubic, int D, Backend backend, int? fixedSteps = 2)
    {
        const int n = 4, m = 3, p = 2;
        var run = new SyntheticRun(n, m, p, D, 4, seed: 7);
        var recorded = run.Jacobians();
        double[] oneHot = Enumerable.Range(0, n * p).Select(i => i % p == i / p % p ? 1.0 : 0).ToArray();
        var checkpoints = softmax ? new CheckpointSequence(recorded, LossModel.SoftmaxCrossEntropy(oneHot, p)) : recorded;
        var builder = TrajectoryBuilder.Read(checkpoints, OutputRecord.Read(checkpoints), backend, sparseCubic: true);
        int[] all = [.. Enumerable.Range(0, checkpoints.Count)];
        var trajectory = cubic ? builder.Cubic(all) : builder.Linear(all);
        return new Flows(run, checkpoints, trajectory, FlowIntegrator.Integrate(trajectory,
            new PropagationOptions { Method = method, FixedSteps = fixedSteps }, backend));
    }

    /// <summary>[J_S; J_Q] at a node.</summary>
    public Matrix<double> Joint(QuadratureNode node)
    {
        var (knots, interpolant) = (Trajectory.Knots, Trajectory.Interpolants![node.Interval]);
        double theta = (node.Time - knots[node.Interval]) / (knots[node.Interval + 1] - knots[node.Interval]);
        return interpolant.Checkpoints.Select((k, a) => interpolant.At(a, theta) * Run.J_S[k].Stack(Run.J_Q[k])).Aggregate((x, y) => x + y);
    }

    /// <summary>F with all D rows per node, W, G_Q and P from Y_i that solve the sN×sN stage system as it is written in textbooks, with A and not its
    /// inverse.</summary>
    public (Matrix<double> F, Matrix<double> W, Matrix<double> G, Matrix<double> P) Dense()
    {
        var tableau = Propagation.Method!.Tableau!;
        int s = tableau.Stages, N = Trajectory.TrainSize, M = Trajectory.TestSize, D = Run.J_S[0].ColumnCount;
        Matrix<double> P = Matrix<double>.Build.DenseIdentity(N), W = new DenseMatrix(N, N), G = new DenseMatrix(M, N);
        var F = new DenseMatrix(Propagation.Nodes.Count * D, N);
        var B = new OutputHessian(N / Trajectory.Outputs, Trajectory.Outputs);
        for (int first = 0; first < Propagation.Nodes.Count; first += s)
        {
            var nodes = Propagation.Nodes.Skip(first).Take(s).ToArray();
            double h = nodes.Sum(node => node.Weight);
            var joint = nodes.Select(Joint).ToArray();
            var slopes = new Matrix<double>[s];
            for (int i = 0; i < s; i++)
            {
                Trajectory.Hessian(nodes[i].Interval, nodes[i].Time, B);
                DenseMatrix J = DenseMatrix.OfMatrix(joint[i].SubMatrix(0, N, 0, D)), K = DenseMatrix.OfMatrix(J * J.Transpose()), BK = new(N, N);
                B.Apply(1, K, 0, BK);
                slopes[i] = BK;
            }
            var system = Matrix<double>.Build.Dense(s * N, s * N, (r, c) => (r == c ? 1 : 0) + h * tableau.A[r / N][c / N] * slopes[c / N][r % N, c % N]);
            var right = Matrix<double>.Build.Dense(s * N, N, (r, c) => P[r % N, c]);
            var stages = system.Solve(right);
            for (int i = 0; i < s; i++)
            {
                var Y = stages.SubMatrix(i * N, N, 0, N);
                Matrix<double> J = joint[i].SubMatrix(0, N, 0, D), z = Math.Sqrt(nodes[i].Weight) * J.Transpose() * Y;
                F.SetSubMatrix((first + i) * D, 0, z);
                W += z.Transpose() * z;
                G += Math.Sqrt(nodes[i].Weight) * joint[i].SubMatrix(N, M, 0, D) * z;
                P -= h * tableau.B[i] * slopes[i] * Y;
            }
        }
        return (F, W, G, P);
    }
}
