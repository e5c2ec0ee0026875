using KernelFlow.Numerics;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis;

/// <summary>The three checks of ker W_S ⊆ ker G_Q and the verdict (theory, section 5).</summary>
internal static class InclusionCheck
{
    private const string DidNotMove = "the test outputs did not move";

    private const string NoTestOutputs = "there are no test outputs";

    private const string NoTestKernel = "K_QQ was not recorded, and what stands in its place, K_QS K_SS⁺ K_SQ, is made "
        + "from the blocks under test";

    private const int MostRuns = 3;

    /// <summary>Runs the checks of the inclusion.</summary>
    /// <param name="c">The operators and their eigenpairs.</param>
    /// <param name="second">The second integration of check 2, or why there is none.</param>
    /// <param name="spectrum">The spectrum and its threshold.</param>
    /// <param name="cancellation">Honoured within one step of a repeated second integration.</param>
    public static InclusionResult Run(StudiedWindow c, Known<SecondIntegration> second, SpectrumResult spectrum, CancellationToken cancellation = default)
    {
        var run = second.TryGet(out var integration) ? integration.First : null;
        var (result, evidence) = Examine(c, spectrum, run, second.Reason);
        // The second run is repeated more finely only where a verdict hangs on it.
        for (int runs = 1; runs < MostRuns && run?.Propagation is not null && run.Tolerance > c.Model.RelativeTolerance; runs++)
        {
            if (InclusionRule.Shrink(evidence, spectrum.Threshold) is not ({ } shrink and < 1)) break;
            var finer = integration!.At(Math.Max(c.Model.RelativeTolerance, 0.3 * shrink * run.Tolerance), cancellation);
            if (finer.Propagation is null) break;
            run = finer;
            (result, evidence) = Examine(c, spectrum, run, second.Reason);
        }
        return result;
    }

    private static (InclusionResult, InclusionEvidence) Examine(StudiedWindow c, SpectrumResult spectrum, SecondOperators? second, string? none)
    {
        var (propagation, pairs, backend) = (c.Propagation, c.Pairs, c.Backend);
        var G = propagation.G_Q;
        int N = G.ColumnCount, k = pairs.Values.Count;
        double constant = c.Model.ResponseBound, first = Math.Max(pairs.Values[0], 0);
        // Rounding of W: each λ_j is known to N·ε·λ_1, or √λ_j to N·ε·s_F. Without it a mode far below would be held to a bound that rounding has already
        // eaten.
        double noise = Math.Pow(c.Solution.UnresolvedRoot(c.Model.Epsilon), 2);
        var response = ModeResponses.Of(G, pairs, backend);
        double floor = N * c.Model.Epsilon * MatrixNorms.Spectral(c.Solution.Complete && c.Solution.Space.IsAll ? response : G, backend)
            + (c.Model.Truncation?.Response ?? 0);
        double[] norms = ModeResponses.Norms(response);
        var measure = spectrum.DissipatedFraction.OrDefault(spectrum.RelativeEigenvalues);
        var modes = new ModeVisibility[k];
        for (int j = 0; j < k; j++)
            modes[j] = new ModeVisibility(pairs.Values[j], measure[j], norms[j], Math.Sqrt(constant) * c.Solution.Root(pairs.Values[j], c.Model.Epsilon),
                floor, measure[j] < spectrum.Threshold);

        (double Ratio, int Row)[]? rows = null;
        if (c.Model.HasTestKernel)
        {
            double[] roots = [.. pairs.Values.Select(value => c.Solution.Root(value, c.Model.Epsilon))];
            rows = ModeResponses.RowRatios(response, G, c.Model.TestKernelIntegral, roots, N * c.Model.Epsilon);
            for (int j = 0; j < k; j++) modes[j] = modes[j] with { RowRatio = rows[j].Ratio };
        }
        var joint = c.Model.HasTestKernel && G.RowCount > 0 ? new JointPositivity(c) : null;
        double? sigma = joint?.Sigma(response), other = null;
        double[]? larger = second?.Propagation is null ? null : Compare(c, second, response, norms, modes, floor, joint, out other);
        double integration = sigma is { } a && other is { } b && a != b ? Math.Abs(a - b) : 0;
        var checks = OperatorConsistency.Run(c.Model, second, backend);
        var evidence = new InclusionEvidence
        {
            Modes = modes,
            LeftOut = c.Solution.Dimension - k,
            Constant = constant,
            Noise = noise,
            Floor = floor,
            First = first,
            Truncated = c.Model.Truncation is { } cut ? cut.Response + Math.Sqrt(constant * cut.Energy) : 0,
            Cosine = sigma is { } s ? new CosineCheck(s, integration + joint!.Arithmetic, integration) : null,
            CosineArithmetic = joint?.Arithmetic ?? 0,
            IndependentResponses = larger,
            IndependentFailure = second?.Failure,
            FailedCheck = checks.FirstOrDefault(check => !check.Passed),
        };
        var (verdict, reason) = InclusionRule.Judge(evidence, spectrum.Threshold);
        double[]? errors = ThresholdCurveBuilder.Errors(response, pairs.Vectors, c.Input.StartGradient, c.Input.TestDisplacement,
            (c.Model as ExactDescentModel)?.Record.Forced?.Test);
        int worst = evidence.WorstStructural;
        bool infinite = modes.Any(m => m.Eigenvalue <= noise && (m.Ratio > 1 || m.RowRatio > 1));
        var result = new InclusionResult
        {
            Verdict = verdict,
            Reason = reason,
            Structural = new StructuralCheck(modes[worst].Ratio, worst, floor)
            {
                WorstRowRatio = modes[evidence.WorstRow].RowRatio, WorstRow = rows?[evidence.WorstRow].Row ?? 0, WorstRowMode = evidence.WorstRow,
            },
            Cosine = Known.Maybe(evidence.Cosine, c.Model.HasTestKernel ? NoTestOutputs : NoTestKernel),
            Independent = larger is not null ? Summary(c, second!, evidence) : Known.Unknown<IndependentCheck>(second?.Failure ?? none ?? Known.NotComputed),
            Empirical = Empirical(c, errors, spectrum),
            Visibility = infinite ? null : ModeResponses.Visibility(response, pairs.Values, N * c.Model.Epsilon * c.Solution.Norm, backend),
            VisibilityBound = Math.Sqrt(constant),
            BoundFromTestKernel = c.Model.HasTestKernel,
            Modes = modes,
            Responses = ResponseMap.Of(response.RowCount, c.Solution.Reported.Values.Count, (i, j) => response.At(i, j)),
            NullSpace = NullSpace(NumericalNullSpace.Of(pairs.Values, noise), c.Solution.Dimension - k),
            OperatorChecks = checks,
            ThresholdCurve = ThresholdCurveBuilder.Build(evidence, errors, spectrum.Threshold),
        };
        return (result, evidence);
    }

