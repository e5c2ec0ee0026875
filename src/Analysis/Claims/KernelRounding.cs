using KernelFlow.Analysis.Consistency;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Claims;

/// <summary>What the rounding of Jacobians and kernels does to the recorded movement where much of J_Sᵀ g cancels.</summary>
/// <remarks>
/// An entry of K is known to ε_K √(K_aa K_bb), however small it and the sums over it are, so that a step of ΔU = −η K g is off by up to
/// η ε_K √(tr K · Σ K_ii g_i²). Relative to K g this is 1 where all parts of J_Sᵀ g have one sign; Adam divides by what is left of them.
/// Roundings of different checkpoints are independent, so that their squares add up.
/// </remarks>
internal sealed class KernelRounding
{
    /// <param name="evidence">The run.</param>
    /// <param name="epsilon">ε_K.</param>
    public KernelRounding(ClaimEvidence evidence, double epsilon)
    {
        var (run, input) = (evidence.Checkpoints, evidence.Input);
        var batches = StepBatches.Of(run);
        bool steps = Enumerable.Range(1, run.Count - 1).All(k => run[k].Step - run[k - 1].Step == 1);
        var rule = steps && run.Optimizer?.Rule is { } own ? own : DescentRule.Plain;
        double collected = 0, train = 0, test = 0, loss = 0;
        for (int k = 0; k + 1 < run.Count; k++)
        {
            var term = input.Kernels.At(k);
            double[] g = StepBatches.Gradient(batches, k, input.Outputs.Gradients[k]);
            double sum = 0, trace = 0, tested = Tested(term);
            for (int i = 0; i < g.Length; i++)
            {
                double diagonal = Math.Max(0, term.TrainDiagonal[i]);
                (sum, trace) = (sum + diagonal * g[i] * g[i], trace + diagonal);
            }
            long step = run[k].Step;
            double eta = input.Outputs.Times[k + 1] - input.Outputs.Times[k], here = Math.Sqrt(sum);
            collected = Math.Abs(rule.DecayAt(step)) * collected + (Math.Abs(rule.GainAt(step)) + Math.Abs(rule.FreshAt(step))) * here;
            double moved = epsilon * Math.Abs(rule.StepFactor(step, eta)) * collected;
            train += trace * moved * moved;
            test += tested * moved * moved;
            loss += here * here * moved * moved;
        }
        (Train, Test, Loss) = (Math.Sqrt(train), Math.Sqrt(test), Math.Sqrt(loss));
    }

    /// <summary>Of U_S(T) − U_S(s).</summary>
    public double Train { get; }

    /// <summary>Of U_Q(T) − U_Q(s).</summary>
    public double Test { get; }

    /// <summary>Of Φ(T) − Φ(s), as it is predicted.</summary>
    public double Loss { get; }

    // tr K_QQ; without K_QQ the least that K_QS allows: K_ai² ≤ K_aa K_ii.
    private static double Tested(KernelTerm term)
    {
        double trace = 0;
        if (term.TestDiagonal is { } diagonal)
        {
            foreach (double value in diagonal) trace += Math.Max(0, value);
            return trace;
        }
        using var held = term.Hold();
        var kernel = held.TestTrain;
        for (int a = 0; a < kernel.Rows; a++)
        {
            double largest = 0;
            for (int i = 0; i < kernel.Columns; i++)
                if (term.TrainDiagonal[i] > 0) largest = Math.Max(largest, kernel[a, i] * kernel[a, i] / term.TrainDiagonal[i]);
            trace += largest;
        }
        return trace;
    }
}
