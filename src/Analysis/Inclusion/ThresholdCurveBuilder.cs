using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>The conclusions at every threshold from 1e-8 to 0.5, four to a decade, and at the chosen one.</summary>
internal static class ThresholdCurveBuilder
{
    private const double Lowest = 1e-8, Highest = 0.5;
    private const int PerDecade = 4;

    /// <summary>10^(k/4) from 1e-8 to 0.5, with the chosen threshold in its place.</summary>
    public static IReadOnlyList<double> Grid(double chosen)
    {
        var grid = new SortedSet<double> { chosen, Highest };
        for (int k = 0; k <= 8 * PerDecade; k++)
        {
            double value = Lowest * Math.Pow(10, (double)k / PerDecade);
            // Two thresholds that differ by rounding only would be one point drawn twice.
            if (value < Highest && !(Math.Abs(value - chosen) <= 1e-9 * chosen)) grid.Add(value);
        }
        return [.. grid];
    }

    /// <summary>The conclusions as functions of the threshold.</summary>
    /// <param name="evidence">What verdicts follow from.</param>
    /// <param name="errors">Relative error of the test displacement with the first k modes kept, k = 0 to the number of modes; null when the outputs did not
    /// move.</param>
    /// <param name="chosen">δ, the threshold of the analysis.</param>
    public static IReadOnlyList<ThresholdPoint> Build(InclusionEvidence evidence, double[]? errors, double chosen)
    {
        var points = new List<ThresholdPoint>();
        foreach (double threshold in Grid(chosen))
        {
            int signal = evidence.Modes.Count(m => m.Measure >= threshold);
            // Where no computed mode is below it, what the others do is not known.
            if (evidence.LeftOut > 0 && signal == evidence.Modes.Count) continue;
            double worst = 0;
            for (int j = signal; j < evidence.Modes.Count; j++) worst = Math.Max(worst, evidence.Modes[j].Response);
            var verdict = InclusionRule.Judge(evidence, threshold).Verdict;
            points.Add(new ThresholdPoint(threshold, signal, evidence.Modes.Count + evidence.LeftOut - signal, verdict, errors?[signal], worst));
        }
        return points;
    }

    /// <summary>‖ΔU_Q + Σ_{j≤k} Gψ_j ψ_jᵀg‖/‖ΔU_Q‖ for k = 0 … number of modes: the modes descend by measure, so the signal is always the first few. O(Nk +
    /// Mk).</summary>
    /// <remarks>What weight decay adds to the displacement is taken off first.</remarks>
    public static double[]? Errors(DenseMatrix response, DenseMatrix modes, double[] gradient, double[] recorded, double[]? forced = null)
    {
        double scale = VectorMath.Norm(recorded);
        if (scale == 0) return null;
        double[] rest = forced is null ? (double[])recorded.Clone() : VectorMath.Subtract(recorded, forced), errors = new double[response.ColumnCount + 1];
        errors[0] = forced is null ? 1 : VectorMath.Norm(rest) / scale;
        for (int j = 0; j < response.ColumnCount; j++)
        {
            VectorRoutines.Axpy(VectorRoutines.Dot(((MatrixView)modes).Column(j), gradient), ((MatrixView)response).Column(j), rest);
            errors[j + 1] = VectorMath.Norm(rest) / scale;
        }
        return errors;
    }
}
