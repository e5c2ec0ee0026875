using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Measures;

/// <summary>Φ(s) − n/(n − 1)·gᵀ(W_S − W_D)g per example, at every checkpoint.</summary>
internal static class FirstOrderBuilder
{
    // What the form is off by for other reasons is tens of percents. Beside 1e-5 this tolerance moved it by 0.02 to 0.21 % of its maximum, over 15 digit runs.
    private const double Tolerance = 1e-2;

    /// <summary>By the flow of outputs, or as a sum over the recorded steps where every one is there.</summary>
    public static Known<IReadOnlyList<double>> Build(AnalysisPlan plan, AnalysisInput input, CancellationToken cancellation)
    {
        var (run, outputs, loss) = (input.Checkpoints, input.Outputs, input.Checkpoints.Loss);
        if (plan.Exact && StepBatches.Of(run) is not null)
            return Known.Unknown<IReadOnlyList<double>>("the steps are over batches, and the form is that of all examples");
        if (plan.Exact && run.Optimizer is { Rule.HasBuffer: true, Kind: var kind })
            return Known.Unknown<IReadOnlyList<double>>($"with {kind} a step is not along the gradient");
        IReadOnlyList<(double All, double Own)> sums;
        try
        {
            sums = plan.Exact ? BySteps(input)
                : FirstOrderRisk.Run(input.Interpolate(input.AllCheckpoints), loss, outputs.TrainOutputs[0], Tolerance,
                    input.Backend.Spare, cancellation);
        }
        catch (NumericalException e)
        {
            return Known.Unknown<IReadOnlyList<double>>(e.Message.TrimEnd('.'));
        }
        double n = loss.Examples, start = loss.Value(outputs.TrainOutputs[0]), factor = loss.IsSum ? 1 : n / (n - 1);
        return Known.Of<IReadOnlyList<double>>([.. sums.Select(s => (start - factor * (s.All - s.Own)) / (loss.Scale * n))]);
    }

    private static List<(double, double)> BySteps(AnalysisInput input)
    {
        var outputs = input.Outputs;
        double all = 0, own = 0;
        List<(double, double)> sums = [(0, 0)];
        for (int k = 0; k + 1 < outputs.Times.Count; k++)
        {
            using var held = input.Kernels.At(k).Hold();
            double eta = outputs.Times[k + 1] - outputs.Times[k];
            double[] g = outputs.Gradients[k];
            all += eta * VectorMath.Quadratic(held.Train, g);
            own += eta * FirstOrderRisk.Own(held.Train, g, input.Checkpoints.Outputs);
            sums.Add((all, own));
        }
        return sums;
    }
}
