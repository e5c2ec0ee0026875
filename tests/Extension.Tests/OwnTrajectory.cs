using KernelFlow;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace Extension.Tests;

/// <summary>Between two checkpoints the kernels are those of the first.</summary>
public sealed class PiecewiseConstant : Interpolation
{
    public override string Name => "piecewise-constant";

    public override bool NeedsDistantProducts => false;

    public override KernelTrajectory Build(TrajectoryBuilder builder, IReadOnlyList<int> chosen) =>
        new HeldKernels(builder.Linear(chosen), [.. chosen.Select(builder.At)]);
}

/// <summary>Kernels that are held from knot to knot; B is that of another trajectory.</summary>
internal sealed class HeldKernels(KernelTrajectory hessians, KernelTerm[] kernels)
    : KernelTrajectory(hessians.TrainSize, hessians.TestSize, hessians.Outputs, hessians.Knots)
{
    public override double? Beta => hessians.Beta;

    public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes)
    {
        var sum = new DenseMatrix(TestSize, TestSize);
        foreach (var node in nodes) (sum + node.Weight * kernels[node.Interval].TestKernel!).CopyTo(sum);
        return sum;
    }

    protected override void KernelsCore(int interval, double time, in MatrixView destination) => ((MatrixView)kernels[interval].Kernels).CopyTo(destination);

    protected override void HessianCore(int interval, double time, OutputHessian B) => hessians.Hessian(interval, time, B);
}

public class OwnTrajectory
{
    private static readonly AnalysisOptions s_options = DigitsTiny.Options with { Interpolation = new PiecewiseConstant(), RelativeTolerance = 1e-11 };

    /// <summary>P = Π exp(−βK_k h_k) and G_Q = Σ K_QS,k ∫ P, by the eigenvalues of the recorded kernels.</summary>
    [Fact]
    public void ItsFlowIsAProductOfExponentials()
    {
        using var run = RecordedRun.Open(DigitsTiny.Folder);
        var analysis = Analyze.Reservoir(run.Checkpoints, s_options);
        int n = run.Checkpoints.TrainSize;
        double beta = 1.0 / n;
        Matrix<double> P = Matrix<double>.Build.DenseIdentity(n), G = Matrix<double>.Build.Dense(run.Checkpoints.TestSize, n);
        for (int k = 0; k + 1 < run.Checkpoints.Count; k++)
        {
            double h = run.Checkpoints[k + 1].Time - run.Checkpoints[k].Time;
            Matrix<double> train = Jacobian(run.Checkpoints[k][TensorName.J_S]), test = Jacobian(run.Checkpoints[k][TensorName.J_Q]);
            var spectrum = train.TransposeAndMultiply(train).Evd(Symmetricity.Symmetric);
            G += test.TransposeAndMultiply(train) * Function(spectrum, l => l * h < 1e-12 ? h : (1 - Math.Exp(-beta * l * h)) / (beta * l)) * P;
            P = Function(spectrum, l => Math.Exp(-beta * l * h)) * P;
        }
        Check.Close(analysis.Operators.Value.P, P, 1e-11, "P");
        Check.Close(analysis.Operators.Value.G_Q, G, 1e-11, "G_Q");

        using var report = new Written(analysis);
        Assert.Equal("piecewise-constant", report.Results.GetProperty("options").GetProperty("interpolation").GetString());
        Assert.Contains("piecewise-constant", report.Html);

        static Matrix<double> Jacobian(TensorSource tensor) =>
            Matrix<double>.Build.Dense((int)tensor.Shape[^1], (int)(tensor.Count / tensor.Shape[^1]), tensor.ReadAll()).Transpose();

        static Matrix<double> Function(MathNet.Numerics.LinearAlgebra.Factorization.Evd<double> spectrum, Func<double, double> f) =>
            spectrum.EigenVectors * Matrix<double>.Build.DenseOfDiagonalVector(spectrum.EigenValues.Map(l => f(l.Real))) * spectrum.EigenVectors.Transpose();
    }

    /// <summary>What it cannot give is refused by name: recorded steps need the mean Jacobian along each.</summary>
    [Fact]
    public void DescentOnItIsRefused()
    {
        string message = Assert.Throws<ArgumentException>(() => DigitsTiny.Analyse(s_options with { Mode = AnalysisMode.Descent })).Message;
        Assert.StartsWith("mode: descent needs the mean Jacobian along each step, which the interpolation piecewise-constant does not give", message);
    }
}
