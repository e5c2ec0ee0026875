using KernelFlow.Numerics;
using KernelFlow.Operators;

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
    private const long ElementsHeld = 1 << 22;

    /// <summary>Rebuilds the buffer from the recorded g and J of all earlier steps, in blocks of parameters, and compares the first steps, in which Adam's
    /// preconditioner changes most.</summary>
    /// <returns>The fit; null when fewer than three steps tell the conventions apart.</returns>
    public static PreconditionerFit? Of(CheckpointSequence run, OutputRecord outputs, CancellationToken cancellation)
    {
        var rule = run.Optimizer!.Rule!;
        int steps = Math.Min(MostSteps, run.Count - 2), N = run.TrainSize;
        while (steps > 0 && run[steps].Find(TensorName.Preconditioner) is null) steps--;
        if (steps < FewestSteps) return null;
        double[][] here = New(steps, N), before = New(steps, N);
        var batches = StepBatches.Of(run);
        double[][] gradients = [.. Enumerable.Range(0, steps).Select(k => StepBatches.Gradient(batches, k, outputs.Gradients[k]))];
        var decay = StepDecay.Of(run);
        long D = run[0][TensorName.J_S].Shape[^1];
        int width = (int)Math.Clamp(ElementsHeld / (3L * N), 16, 1 << 16);
        for (long first = 0; first < D; first += width)
        {
            cancellation.ThrowIfCancellationRequested();
            Accumulate(run, gradients, decay, rule, first, (int)Math.Min(width, D - first), steps, here, before);
        }
        return Judge(run, outputs, here, before);
    }

    private static double[][] New(int steps, int size) => [.. Enumerable.Range(0, steps).Select(_ => new double[size])];

    private static void Accumulate(CheckpointSequence run, double[][] gradients, StepDecay? decay, DescentRule rule, long first, int count, int steps,
        double[][] here, double[][] before)
    {
        int N = run.TrainSize;
        MatrixView start = Block(count, N), end = Block(count, N), middle = Block(count, N);
        double[] z = new double[count], move = new double[count], fresh = new double[count], m = new double[count], next = new double[count], step = new double[count];
        run[0][TensorName.J_S].ReadTransposed(first, start);
        run[0][TensorName.Preconditioner].Read(first, m);
        for (int k = 0; k < steps; k++)
        {
            run[k + 1][TensorName.J_S].ReadTransposed(first, end);
            run[k + 1][TensorName.Preconditioner].Read(first, next);
            bool simpson = run[k].Find(TensorName.J_S_mid) is not null;
            if (simpson) run[k][TensorName.J_S_mid].ReadTransposed(first, middle);
            long number = run[k].Step;
            double eta = run[k + 1].Time - run[k].Time, factor = rule.StepFactor(number, eta);
            Array.Clear(fresh);
            for (int i = 0; i < N; i++) VectorRoutines.Axpy(gradients[k][i], start.Column(i), fresh);
            if (decay is { IsDecoupled: false }) VectorRoutines.Axpy(1, decay.At(k, first, count), fresh);
            VectorRoutines.Combine(rule.DecayAt(number), z, rule.GainAt(number), fresh, z);
            VectorRoutines.Combine(1, z, rule.FreshAt(number), fresh, move);
            foreach (var (target, diagonal) in ((double[][], double[])[])[(here, m), (before, next)])
            {
                VectorRoutines.Multiply(diagonal, move, step);
                if (decay is { IsDecoupled: true }) VectorRoutines.Axpy(eta / factor, decay.At(k, first, count), step);
                for (int i = 0; i < N; i++)
                {
                    double ends = VectorRoutines.Dot(start.Column(i), step) + VectorRoutines.Dot(end.Column(i), step);
                    target[k][i] -= factor * (simpson ? (ends + 4 * VectorRoutines.Dot(middle.Column(i), step)) / 6 : 0.5 * ends);
                }
            }
            (start, end) = (end, start);
            (m, next) = (next, m);
        }
    }

    private static MatrixView Block(int rows, int columns) => new(new double[rows * columns], rows, columns);

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
            found.Add((VectorRoutines.Dot(rest, change) / (difference * difference), VectorMath.Norm(rest) / size, VectorMath.Distance(moved, before[k]) / size));
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
