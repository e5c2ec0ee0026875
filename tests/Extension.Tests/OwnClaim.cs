using KernelFlow;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace Extension.Tests;

/// <summary>The sum of the test outputs moves as G_Q says: what is left of C4 when single outputs do not matter.</summary>
public sealed class SumTransfer(string id = "X1") : Claim(id, "sum transfer", ClaimKind.Data)
{
    public override string Statement => "The sum of the test outputs moves as the transfer operator moves it under the start gradient of training.";

    public override string Equation => "1ᵀ(U_Q(T) − U_Q(s)) = −1ᵀG_Q g(s)";

    public override string Needs => "test outputs whose sum moved";

    protected override ClaimResult CheckCore(ClaimEvidence evidence)
    {
        double recorded = evidence.TestDisplacement.Sum(), predicted = evidence.Prediction.Test.Sum(), scale = Math.Abs(recorded);
        if (scale == 0) return NotApplicable("the sum of the test outputs did not move");

        // |1ᵀx| ≤ √M‖x‖ carries the error bounds of G_Q g over to the sum.
        double root = Math.Sqrt(evidence.Checkpoints.TestSize), gradient = VectorRoutines.Norm(evidence.StartGradient);
        double integration = root * evidence.Propagation.Error.G * MatrixNorms.Frobenius(evidence.Propagation.G_Q) * gradient / scale;
        double rounding = root * (evidence.RelativeRounding * VectorRoutines.Norm(evidence.Prediction.Test)
            + evidence.StoredEpsilon * VectorRoutines.Norm(evidence.Outputs.TestOutputs[0])) / scale;
        var budget = evidence.Predictions.Budget(integration, rounding, Quadrature, other => Math.Abs(other.Test.Sum() - predicted) / scale);
        return JudgeData(evidence, Math.Abs(predicted - recorded) / scale, correlation: null, budget);

        // That of C4 is relative to the norm of what was recorded.
        double? Quadrature(QuadratureBudget parts) => root * parts.TestTransfer * VectorRoutines.Norm(evidence.TestDisplacement) / scale;
    }
}

public class OwnClaim
{
    private static readonly double[] s_targets = [1, -1, 2, 0.5, -2, 1.5, 0.25, 3];
    private static readonly AnalysisOptions s_options = DigitsTiny.Options with { Claims = [new SumTransfer()] };

    /// <summary>An exact flow of a linear model, with so much added to every test output of the last checkpoint.</summary>
    private static CheckpointSequence Run(double added)
    {
        Checkpoint[] flow = [.. LinearModel.General().Flow(s_targets, [0, 1, 2, 4])];
        double[] outputs = flow[^1][TensorName.U_Q].ReadAll();
        var moved = new MemoryTensor("U_Q", [.. outputs.Select(u => u + added)], LinearModel.Test, 1);
        flow[^1] = new Checkpoint(flow[^1].Time, flow[^1].Step, [.. flow[^1].Tensors.Values.Where(t => t.Name != "U_Q"), moved]);
        return new CheckpointSequence(flow, LossModel.Squared(s_targets, 1)) { Optimizer = new GradientFlow() };
    }

    private static double Sum(CheckpointSequence run) => run[^1][TensorName.U_Q].ReadAll().Sum();

    [Fact]
    public void ItHoldsOnAnExactFlowAndIsReported()
    {
        var analysis = Analyze.Reservoir(Run(added: 0), s_options);
        var claim = analysis.Claim("X1");
        Assert.True(claim.Verdict == Verdict.Holds, $"{claim.Verdict}: {claim.Reason}");
        Check.Small(claim.RelativeError.Value, 5e-10, "the sum of the test outputs");

        using var report = new Written(analysis);
        var written = report.Results.GetProperty("claims").EnumerateArray().Single(c => c.GetProperty("id").GetString() == "X1");
        Assert.Equal("data", written.GetProperty("kind").GetString());
        Assert.Equal(claim.Statement, written.GetProperty("statement").GetString());
        Assert.Equal(claim.RelativeError.Value, written.GetProperty("relativeError").GetDouble());
        Assert.Contains("sum transfer", report.Html);
        Assert.Equal(claim.Verdict, ResultsFile.Read(report.Folder).Claim("X1").Verdict);
    }

    /// <summary>With every step recorded there is no interpolation, and the quadrature of the mean Jacobian takes its place.</summary>
    [Fact]
    public void ItHoldsAlongRecordedSteps()
    {
        var (model, targets) = (LinearModel.General(), Vector<double>.Build.Dense(s_targets));
        var w = Vector<double>.Build.Dense(LinearModel.Parameters);
        var steps = new List<Checkpoint>();
        for (int k = 0; k <= 10; k++)
        {
            steps.Add(new Checkpoint(k, k, model.Tensors(w)));
            w -= model.TrainInputs.Transpose() * (model.TrainInputs * w - targets) / LinearModel.Train;
        }
        var run = new CheckpointSequence(steps, LossModel.Squared(s_targets, 1)) { Optimizer = new GradientDescent(1) };
        var claim = Analyze.Reservoir(run, s_options with { Mode = AnalysisMode.Descent }).Claim("X1");
        Assert.True(claim.Verdict == Verdict.Holds, $"{claim.Verdict}: {claim.Reason}");
        Check.Small(claim.RelativeError.Value, 2e-14, "the sum of the test outputs");
    }

    /// <summary>δ on each of M outputs is a relative error of δM/(Σ + δM), known before any analysis.</summary>
    [Fact]
    public void ItIsViolatedByWhatWasAdded()
    {
        const double added = 0.1;
        double unmoved = Sum(Run(added: 0)), recorded = unmoved + added * LinearModel.Test;
        var claim = Analyze.Reservoir(Run(added), s_options).Claim("X1");
        Assert.True(claim.Verdict == Verdict.Violated, $"{claim.Verdict}: {claim.Reason}");
        Check.Close(claim.RelativeError.Value, Math.Abs(unmoved - recorded) / Math.Abs(recorded), 2e-9, "relative error");
    }

    [Theory]
    [InlineData("X1")]
    [InlineData("C4")]
    public void AnIdThatIsTakenIsRefused(string id)
    {
        var options = s_options with { Claims = [new SumTransfer(), new SumTransfer(id)] };
        string message = Assert.Throws<ArgumentException>(() => Analyze.Reservoir(Run(added: 0), options)).Message;
        Assert.Equal($"claims: found two claims with the id {id}, expected each id once.", message);
    }
}
