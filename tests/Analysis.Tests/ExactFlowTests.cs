using KernelFlow.Analysis.Tests.Support;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow.Analysis.Tests;

/// <summary>Flows that their checkpoints describe completely, so that nothing but integration and rounding separates prediction from record: C1 to C4 and C8
/// must be that
/// small, and any tampering must show.</summary>
public class ExactFlowTests
{
    private const double Small = 2e-9, Tolerance = 1e-10;
    private static readonly double[] s_times = [0, 0.25, 0.75, 1, 2, 3, 4.5, 6];
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];

    public static TheoryData<string> Kinds => ["straight", "polygon", "two outputs", "varying B", "straight kernels", "polygon kernels", "varying B kernels"];

    private static FlowRecording Recording(string kind) => FlowRecording.Of(kind.Split(' ')[0] switch
    {
        "straight" => FlowPath.Straight(9, 5, 1, 30, 0.3, 1),
        "polygon" => FlowPath.Polygon(9, 5, 1, 30, 0.3, s_times, 2),
        "two" => FlowPath.Polygon(5, 3, 2, 30, 0.3, s_times, 3),
        _ => FlowPath.Polygon(5, 3, 2, 30, 0.3, s_times, 4).WithVaryingHessian(6, 5),
    }, s_times);

    private static ReservoirAnalysis Analysis(CheckpointSequence run) => Analyze.Reservoir(run, TestRuns.Options with { RelativeTolerance = Tolerance });

    private static CheckpointSequence Run(string kind) => kind.EndsWith("kernels", StringComparison.Ordinal) ? Recording(kind).Kernels(cross: true)
        : Recording(kind).Jacobians();

    [Theory]
    [MemberData(nameof(Kinds))]
    public void PredictionsMeetTheRecord(string kind)
    {
        var analysis = Analysis(Run(kind));
        foreach (string id in s_claims)
        {
            Check.Small(analysis.Claim(id).RelativeError.Value, Small, $"{kind}: {id}");
            Assert.NotEqual(Verdict.Violated, analysis.Claim(id).Verdict);
            Check.Small(analysis.Claim(id).Budget!.Integration.Value, 1e-8, $"{kind}: {id}, integration part");
        }
        Check.Between(analysis.Claim("C4").Correlation!.Value, 1 - 1e-12, 1 + 1e-12, $"{kind}: C4 correlation");
        foreach (var interval in analysis.Intervals) Check.Small(interval.TransportDefect.Value, Small, $"{kind}: defect from {interval.From}");
        Check.Small(analysis.Inclusion.Empirical.RelativeErrorFull.Value, Small, $"{kind}: empirical check");
        Assert.NotEqual(Verdict.Violated, analysis.Claim("C9").Verdict);
        Assert.NotEqual(Verdict.Violated, analysis.Inclusion.Verdict);
    }

    /// <summary>For constant invertible B the coupling follows from C3 and C4; for varying B it is measured, not judged.</summary>
    [Theory]
    [MemberData(nameof(Kinds))]
    public void CouplingIsExactForConstantHessian(string kind)
    {
        var claim = Analysis(Run(kind)).Claim("C8");
        if (kind.StartsWith("varying", StringComparison.Ordinal)) Assert.Equal(Verdict.Measured, claim.Verdict);
        else Check.Small(claim.RelativeError.Value, 2e-9, $"{kind}: C8");
    }

    /// <summary>J = A + tC is the same line with and without every second checkpoint: the interpolation part must be as small as the error. A polygon's is
    /// not.</summary>
    [Fact]
    public void OnlyAPathThatBendsHasAnInterpolationPart()
    {
        ReservoirAnalysis straight = Analysis(Run("straight")), polygon = Analysis(Run("polygon"));
        foreach (string id in s_claims)
        {
            Check.Small(straight.Claim(id).Budget!.Interpolation.Value, 1e-5, $"straight: {id}"); // the sparse grid is integrated to 1e-6
            Check.Between(polygon.Claim(id).Budget!.Interpolation.Value, 1e-3, 10, $"polygon: {id}");
        }
    }

    /// <summary>Jacobians, kernel blocks with cross blocks, and Jacobians in float32 tell the same story to the precision they are stored in.</summary>
    [Fact]
    public void JacobiansAndKernelBlocksWithCrossBlocksAgree()
    {
        var recording = Recording("polygon");
        var expected = Analysis(recording.Jacobians());
        var (blocks, single) = (Analysis(recording.Kernels(cross: true)), Analysis(recording.Jacobians(single: true)));
        foreach (var ((name, value), other) in TestRuns.Named(expected.Operators.Value).Zip(TestRuns.Named(blocks.Operators.Value)))
            Check.Small(TestRuns.Relative(other.Value, value), 2e-14, $"{name} from kernel blocks");
        foreach (var ((name, value), other) in TestRuns.Named(expected.Operators.Value).Zip(TestRuns.Named(single.Operators.Value)))
            Check.Between(TestRuns.Relative(other.Value, value), 1e-10, 1e-6, $"{name} from float32 Jacobians");
        Check.Close(blocks.Inclusion.VisibilityBound, expected.Inclusion.VisibilityBound, 1e-14, "√c from kernel blocks");
        Check.Between(single.Claim("C4").RelativeError.Value, 1e-10, 1e-6, "C4 from float32 Jacobians");
    }

    /// <summary>Tampering with one thing: the claims that see it must fail by an amount that is known, the others must stay as they were.</summary>
    [Fact]
    public void AScaledTestKernelShowsInTheTestTransferOnly()
    {
        var recording = Recording("polygon kernels");
        var tampered = Analysis(Edit(recording.Kernels(cross: true), (_, name, t) => name is "K_QS" or "K_QS_next" or "K_SQ_next" ? 1.1 * t : t));
        Check.Close(tampered.Claim("C4").RelativeError.OrNull(), 0.1, 1e-9, "C4");
        foreach (string id in (string[])["C1", "C2", "C3"]) Check.Small(tampered.Claim(id).RelativeError.Value, Small, id);
        Assert.NotEqual(Verdict.Holds, tampered.Claim("C4").Verdict);
    }

    [Fact]
    public void ShuffledTestOutputsShowInTheTestTransferOnly()
    {
        var tampered =
            Analysis(Edit(Run("polygon"), (k, name, t) => name == "U_Q" && k == s_times.Length - 1 ? t.Stack(t).SubMatrix(1, t.RowCount, 0, t.ColumnCount)
            : t));
        Check.Between(tampered.Claim("C4").RelativeError.Value, 0.3, 30, "C4");
        foreach (string id in (string[])["C1", "C2", "C3"]) Check.Small(tampered.Claim(id).RelativeError.Value, Small, id);
    }

    [Fact]
    public void SwappedJacobiansShowEverywhere()
    {
        var run = Run("polygon");
        var tampered = Analysis(Edit(run, (k, name, t) => name is "J_S" or "J_Q" && k is 2 or 5 ? Matrix(run[7 - k][name]) : t));
        foreach (string id in s_claims) Check.Between(tampered.Claim(id).RelativeError.Value, 1e-3, 10, id);
        double before = tampered.Intervals[0].TransportDefect.Value, at = tampered.Intervals[1].TransportDefect.Value;
        Check.Small(before, Tolerance, "defect before the first swapped checkpoint");
        Check.Between(at, 1e-3, 10, "defect at the first swapped checkpoint");
    }

    [Fact]
    public void WrongReductionShowsEverywhere()
    {
        var recording = Recording("polygon");
        var tampered = Analysis(new CheckpointSequence(recording.Jacobians(), LossModel.Squared(recording.Targets, 1, sum: true)));
        foreach (string id in (string[])["C2", "C3", "C4"]) Check.Between(tampered.Claim(id).RelativeError.Value, 0.05, 100, id);
    }

    [Fact]
    public void WrongTimesShowEverywhere()
    {
        var tampered = Analysis(new CheckpointSequence(Run("polygon").Select(c => c with { Time = 1.3 * c.Time }), Run("polygon").Loss));
        foreach (string id in s_claims) Check.Between(tampered.Claim(id).RelativeError.Value, 0.01, 10, id);
    }

    [Fact]
    public void AWrongRecordedLossShowsInTheDissipationOnly()
    {
        var tampered = Analysis(Edit(Run("polygon"), (k, name, t) => name == "loss" && k == 0 ? 1.25 * t : t));
        Check.Between(tampered.Claim("C1").RelativeError.Value, 0.1, 0.9, "C1");
        foreach (string id in (string[])["C2", "C3", "C4"]) Check.Small(tampered.Claim(id).RelativeError.Value, Small, id);
    }

    /// <summary>The recordings themselves: twice as many Runge–Kutta steps change nothing that these tests could see.</summary>
    [Fact]
    public void TheRecordingIsExactToRounding()
    {
        var path = FlowPath.Polygon(9, 5, 1, 30, 0.3, s_times, 2);
        Moment a = FlowRecording.Of(path, s_times).Moments[^1], b = FlowRecording.Of(path, s_times, stepsPerInterval: 800).Moments[^1];
        Check.Small((a.U_Q - b.U_Q).L2Norm() / b.U_Q.L2Norm(), 5e-14, "U_Q");
        Check.Small((a.G - b.G).L2Norm() / b.G.L2Norm(), 2e-13, "g");
    }

    private static CheckpointSequence Edit(CheckpointSequence run, Func<int, string, Matrix<double>, Matrix<double>> edit) =>
        new(run.Select((c, k) => c with
        {
            Tensors = c.Tensors.ToDictionary(t => t.Key, t =>
                (TensorSource)new MemoryTensor(t.Key, edit(k, t.Key, Matrix(t.Value)).ToRowMajorArray(), [.. t.Value.Shape])),
        }), run.Loss);

    private static Matrix<double> Matrix(TensorSource tensor)
    {
        int rows = tensor.Shape.Count > 0 ? (int)tensor.Shape[0] : 1;
        return Matrix<double>.Build.DenseOfRowMajor(rows, (int)(tensor.Count / rows), tensor.ReadAll());
    }
}