    // Of the largest modes alone the null space is known only when the last of them is in it; those that were not computed are in it then, too.
    private static NullSpaceResult? NullSpace(NumericalNullSpace found, int leftOut) => leftOut > 0 && found.Dimension == 0
        ? null
        : new(found.Dimension + leftOut, found.Floor, found.SmallestKept, found.LargestDropped, found.IsClear);

    // δ_W,j, δ_G,j and the bound of check 2 go into the modes; the larger of the two responses is returned.
    private static double[] Compare(StudiedWindow c, SecondOperators second, DenseMatrix response, double[] norms, ModeVisibility[] modes, double floor,
        JointPositivity? joint, out double? sigma)
    {
        var other = ModeResponses.Of(second.Propagation!.G_Q, c.Pairs, c.Backend);
        double[] otherNorms = ModeResponses.Norms(other);
        var dissipated = ModeResponses.Dissipation(second.Propagation.W_S, c.Pairs, c.Backend);
        double constant = c.Model.ResponseBound + Math.Abs(second.ResponseBound - c.Model.ResponseBound);
        var larger = new double[modes.Length];
        for (int j = 0; j < modes.Length; j++)
        {
            double w = Math.Abs(dissipated.At(j, j) - modes[j].Eigenvalue);
            double g = VectorMath.Distance(((MatrixView)response).Column(j), ((MatrixView)other).Column(j));
            modes[j] = modes[j] with
            {
                DissipationDifference = w,
                ResponseDifference = g,
                IndependentBound = Math.Sqrt(constant * (Math.Pow(c.Solution.Root(modes[j].Eigenvalue, c.Model.Epsilon), 2) + w)) + g + floor,
            };
            larger[j] = Math.Max(norms[j], otherNorms[j]);
        }
        sigma = joint?.SigmaOf(second.TestKernelIntegral!, other, dissipated);
        return larger;
    }

    private static IndependentCheck Summary(StudiedWindow c, SecondOperators second, InclusionEvidence evidence)
    {
        var report = second.Propagation!.Report;
        int worst = evidence.WorstIndependent;
        return new IndependentCheck(Math.Max(0, evidence.Excess(worst)), $"{c.Model.Method} against {report.Name}")
        {
            WorstMode = worst, RelativeTolerance = second.Tolerance, Steps = report.Steps,
                BoundDifference = Math.Abs(second.ResponseBound - c.Model.ResponseBound),
        };
    }

    private static EmpiricalCheck Empirical(StudiedWindow c, double[]? errors, SpectrumResult spectrum)
    {
        if (errors is null) return new EmpiricalCheck(Known.Unknown<double>(DidNotMove), Known.Unknown<double>(DidNotMove));
        double whole = VectorMath.Distance(c.Model.Predictions.Main.Test, c.Input.TestDisplacement) / VectorMath.Norm(c.Input.TestDisplacement);
        return new EmpiricalCheck(whole, spectrum.SignalDimension.Map(signal => errors[signal]));
    }
}
