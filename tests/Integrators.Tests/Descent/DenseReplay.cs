namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>The recursions of theory, section 8, written out in dense matrices for a run whose J is linear along steps.</summary>
internal sealed record DenseReplay(Matrix<double> P, Matrix<double> W, Matrix<double> GS, Matrix<double> GQ, Matrix<double> Response, Matrix<double> Motion,
    double[] Z)
{
    public static DenseReplay Of(CheckpointSequence c)
    {
        var build = Matrix<double>.Build;
        int n = c.Train, N = c.TrainSize, M = c.TestSize, D = (int)c.Parameters!.Value, steps = c.Count - 1;
        var B = build.DenseDiagonal(N, N, c.Loss.Scale);
        Matrix<double> P = build.DenseIdentity(N), buffer = build.Dense(D, N), W = build.Dense(N, N), GS = build.Dense(N, N), GQ = build.Dense(M, N);
        var z = new double[steps];
        // moves[k] takes J_iᵀ S_i P_i of every step so far to the step of the parameters: w_{k+1} − w_k = −Σ_i moves[k][i] J_iᵀ S_i P_i g.
        var moves = new Matrix<double>[steps][];
        for (int k = 0; k < steps; k++)
        {
            double eta = c[k + 1].Time - c[k].Time;
            Matrix<double> JS = Runs.Jacobian(c[k], "J_S", N), JQ = Runs.Jacobian(c[k], "J_Q", M);
            Matrix<double> meanS = (JS + Runs.Jacobian(c[k + 1], "J_S", N)) / 2, meanQ = (JQ + Runs.Jacobian(c[k + 1], "J_Q", M)) / 2;
            var S = build.DenseIdentity(N);
            if (c[k].Find("batch") is { } batch)
            {
                S = build.Dense(N, N);
                foreach (double i in batch.ReadAll()) S[(int)i, (int)i] += c.Loss.IsSum ? 1 : n / (double)batch.Count;
            }
            var diagonal = c[k].Find("preconditioner")?.ReadAll();
            var preconditioner = diagonal is null ? build.DenseIdentity(D) : build.DenseOfDiagonalArray(diagonal);
            var gradient = JS.Transpose() * S * P;
            moves[k] = new Matrix<double>[k + 1];
            for (int i = 0; i <= k; i++) moves[k][i] = Weight(c.Optimizer!, i, k) * eta * preconditioner;
            var (step, next) = Step(c.Optimizer!, k, buffer, gradient);
            buffer = next;
            var T = eta * preconditioner * step;
            W += eta * gradient.Transpose() * gradient;
            GS += meanS * T;
            GQ += meanQ * T;
            P -= B * meanS * T;
            z[k] = eta * (B * S * JS * preconditioner * JS.Transpose()).Evd().EigenValues.Max(v => v.Real);
        }
        Matrix<double> response = build.Dense(M, M), motion = build.Dense(N, N);
        for (int i = 0; i < steps; i++)
        {
            Matrix<double> HS = build.Dense(N, D), HQ = build.Dense(M, D);
            for (int k = i; k < steps; k++)
            {
                HS += B * (Runs.Jacobian(c[k], "J_S", N) + Runs.Jacobian(c[k + 1], "J_S", N)) / 2 * moves[k][i];
                HQ += (Runs.Jacobian(c[k], "J_Q", M) + Runs.Jacobian(c[k + 1], "J_Q", M)) / 2 * moves[k][i];
            }
            double eta = c[i + 1].Time - c[i].Time;
            response += HQ * HQ.Transpose() / eta;
            motion += HS * HS.Transpose() / eta;
        }
        return new DenseReplay(P, W, GS, GQ, response, motion, z);
    }

    // How much of the gradient of step i is in step k, in closed form.
    private static double Weight(Optimizer optimizer, int i, int k) => optimizer switch
    {
        Adam a => (1 - a.Beta1) * Math.Pow(a.Beta1, k - i) / (1 - Math.Pow(a.Beta1, k + 1)),
        Momentum { Nesterov: true } m => Math.Pow(m.Coefficient, k - i + 1) + (i == k ? 1 : 0),
        Momentum m => Math.Pow(m.Coefficient, k - i) * (i == 0 ? 1 : 1 - m.Dampening),
        _ => i == k ? 1 : 0,
    };

    // The update rule as the optimizer's own documentation has it, for a matrix of gradients.
    private static (Matrix<double> Step, Matrix<double> Buffer) Step(Optimizer optimizer, int k, Matrix<double> buffer, Matrix<double> gradient)
    {
        switch (optimizer)
        {
            case Adam a:
                var mean = a.Beta1 * buffer + (1 - a.Beta1) * gradient;
                return (mean / (1 - Math.Pow(a.Beta1, k + 1)), mean);
            case Momentum m:
                var velocity = k == 0 ? gradient : m.Coefficient * buffer + (1 - m.Dampening) * gradient;
                return (m.Nesterov ? gradient + m.Coefficient * velocity : velocity, velocity);
            default:
                return (gradient, buffer);
        }
    }
}
