namespace KernelFlow.Analysis.Consistency;

/// <summary>A recorded loss beside Φ(U_S), and what rounding can make of their difference.</summary>
/// <param name="Checkpoint">Index of the checkpoint.</param>
/// <param name="Recorded">The recorded loss.</param>
/// <param name="Derived">Φ(U_S), from recorded outputs and targets.</param>
/// <param name="Rounding">What rounding of outputs and losses can make of the difference.</param>
internal sealed record RecordedLoss(int Checkpoint, double Recorded, double Derived, double Rounding)
{
    /// <summary>|recorded − derived| relative to the derived one, or to rounding where that is larger.</summary>
    public double RelativeError => Math.Abs(Recorded - Derived) / Scale;

    /// <summary>Rounding relative to the same number.</summary>
    public double RelativeRounding => Rounding / Scale;

    /// <summary>The difference in units of rounding.</summary>
    public double Excess => Recorded == Derived ? 0 : Math.Abs(Recorded - Derived) / Rounding;

    private double Scale => Math.Max(Math.Max(Math.Abs(Derived), Rounding), double.Epsilon);
}

/// <summary>The recorded losses of a run and the limits of their accuracy.</summary>
internal static class RecordedLosses
{
    // Networks are trained in float32 whatever type the numbers are stored in, and the outputs that the loss was taken of may come from another pass than the
    // recorded ones: a few tens of roundings of the largest output. The check of a recorded g allows the same.
    private const double OfPasses = 1e-5;

    private static readonly double _single = StorageType.Float32.Epsilon();

    /// <summary>Every checkpoint that recorded its loss.</summary>
    public static IReadOnlyList<RecordedLoss> Read(CheckpointSequence run, OutputRecord outputs)
    {
        var result = new List<RecordedLoss>();
        for (int k = 0; k < run.Count; k++)
            if (run[k].Find(TensorName.Loss) is { } recorded)
            {
                double derived = run.Loss.Value(outputs.TrainOutputs[k]);
                result.Add(new RecordedLoss(k, recorded.ReadAll()[0], derived,
                    Rounding(run.Loss, outputs, k, derived, run[k][TensorName.U_S].Type.Epsilon(), recorded.Type.Epsilon())));
            }
        return result;
    }

    /// <summary>Σ|g_i|δ_i + ½‖B‖Σδ_i² with δ_i the rounding of output i, and ε(4 + √n)Φ of the sum over examples. Where B varies, log(1 + x) is taken at the
    /// size of 1, so that a recorder may lose ε·Φ(0) of an example that is fitted well.</summary>
    private static double Rounding(LossModel loss, OutputRecord outputs, int k, double derived, double stored, double storedLoss)
    {
        double[] u = outputs.TrainOutputs[k], g = outputs.Gradients[k];
        var targets = loss.Beta is null ? default : loss.Targets;
        double largest = 0;
        foreach (double v in u) largest = Math.Max(largest, Math.Abs(v));
        double first = 0, second = 0;
        for (int i = 0; i < u.Length; i++)
        {
            double delta = stored * Math.Abs(u[i]) + OfPasses * (largest + (targets.IsEmpty ? 0 : Math.Abs(targets[i])));
            first += Math.Abs(g[i]) * delta;
            second += delta * delta;
        }
        double epsilon = Math.Max(_single, Math.Max(stored, storedLoss));
        double saturated = loss.Beta is null ? _single * Math.Abs(loss.Value(new double[u.Length])) : 0;
        return first + 0.5 * outputs.Hessians[k].NormBound() * second + epsilon * (4 + Math.Sqrt(loss.Examples)) * Math.Abs(derived) + saturated;
    }
}
