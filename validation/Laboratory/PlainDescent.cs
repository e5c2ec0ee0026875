using KernelFlow.Numerics;

namespace KernelFlow.Validation.Laboratory;

/// <summary>Gradient descent of a built-in network by the loss it is given: what an experiment trains again, on other labels or with fewer examples.</summary>
internal static class PlainDescent
{
    /// <summary>Trains, and shows the parameters at every mark.</summary>
    /// <param name="evaluator">Evaluates the network.</param>
    /// <param name="start">Initial parameters; they stay as they are.</param>
    /// <param name="x">Inputs of the examples that train.</param>
    /// <param name="loss">The loss over them.</param>
    /// <param name="rate">The learning rate.</param>
    /// <param name="marks">Steps to look at, increasing; training ends at the last.</param>
    /// <param name="visit">Receives the index of the mark and the parameters there, which it must not keep.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    /// <exception cref="NumericalException">It diverged.</exception>
    public static void Run(NetworkEvaluator evaluator, double[] start, double[] x, LossModel loss, double rate, IReadOnlyList<int> marks,
        Action<int, double[]> visit, CancellationToken cancellation)
    {
        double[] w = (double[])start.Clone(), gradient = new double[w.Length], u = new double[loss.Examples * loss.Outputs], g = new double[u.Length];
        double first = double.NaN;
        for (int step = 0, mark = 0; ; step++)
        {
            cancellation.ThrowIfCancellationRequested();
            if (step == marks[mark])
            {
                visit(mark, w);
                if (++mark == marks.Count) return;
            }
            double value = evaluator.LossGradient(w, x, loss, u, g, gradient);
            if (step == 0) first = value;
            // A training whose loss grows so much is one that its user throws away.
            if (!(value <= 100 * (first + 1))) throw new NumericalException(FormattableString.Invariant($"Training diverged at step {step}."));
            VectorRoutines.Axpy(-rate, gradient, w);
        }
    }
}
