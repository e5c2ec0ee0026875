using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Consistency;

/// <summary>Which step the recorded preconditioners belong to.</summary>
/// <param name="Share">Median over steps of ⟨r, d⟩/‖d‖²: r is what M_k leaves unexplained of the step from k, d what M_{k+1} would change of its prediction. 0
/// where the preconditioner stands at its own step, 1 where it stands one checkpoint too late.</param>
/// <param name="Here">Median relative error with M_k.</param>
/// <param name="Before">The same with M_{k+1}.</param>
/// <param name="Steps">Number of steps compared.</param>
internal sealed record PreconditionerFit(double Share, double Here, double Before, int Steps)
{
    private const int FewestSteps = 3, MostSteps = 64;

    /// <summary>Rebuilds the buffer from the recorded g and J of all earlier steps, in blocks of parameters, and compares the first steps, in which Adam's
    /// preconditioner changes most.</summary>
    /// <returns>The fit; null when fewer than three steps tell the conventions apart.</returns>
    public static PreconditionerFit? Of(CheckpointSequence run, OutputRecord outputs, Backend backend, CancellationToken cancellation)
    {
        var rule = run.Optimizer!.Rule!;
        int steps = Math.Min(MostSteps, run.Count - 2);
        while (steps > 0 && run[steps].Find(TensorName.Preconditioner) is null) steps--;
        if (steps < FewestSteps) return null;
        var moves = BufferedSteps.Predict(run, outputs, [new(rule), new(rule, Later: true)], steps, backend, cancellation);
        return Judge(run, outputs, moves[0], moves[1]);
    }

    private static PreconditionerFit? Judge(CheckpointSequence run, OutputRecord outputs, double[][] here, double[][] before)
    {
        var found = new List<(double Share, double Here, double Before)>();
        for (int k = 0; k < here.Length; k++)
        {
            double[] moved = VectorMath.Subtract(outputs.TrainOutputs[k + 1], outputs.TrainOutputs[k]);
            double[] rest = VectorMath.Subtract(moved, here[k]), change = VectorMath.Subtract(before[k], here[k]);
            double size = VectorMath.Norm(moved), difference = VectorMath.Norm(change);
            // Outputs and Jacobians are known to the rounding of their types.
            double rounding = run[k][TensorName.U_S].Type.Epsilon() * VectorMath.Norm(outputs.TrainOutputs[k])
                + run[k][TensorName.J_S].Type.Epsilon() * VectorMath.Norm(here[k]);
            if (size == 0 || difference < 10 * rounding) continue;
            double share = VectorRoutines.Dot(rest, change) / (difference * difference);
            found.Add((share, VectorMath.Norm(rest) / size, VectorMath.Distance(moved, before[k]) / size));
        }
        return found.Count < FewestSteps ? null
            : new PreconditionerFit(Median(found.Select(f => f.Share)), Median(found.Select(f => f.Here)), Median(found.Select(f => f.Before)), found.Count);
    }

    private static double Median(IEnumerable<double> values)
    {
        double[] sorted = [.. values.Order()];
        return sorted[sorted.Length / 2];
    }
}
