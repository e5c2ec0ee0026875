using KernelFlow.Numerics;
using KernelFlow.Validation.Calibration;

namespace KernelFlow.Validation.Tests;

/// <summary>The calibration study: cell and seed decide a training, and the verdict of the study follows from its outcomes.</summary>
public sealed class CalibrationTests
{
    private static readonly CalibrationCell s_steps = new(StudyOptimizer.GradientDescent, StudyRecording.Midpoints, StudyActivation.Tanh);

    private static ExperimentReport Run(int threads, params string[] cells) => Experiments.All.Single(e => e.Id == "calibration")
        .Run(new ExperimentOptions { Seed = 1, Runs = 1, Cells = cells, Backend = Backend.Managed(threads) });

    [Fact]
    public void CellsAreUniqueAndCoverEveryPair()
    {
        Assert.Equal(CalibrationCell.All.Count, CalibrationCell.All.Select(c => c.Id).Distinct().Count());
        Assert.Equal(5 * 5 * 4, CalibrationCell.All.Count);
    }

    [Fact]
    public void TheNumberOfThreadsChangesNothing() =>
        Assert.Equal(ExperimentReports.Json(Run(1, "momentum/every-step", "adam/blocks")),
            ExperimentReports.Json(Run(2, "momentum/every-step", "adam/blocks")));

    [Fact]
    public void OneLineOfTheFailuresRunsAloneAsItDidInTheStudy()
    {
        var study = Run(1, "gradient-descent/midpoints");
        var row = study.Rows[2];
        long seed = long.Parse(row.Settings.Single(s => s.Name == "seed").Value, System.Globalization.CultureInfo.InvariantCulture);
        var alone = CalibrationRun.Of(CalibrationCell.All.Single(c => c.Id == row.Group), seed, Backend.Managed(1));
        Assert.Equal(row.Claims.Select(c => c.RelativeError), alone.Claims.Select(c => c.RelativeError));
    }

    [Theory]
    [InlineData(StudyRecording.Blocks, false)]
    [InlineData(StudyRecording.CrossBlocks, true)]
    public void KernelBlocksHaveNoParametersAndKeepTheirCrossBlocksOnlyWhereAsked(StudyRecording recording, bool cross)
    {
        var training = HonestTraining.Of(s_steps with { Recording = recording }, 5);
        var first = training.Record(Backend.Managed(1)).Checkpoints[0];
        Assert.False(first.HasJacobians);
        Assert.Equal(cross, first.Find(TensorName.K_SQ_next) is not null);
    }

    [Fact]
    public void TheLearningRateIsInUnitsOfTheSharpnessAtTheStart()
    {
        var recording = HonestTraining.Of(s_steps, 3).RecordAll(Backend.Managed(1));
        double z = recording.Options.LearningRate * Sharpness.At(recording.Checkpoints[0], recording.Checkpoints.Loss, Backend.Managed(1));
        // A training that diverges was tried again at half the rate, perhaps more than once.
        double halvings = Math.Log2(recording.Training.Z / z);
        Assert.True(Math.Abs(halvings - Math.Round(halvings)) <= 1e-6 && halvings > -0.5, $"z is {z}, drawn was {recording.Training.Z}");
    }

    [Fact]
    public void NoHonestTrainingIsViolatedOrRefused()
    {
        // All of gradient descent, and every optimizer with midpoints: the cells whose claims are mostly decided.
        var report = Run(2, "gradient-descent/", "/midpoints/");
        Assert.Equal(36, report.Rows.Count);
        Assert.All(report.Criteria.Where(c => c.Tests == CriterionKind.Claim), c => Assert.True(c.Met,
            c.Condition + ": " + c.Finding + "\n"
                + string.Join("\n", report.Tables.Single(t => t.Title == "Failures").Rows.Select(r => string.Join(" | ", r)))));
        int holds = report.Rows.SelectMany(r => r.Claims).Count(c => c.Verdict == Verdict.Holds && CalibrationFigures.DataClaims.Contains(c.Id));
        Assert.True(holds >= 40, $"only {holds} verdicts of C1 to C4 and C8 hold");
    }

