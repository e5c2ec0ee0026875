using KernelFlow;
using MathNet.Numerics.LinearAlgebra;

namespace Extension.Tests;

/// <summary>Φ = (1/n) Σ_i s² ln cosh((u_i − y_i)/s): squared for residuals below the width s, absolute above it.</summary>
public sealed class LogCoshLoss(double[] targets, double width, bool sum = false) : LossModel("log-cosh", targets.Length, outputs: 1, sum)
{
    public override ReadOnlySpan<double> Targets => targets;

    public override IReadOnlyList<NamedConstant> Constants => [new("width", width)];

    public override LossModel WithTargets(double[] other) => new LogCoshLoss(other, width, IsSum);

    public override double Value(ReadOnlySpan<double> u)
    {
        double total = 0;
        for (int i = 0; i < targets.Length; i++) total += LogCosh((u[i] - targets[i]) / width);
        return Scale * width * width * total;
    }

    public override void Gradient(ReadOnlySpan<double> u, Span<double> g)
    {
        for (int i = 0; i < targets.Length; i++) g[i] = Scale * width * Math.Tanh((u[i] - targets[i]) / width);
    }

    public override void Hessian(ReadOnlySpan<double> u, OutputHessian B)
    {
        for (int i = 0; i < targets.Length; i++) B[i, 0, 0] = Scale / Math.Pow(Math.Cosh((u[i] - targets[i]) / width), 2);
    }

    // cosh overflows where its logarithm is still small.
    private static double LogCosh(double r) => Math.Abs(r) + Math.Log((1 + Math.Exp(-2 * Math.Abs(r))) / 2);
}

/// <summary>Reads the loss from run.json, with its width in the object lossConstants.</summary>
public sealed class LogCoshDescriptor() : LossDescriptor("log-cosh")
{
    public override string? ExpectedOutputs(int outputs) => outputs == 1 ? null : "1 (loss log-cosh)";

    public override IReadOnlyList<NamedConstant> ReadConstants(ManifestKeys? keys) =>
        [new("width", keys is { } k ? k.Number("width", "a positive number", v => v > 0) : 1)];

    public override LossModel Make(LossData data) => new LogCoshLoss(data.Targets, data.Constants[0].Value, data.IsSum);
}

public sealed class OwnLoss : IDisposable
{
    private const double Width = 0.7, Rate = 1.5 / LinearModel.Train, End = 12;
    private static readonly double[] s_targets = [1, -1, 2, 0.5, -2, 1.5, 0.25, 3];
    private static readonly string[] s_claims = ["C1", "C2", "C3", "C4"];
    private readonly string _folder = Directory.CreateTempSubdirectory("kernelflow-loss-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    /// <summary>With K_SS = κI each residual moves by itself: sinh(r/s) decays at the rate κ/n.</summary>
    private static double Residual(int i, double time) => Width * Math.Asinh(Math.Sinh(-s_targets[i] / Width) * Math.Exp(-Rate * time));

    private static double Gradient(int i, double time) => Width * Math.Tanh(Residual(i, time) / Width) / LinearModel.Train;

    private static double Energy(int i, double time) => Width * Width * Math.Log(Math.Cosh(Residual(i, time) / Width)) / LinearModel.Train;

    private static IEnumerable<double> Each(Func<int, double> value) => Enumerable.Range(0, LinearModel.Train).Select(value);

    private string Record(RunFormat format)
    {
        string folder = Path.Combine(_folder, "run");
        var model = LinearModel.Orthogonal();
        var description = new RunDescription(new LogCoshLoss(s_targets, Width), LinearModel.Test) { Optimizer = new GradientFlow() };
        using var writer = RunWriter.Create(folder, description, format: format);
        for (int k = 0; k <= 48; k++)
        {
            double time = k * End / 48;
            var outputs = Vector<double>.Build.Dense(LinearModel.Train, i => s_targets[i] + Residual(i, time));
            writer.Append(time, k, model.Tensors(model.TrainInputs.Transpose() * outputs / 1.5));
        }
        return folder;
    }

    [Fact]
    public void ItsDerivativesAreThoseOfItsValue()
    {
        var loss = new LogCoshLoss(s_targets, Width);
        double[] u = [.. s_targets.Select((y, i) => y + 0.4 * i - 1.3)], g = new double[u.Length], other = new double[u.Length];
        var B = new OutputHessian(u.Length, 1);
        loss.Gradient(u, g);
        loss.Hessian(u, B);
        const double h = 1e-4;
        for (int i = 0; i < u.Length; i++)
        {
            double[] up = [.. u], down = [.. u];
            up[i] += h;
            down[i] -= h;
            // The error of a central difference is h²/6 times a third derivative of order one, and ε/h from cancellation.
            Check.Close((loss.Value(up) - loss.Value(down)) / (2 * h), g[i], 2e-8, $"gradient {i}");
            loss.Gradient(up, other);
            double slope = other[i];
            loss.Gradient(down, other);
            Check.Close((slope - other[i]) / (2 * h), B.Blocks[i], 2e-8, $"Hessian {i}");
        }
    }

    [Fact]
    public void ReadFromItsFolderItIsAnalysedAlongTheExactFlow()
    {
        var format = RunFormat.Default.With(new LogCoshDescriptor());
        using var run = RecordedRun.Open(Record(format), format: format);
        Assert.Equal([new NamedConstant("width", Width)], Assert.IsType<LogCoshLoss>(run.Checkpoints.Loss).Constants);
        var analysis = Analyze.Reservoir(run.Checkpoints, DigitsTiny.Options with { Interpolation = Interpolation.Cubic });

        // P divides gradients, P_ii = g_i(T)/g_i(0), and W_S is the energy that the gradient of an output dissipates, (Φ_i(0) − Φ_i(T))/g_i(0)².
        // What differs is the interpolation of B between 49 checkpoints, whose error is the fourth power of their distance.
        Matrix<double> P = analysis.Operators.Value.P, W = analysis.Operators.Value.W_S;
        Check.Close(P.Diagonal(), Each(i => Gradient(i, End) / Gradient(i, 0)), 1e-6, "P");
        Check.Close(W.Diagonal(), Each(i => (Energy(i, 0) - Energy(i, End)) / Math.Pow(Gradient(i, 0), 2)), 5e-7, "W_S");
        Check.Small((P - Matrix<double>.Build.DenseOfDiagonalVector(P.Diagonal())).FrobeniusNorm(), 2e-14, "what P mixes");
        foreach (string id in s_claims)
        {
            Assert.True(analysis.Claim(id).Verdict == Verdict.Holds, $"{id}: {analysis.Claim(id).Verdict}, {analysis.Claim(id).Reason}");
            Check.Small(analysis.Claim(id).RelativeError.Value, 3e-7, id);
        }

        using var report = new Written(analysis);
        Assert.Equal("log-cosh", report.Results.GetProperty("run").GetProperty("loss").GetString());
        Assert.Contains("log-cosh loss", report.Html);
    }

    [Fact]
    public void WithoutItsDescriptorTheFolderIsRefusedByName()
    {
        string folder = Record(RunFormat.Default.With(new LogCoshDescriptor()));
        string message = Assert.Throws<InvalidRunException>(() => RecordedRun.Open(folder)).Message;
        Assert.Contains("loss: found \"log-cosh\", expected squared, softmax-cross-entropy, logistic, custom", message);
    }
}
