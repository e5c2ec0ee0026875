namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>Trains a model by its optimizer's own update rule, in parameter space, and records every step: nothing here knows the recursion under
/// test.</summary>
internal sealed record Training(Model Model, int Train, LossModel Loss)
{
    public Optimizer Optimizer { get; init; } = new GradientDescent(0.1);

    /// <summary>η_k; its number of entries is the number of steps.</summary>
    public required double[] Rates { get; init; }

    public bool Midpoints { get; init; }

    /// <summary>The examples of each step; null for all of them.</summary>
    public int[][]? Batches { get; init; }

    /// <summary>M of preconditioned gradient descent.</summary>
    public double[]? Diagonal { get; init; }

    public double Scale { get; init; } = 1;

    public int Seed { get; init; } = 7;

    public static double[] Constant(double eta, int steps) => Enumerable.Repeat(eta, steps).ToArray();

    /// <summary>Rates that differ from step to step, around η.</summary>
    public static double[] Varying(double eta, int steps) => Enumerable.Range(0, steps).Select(k => eta * (1 + 0.4 * Math.Sin(1 + k))).ToArray();

    public CheckpointSequence Record()
    {
        int N = Train * Loss.Outputs, M = Model.Rows - N, D = Model.Parameters;
        double[] w = RandomMatrices.Vector(new Random(Seed), D), mean = new double[D], square = new double[D];
        for (int d = 0; d < D; d++) w[d] *= Scale;
        var checkpoints = new List<Checkpoint>();
        double time = 0;
        for (int k = 0; k <= Rates.Length; k++)
        {
            double[] u = Model.Outputs(w), J = Model.Jacobian(w), g = new double[N], gradient = new double[D];
            Loss.Gradient(u.AsSpan(0, N), g);
            int p = Loss.Outputs;
            int[] members = Batches is null || k == Rates.Length ? [.. Enumerable.Range(0, Train)] : Batches[k];
            // g is that of all examples; a mean over b of them has each example's part n/b times as large, a sum has it as it is.
            double share = Loss.IsSum ? 1 : (double)Train / members.Length;
            foreach (int i in members)
                for (int r = i * p; r < (i + 1) * p; r++)
                    for (int d = 0; d < D; d++) gradient[d] += share * J[r * D + d] * g[r];
            var tensors = Jacobians("", J, N, M, D);
            tensors.Add(new MemoryTensor("U_S", u[..N], Train, Loss.Outputs));
            tensors.Add(new MemoryTensor("U_Q", u[N..], M / Loss.Outputs, Loss.Outputs));
            if (Optimizer.WeightDecay > 0) tensors.Add(new MemoryTensor("w", (double[])w.Clone(), D));
            if (Batches is not null && k < Rates.Length) tensors.Add(new MemoryTensor("batch", Array.ConvertAll(members, i => (double)i), members.Length));
            if (k < Rates.Length)
            {
                if (!Optimizer.Decoupled)
                    for (int d = 0; d < D; d++) gradient[d] += Optimizer.WeightDecay * w[d];
                var (next, diagonal) = Step(k, w, gradient, mean, square);
                if (diagonal is not null) tensors.Add(new MemoryTensor("preconditioner", diagonal, D));
                if (Midpoints) tensors.AddRange(Jacobians("_mid", Model.Jacobian([.. w.Zip(next, (a, b) => 0.5 * (a + b))]), N, M, D));
                w = next;
            }
            checkpoints.Add(new Checkpoint(time, k, [.. tensors]));
            if (k < Rates.Length) time += Rates[k];
        }
        return new CheckpointSequence(checkpoints, Loss) { Optimizer = Optimizer };
    }

    private (double[] Next, double[]? Diagonal) Step(int k, double[] w, double[] gradient, double[] mean, double[] square)
    {
        double[] next = (double[])w.Clone();
        double[]? diagonal = Optimizer.Kind == "adam" ? new double[w.Length] : Diagonal;
        for (int d = 0; d < w.Length; d++)
        {
            switch (Optimizer.Kind)
            {
                case "momentum":
                    var momentum = (Momentum)Optimizer;
                    mean[d] = k == 0 ? gradient[d] : momentum.Coefficient * mean[d] + (1 - momentum.Dampening) * gradient[d];
                    next[d] -= Rates[k] * (momentum.Nesterov ? gradient[d] + momentum.Coefficient * mean[d] : mean[d]);
                    break;
                case "adam":
                    double b1 = ((Adam)Optimizer).Beta1, b2 = ((Adam)Optimizer).Beta2;
                    mean[d] = b1 * mean[d] + (1 - b1) * gradient[d];
                    square[d] = b2 * square[d] + (1 - b2) * gradient[d] * gradient[d];
                    diagonal![d] = 1 / (Math.Sqrt(square[d] / (1 - Math.Pow(b2, k + 1))) + 1e-8);
                    next[d] -= Rates[k] * diagonal[d] * (mean[d] / (1 - Math.Pow(b1, k + 1)));
                    break;
                default:
                    next[d] -= Rates[k] * (Diagonal?[d] ?? 1) * gradient[d];
                    break;
            }
            if (Optimizer.Decoupled) next[d] -= Rates[k] * Optimizer.WeightDecay * w[d];
        }
        return (next, diagonal);
    }

    private static List<TensorSource> Jacobians(string suffix, double[] J, int N, int M, int D) =>
        [new MemoryTensor("J_S" + suffix, J[..(N * D)], N, D), new MemoryTensor("J_Q" + suffix, J[(N * D)..], M, D)];
}
