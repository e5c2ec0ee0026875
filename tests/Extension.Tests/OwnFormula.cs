using KernelFlow;
using MathNet.Numerics.LinearAlgebra;

namespace Extension.Tests;

/// <summary>A loss written down as a formula for one example: log cosh of the first output's residual, half the square of the second's.</summary>
public sealed class OwnFormula : IDisposable
{
    private static readonly LossFormula s_mixed = new("log-cosh-and-square",
        value: (u, y) => Math.Log(Math.Cosh(u[0] - y[0])) + 0.5 * (u[1] - y[1]) * (u[1] - y[1]),
        gradient: (u, y, g) => (g[0], g[1]) = (Math.Tanh(u[0] - y[0]), u[1] - y[1]),
        hessian: (u, y, B) => (B[0], B[3]) = (1 - Math.Pow(Math.Tanh(u[0] - y[0]), 2), 1));

    private const int Train = 4, Test = 2, Outputs = 2, Points = 24;
    private const double Rate = 1.5 / Train, End = 8;
    private static readonly double[] s_targets = [1, -1, 2, 0.5, -2, 1.5, 0.25, 3];
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-formula-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>With K_SS = 1.5·I each output moves by itself: sinh of the first's residual and the second's residual decay at the rate 1.5/n.</summary>
    private static double Residual(int i, double time) =>
        i % 2 == 0 ? Math.Asinh(Math.Sinh(-s_targets[i]) * Math.Exp(-Rate * time)) : -s_targets[i] * Math.Exp(-Rate * time);

    private static double Gradient(int i, double time) => (i % 2 == 0 ? Math.Tanh(Residual(i, time)) : Residual(i, time)) / Train;

    private static IEnumerable<Checkpoint> Flow()
    {
        var inputs = LinearModel.Orthogonal().TrainInputs;
        var test = Matrix<double>.Build.Random(Test * Outputs, inputs.ColumnCount, seed: 2);
        for (int k = 0; k <= Points; k++)
        {
            double time = k * End / Points;
            var u = Vector<double>.Build.Dense(Train * Outputs, i => s_targets[i] + Residual(i, time));
            // w = Xᵀ K⁻¹ u, because w starts at 0 and moves in the range of Xᵀ.
            var w = inputs.Transpose() * u / 1.5;
            yield return new Checkpoint(time, k, new MemoryTensor("U_S", u.ToArray(), Train, Outputs),
                new MemoryTensor("U_Q", (test * w).ToArray(), Test, Outputs), Rows("J_S", inputs, Train), Rows("J_Q", test, Test));
        }
    }

    private static MemoryTensor Rows(string name, Matrix<double> jacobian, int examples) =>
        new(name, jacobian.ToRowMajorArray(), examples, Outputs, jacobian.ColumnCount);

    [Fact]
    public void ItIsAnalysedAlongTheExactFlow()
    {
        double[] targets = s_targets, outputs = [.. s_targets.Select((y, i) => y + Residual(i, 1))];
        LossModel loss = s_mixed.Of(targets, outputs: 2);
        loss.CheckDerivatives(outputs);

        var analysis = Analyze.Reservoir(Flow(), loss, new GradientFlow(), DigitsTiny.Options with { Interpolation = Interpolation.Cubic });
        // P divides gradients, P_ii = g_i(T)/g_i(0); what differs is the interpolation of B between 25 checkpoints.
        Check.Close(analysis.Operators.Value.P.Diagonal(), Enumerable.Range(0, Train * Outputs).Select(i => Gradient(i, End) / Gradient(i, 0)), 1e-5, "P");
        Assert.True(analysis.Claim("C4").Verdict == Verdict.Holds, $"C4: {analysis.Claim("C4").Verdict}, {analysis.Claim("C4").Reason}");
    }

    [Fact]
    public void ARunOfItIsWrittenAndRead()
    {
        var format = RunFormat.Default.With(s_mixed.Descriptor);
        var description = new RunDescription(s_mixed.Of(s_targets, Outputs), Test) { Optimizer = new GradientFlow() };
        using (var writer = RunWriter.Create(_folder, description, format: format))
            foreach (var checkpoint in Flow()) writer.Append(checkpoint.Time, checkpoint.Step, checkpoint.Tensors.Values);
        using var run = RecordedRun.Open(_folder, format: format);
        Assert.Equal("log-cosh-and-square", run.Checkpoints.Loss.Kind);
        Assert.Equal(s_mixed.Of(s_targets, Outputs).Value(new double[8]), run.Checkpoints.Loss.Value(new double[8]));
        Assert.Contains("found \"log-cosh-and-square\"", Assert.Throws<InvalidRunException>(() => RecordedRun.Open(_folder)).Message);
    }
}
