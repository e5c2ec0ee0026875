namespace KernelFlow.Recording;

/// <summary>The named losses that targets allow, and how a gradient compares with theirs.</summary>
internal static class LossCandidates
{
    public static IEnumerable<LossModel> Of(Tensor targets, int n, int p)
    {
        double[] y = HostCopies.Doubles(targets);
        if (y.Length == n && p > 1 && y.All(v => v >= 0 && v < p && v == Math.Floor(v)))
        {
            var classes = new double[n * p];
            for (int i = 0; i < n; i++) classes[i * p + (int)y[i]] = 1;
            foreach (bool sum in (bool[])[false, true]) yield return LossModel.SoftmaxCrossEntropy(classes, p, sum);
        }
        if (y.Length != n * p) yield break;
        foreach (bool sum in (bool[])[false, true])
        {
            yield return LossModel.Squared(y, p, sum);
            if (p > 1 && Enumerable.Range(0, n).All(i => IsProbability(y.AsSpan(i * p, p)))) yield return LossModel.SoftmaxCrossEntropy(y, p, sum);
            if (p != 1) continue;
            if (y.All(v => v is 1 or -1)) yield return LossModel.Logistic(y, sum);
            if (y.All(v => v is 1 or 0)) yield return LossModel.Logistic(Array.ConvertAll(y, v => 2 * v - 1), sum);
        }
    }

    /// <summary>The loss of some of the examples.</summary>
    public static LossModel Part(LossModel loss, int[] examples)
    {
        int p = loss.Outputs;
        double[] all = loss.Targets.ToArray();
        return loss.WithTargets([.. examples.SelectMany(i => all[(i * p)..((i + 1) * p)])]);
    }

    /// <summary>c where a gradient at u is c times that of the model; 0 where it is not.</summary>
    public static double Factor(LossModel model, double[] u, double[] gradient, double tolerance)
    {
        var g = new double[u.Length];
        model.Gradient(u, g);
        double square = 0, product = 0, difference = 0, norm = 0;
        for (int i = 0; i < g.Length; i++)
        {
            square += g[i] * g[i];
            product += g[i] * gradient[i];
        }
        double c = square > 0 ? product / square : 0;
        for (int i = 0; i < g.Length; i++)
        {
            difference += (gradient[i] - c * g[i]) * (gradient[i] - c * g[i]);
            norm += gradient[i] * gradient[i];
        }
        return c > 0 && difference <= tolerance * tolerance * norm ? c : 0;
    }

    /// <summary>The plain number that a factor is to rounding, if it is one.</summary>
    public static double Rounded(double factor, int outputs, double tolerance)
    {
        foreach (double plain in (double[])[1, 2, 0.5, 1.0 / outputs, 2.0 / outputs])
            if (Math.Abs(factor / plain - 1) <= tolerance) return plain;
        return factor;
    }

    private static bool IsProbability(ReadOnlySpan<double> row)
    {
        double sum = 0;
        foreach (double v in row)
        {
            if (v < 0) return false;
            sum += v;
        }
        return Math.Abs(sum - 1) <= 1e-9;
    }
}
