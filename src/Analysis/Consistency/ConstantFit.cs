using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Consistency;

/// <summary>The coefficient of an optimizer's memory (μ, β₁) that explains the recorded steps best, beside the one that is stated.</summary>
/// <param name="Key">Its key in the manifest.</param>
/// <param name="Stated">The stated one; 0 for gradient descent.</param>
/// <param name="Found">The one that fits, by least squares over the first steps.</param>
/// <param name="ErrorStated">Median relative error of the steps with the stated one.</param>
/// <param name="ErrorFound">The same with the one that fits; equal to the other where nothing better was looked for.</param>
/// <param name="Steps">Number of steps.</param>
internal sealed record ConstantFit(string Key, double Stated, double Found, double ErrorStated, double ErrorFound, int Steps)
{
    /// <summary>Differences of the coefficient below this are not looked at: the error of J̄ makes as much.</summary>
    public const double Resolution = 0.02;

    private const double Difference = 0.01;
    private const int FewestSteps = 4, MostSteps = 24, Fine = 8;

    private static readonly double[] _grid = [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.93, 0.95, 0.97, 0.98, 0.99, 0.995];

    /// <summary>Fits the coefficient: where the derivative at the stated one points away from it, on a grid and then on a finer one.</summary>
    /// <param name="run">Every step from step 0, with Jacobians.</param>
    /// <param name="outputs">Its outputs and g.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="cancellation">Honoured between blocks of parameters.</param>
    /// <returns>The fit; null when the optimizer has no such coefficient or there are too few steps.</returns>
    public static ConstantFit? Of(CheckpointSequence run, OutputRecord outputs, Backend backend, CancellationToken cancellation)
    {
        int steps = Math.Min(MostSteps, run.Count - 1);
        if (steps < FewestSteps || Family(run.Optimizer) is not var (key, stated, rule)) return null;
        double[][] moved = [.. Enumerable.Range(0, steps).Select(k => VectorMath.Subtract(outputs.TrainOutputs[k + 1], outputs.TrainOutputs[k]))];
        if (moved.Any(m => VectorMath.Norm(m) == 0)) return null;
        double[] floors = [.. moved.Select((m, k) => Floor(run[k], outputs.TrainOutputs[k], m))];
        double aside = stated + (stated < 0.5 ? Difference : -Difference);
        var moves = BufferedSteps.Predict(run, outputs, [new(rule(stated)), new(rule(aside))], steps, backend, cancellation);
        double error = Error(moved, moves[0], floors);
        if (Math.Abs(Slope(moved, moves[0], moves[1], aside - stated)) < Resolution) return new ConstantFit(key, stated, stated, error, error, steps);

        (double Value, double Error) Best(double[] values)
        {
            var all = BufferedSteps.Predict(run, outputs, [.. values.Select(v => new StepVariant(rule(v)))], steps, backend, cancellation);
            return values.Select((v, i) => (v, Error(moved, all[i], floors))).MinBy(pair => pair.Item2);
        }
        var best = Best(_grid);
        int at = Array.IndexOf(_grid, best.Value);
        double low = _grid[Math.Max(0, at - 1)], high = _grid[Math.Min(_grid.Length - 1, at + 1)];
        best = Best([best.Value, stated, .. Enumerable.Range(1, Fine - 1).Select(i => low + (high - low) * i / Fine)]);
        return new ConstantFit(key, stated, best.Value, error, best.Error, steps);
    }

    // What rounding makes of a step, relative to its movement.
    private static double Floor(Checkpoint checkpoint, double[] outputs, double[] moved) =>
        4 * (checkpoint[TensorName.U_S].Type.Epsilon() * VectorMath.Norm(outputs) / VectorMath.Norm(moved) + checkpoint[TensorName.J_S].Type.Epsilon());

    private static (string Key, double Stated, Func<double, DescentRule> Rule)? Family(Optimizer? optimizer) => optimizer switch
    {
        Momentum { Nesterov: true } m => ("momentum", m.Coefficient, mu => new Momentum(0, Math.Max(mu, double.Epsilon)) { Nesterov = true }.Rule),
        Momentum m => ("momentum", m.Coefficient, mu => new Momentum(0, mu) { Dampening = m.Dampening }.Rule),
        Adam a => ("beta1", a.Beta1, beta => new Adam(0, beta, a.Beta2, a.Epsilon).Rule),
        GradientDescent => ("momentum", 0, mu => new Momentum(0, mu).Rule),
        _ => null,
    };

    // Σ⟨r, d⟩/Σ‖d‖² with d the derivative by the coefficient and r what it leaves unexplained, each step relative to its movement.
    private static double Slope(double[][] moved, double[][] here, double[][] aside, double difference)
    {
        double product = 0, square = 0;
        for (int k = 0; k < moved.Length; k++)
        {
            double weight = 1 / VectorRoutines.Dot(moved[k], moved[k]);
            double[] rest = VectorMath.Subtract(moved[k], here[k]), change = VectorMath.Subtract(aside[k], here[k]);
            product += weight * VectorRoutines.Dot(rest, change) / difference;
            square += weight * VectorRoutines.Dot(change, change) / (difference * difference);
        }
        return square > 0 ? product / square : 0;
    }

    private static double Error(double[][] moved, double[][] predicted, double[] floors)
    {
        double[] errors = [.. moved.Select((m, k) => VectorMath.Distance(m, predicted[k]) / VectorMath.Norm(m) + floors[k]).Order()];
        return errors[errors.Length / 2];
    }
}
