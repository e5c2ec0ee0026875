using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Consistency;

/// <summary>A way to take the recorded steps: by a rule, with the preconditioner of a step or of the one after it.</summary>
/// <param name="Rule">The rule of the steps.</param>
/// <param name="Later">Whether the preconditioner is that of the checkpoint after the step.</param>
internal readonly record struct StepVariant(DescentRule Rule, bool Later = false);

/// <summary>The movement of U_S in every recorded step, from the recorded g and J_S of all steps before it: the buffer is rebuilt, in blocks of
/// parameters.</summary>
internal static class BufferedSteps
{
    private const long ElementsHeld = 1 << 22;

    /// <summary>−f_k J̄_S M_k (Z_k + φ_k G_k) for the first steps, one list per variant; the Jacobians are read once.</summary>
    /// <param name="run">Every step from step 0, with Jacobians.</param>
    /// <param name="outputs">Its g.</param>
    /// <param name="variants">The ways to take the steps.</param>
    /// <param name="steps">How many steps.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between blocks.</param>
    public static double[][][] Predict(CheckpointSequence run, OutputRecord outputs, IReadOnlyList<StepVariant> variants, int steps, Backend backend,
        CancellationToken cancellation)
    {
        double[][][] moves = [.. variants.Select(_ => Enumerable.Range(0, steps).Select(_ => new double[run.TrainSize]).ToArray())];
        var batches = StepBatches.Of(run);
        double[][] gradients = [.. Enumerable.Range(0, steps).Select(k => StepBatches.Gradient(batches, k, outputs.Gradients[k]))];
        var decay = StepDecay.Of(run);
        long D = run[0][TensorName.J_S].Shape[^1];
        int width = JacobianColumns.Width(run, (int)Math.Clamp(ElementsHeld / (3L * run.TrainSize), 16, 1 << 16));
        for (long first = 0; first < D; first += width)
        {
            cancellation.ThrowIfCancellationRequested();
            Accumulate(run, gradients, decay, variants, first, (int)Math.Min(width, D - first), backend, moves);
        }
        return moves;
    }

    private static void Accumulate(CheckpointSequence run, double[][] gradients, StepDecay? decay, IReadOnlyList<StepVariant> variants, long first, int count,
        Backend backend, double[][][] moves)
    {
        int N = run.TrainSize;
        JacobianColumns Columns() => new(run, withTest: false, count, backend);
        JacobianColumns start = Columns(), end = Columns(), middle = Columns();
        double[] atStart = new double[N], atEnd = new double[N], half = new double[N];
        double[][] z = [.. variants.Select(_ => new double[count])];
        double[] fresh = new double[count], step = new double[count], here = new double[count], later = new double[count];
        start.Read(run[0], TensorName.J_S, TensorName.J_Q, first, count);
        for (int k = 0; k < gradients.Length; k++)
        {
            end.Read(run[k + 1], TensorName.J_S, TensorName.J_Q, first, count);
            bool simpson = run[k].Find(TensorName.J_S_mid) is not null;
            if (simpson) middle.Read(run[k], TensorName.J_S_mid, TensorName.J_Q_mid, first, count);
            if (variants.Any(v => v.Rule.NeedsPreconditioner && !v.Later)) run[k][TensorName.Preconditioner].Read(first, here);
            if (variants.Any(v => v.Rule.NeedsPreconditioner && v.Later)) run[k + 1][TensorName.Preconditioner].Read(first, later);
            Array.Clear(fresh);
            start.AddTransposed(gradients[k], 1, fresh);
            if (decay is { IsDecoupled: false }) VectorRoutines.Axpy(1, decay.At(k, first, count), fresh);
            long number = run[k].Step;
            for (int v = 0; v < variants.Count; v++)
            {
                var rule = variants[v].Rule;
                double eta = run[k + 1].Time - run[k].Time, factor = rule.StepFactor(number, eta);
                VectorRoutines.Combine(rule.DecayAt(number), z[v], rule.GainAt(number), fresh, z[v]);
                VectorRoutines.Combine(1, z[v], rule.FreshAt(number), fresh, step);
                if (rule.NeedsPreconditioner) VectorRoutines.Multiply(variants[v].Later ? later : here, step, step);
                if (decay is { IsDecoupled: true }) VectorRoutines.Axpy(eta / factor, decay.At(k, first, count), step);
                start.Multiply(step, atStart);
                end.Multiply(step, atEnd);
                if (simpson) middle.Multiply(step, half);
                for (int i = 0; i < N; i++)
                {
                    double ends = atStart[i] + atEnd[i];
                    moves[v][k][i] -= factor * (simpson ? (ends + 4 * half[i]) / 6 : 0.5 * ends);
                }
            }
            (start, end) = (end, start);
        }
    }
}