    /// <summary>One training output, in which what the bend of J and that of the path of steps contribute cancels throughout; steps so far past the edge that
    /// only five checkpoints can be told apart from none; kinks of eight outputs in neighbouring intervals.</summary>
    [Theory]
    [InlineData(StudyRecording.EveryStep, StudyActivation.Tanh, 4501)]
    [InlineData(StudyRecording.EveryStep, StudyActivation.Convolution, 4304)]
    [InlineData(StudyRecording.Sparse, StudyActivation.Relu, 711)]
    public void FewOutputsAndStepsFarPastTheEdgeAccuseNobody(StudyRecording recording, StudyActivation activation, long seed) =>
        AccusesNobody(new CalibrationCell(StudyOptimizer.GradientDescent, recording, activation), seed);

    /// <summary>Two models whose coupling matrices make up for their displacements; kinks that five outputs do not show, and a path along one of them; a
    /// coupling of float32 blocks.</summary>
    [Theory]
    [InlineData(StudyRecording.Sparse, StudyActivation.Relu, 1300662)]
    [InlineData(StudyRecording.Sparse, StudyActivation.Relu, 1400016)]
    [InlineData(StudyRecording.Sparse, StudyActivation.Relu, 1400988)]
    [InlineData(StudyRecording.Blocks, StudyActivation.Convolution, 1401103)]
    public void KinksAndCouplingsAccuseNobody(StudyRecording recording, StudyActivation activation, long seed) =>
        AccusesNobody(new CalibrationCell(StudyOptimizer.GradientDescent, recording, activation), seed);

    /// <summary>Few intervals take more than one step, so that the error hardly follows the local tolerance: it is made smaller until it does.</summary>
    [Fact]
    public void ATrainingWhoseErrorHardlyFollowsTheLocalToleranceIsIntegrated() =>
        AccusesNobody(new CalibrationCell(StudyOptimizer.GradientDescent, StudyRecording.Blocks, StudyActivation.Gelu), 1900129);

    /// <summary>Adam divides by what is left where Jᵀg cancels, and with it the rounding of J in float32; a ReLU network whose steps cross no kink is predicted
    /// to rounding; one training output near the edge, in batches.</summary>
    [Theory]
    [InlineData(StudyOptimizer.Adam, StudyActivation.Tanh, 5100)]
    [InlineData(StudyOptimizer.Momentum, StudyActivation.Relu, 5454)]
    [InlineData(StudyOptimizer.Batches, StudyActivation.Convolution, 6615)]
    public void PredictionsThatAreGoodToRoundingAccuseNobody(StudyOptimizer optimizer, StudyActivation activation, long seed) =>
        AccusesNobody(new CalibrationCell(optimizer, StudyRecording.Midpoints, activation), seed);

    private static void AccusesNobody(CalibrationCell cell, long seed)
    {
        var outcome = CalibrationRun.Of(cell, seed, Backend.Managed(1));
        Assert.All(outcome.Claims, c => Assert.True(c.Verdict != Verdict.Violated, $"{c.Id}: {c.RelativeError} ({c.Reason})"));
    }

    [Fact]
    public void OneViolatedClaimRefutes()
    {
        var outcome = CalibrationRun.Of(s_steps, 3, Backend.Managed(1));
        Assert.NotEmpty(outcome.Claims);
        ClaimResult[] fine = [.. outcome.Claims.Select(c => c with { Verdict = Verdict.Holds })];
        Assert.All(CalibrationCriteria.Of([outcome with { Claims = fine }]).Where(c => c.Tests == CriterionKind.Claim), c => Assert.True(c.Met, c.Finding));
        fine[0] = fine[0] with { Verdict = Verdict.Violated };
        Assert.Contains(CalibrationCriteria.Of([outcome with { Claims = fine }]), c => c is { Tests: CriterionKind.Claim, Met: false });
        Assert.Contains(CalibrationCriteria.Of([outcome with { Refusal = "not sound" }]), c => c is { Tests: CriterionKind.Claim, Met: false });
    }

    [Fact]
    public void ATextThatIsPartOfNoCellIsRefused() =>
        Assert.Contains("cells: found nothing", Assert.Throws<ArgumentException>(() => Run(1, "nothing")).Message);
}
