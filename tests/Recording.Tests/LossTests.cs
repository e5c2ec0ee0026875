using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Recording.Tests;

/// <summary>g and B against differences of Φ and g, and closed forms where the formulas are at their limits.</summary>
public class LossTests
{
    public static TheoryData<string, bool> Cases
    {
        get
        {
            var data = new TheoryData<string, bool>();
            foreach (string kind in (string[])["squared", "squared-3", "softmax-cross-entropy", "logistic"])
            {
                data.Add(kind, false);
                data.Add(kind, true);
            }
            return data;
        }
    }

    private static LossModel Make(string kind, bool sum, Random random) => kind switch
    {
        "squared" => LossModel.Squared(RandomMatrices.Vector(random, 5), 1, sum),
        "squared-3" => LossModel.Squared(RandomMatrices.Vector(random, 12), 3, sum),
        "softmax-cross-entropy" => LossModel.SoftmaxCrossEntropy([0, 1, 0, 0.2, 0.3, 0.5, 1, 0, 0, 0.25, 0.25, 0.5], 3, sum),
        _ => LossModel.Logistic([1, -1, -1, 1, 1], sum),
    };

    private static double[] Gradient(LossModel loss, double[] u)
    {
        var g = new double[u.Length];
        loss.Gradient(u, g);
        return g;
    }

    private static DenseMatrix Hessian(LossModel loss, double[] u) => Dense(HessianOf(loss, u));

    private static OutputHessian HessianOf(LossModel loss, double[] u)
    {
        var B = new OutputHessian(loss.Examples, loss.Outputs);
        Array.Fill(B.Blocks, 7.25); // what was there before must not show
        loss.Hessian(u, B);
        return B;
    }

    private static DenseMatrix Dense(OutputHessian B)
    {
        int p = B.Outputs;
        return DenseMatrix.Create(B.Examples * p, B.Examples * p, (i, j) => i / p == j / p ? B.Blocks[i / p * p * p + i % p * p + j % p] : 0);
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void GradientIsTheDerivativeOfTheValue(string kind, bool sum)
    {
        var random = new Random(1);
        var loss = Make(kind, sum, random);
        double[] u = RandomMatrices.Vector(random, loss.Examples * loss.Outputs), g = Gradient(loss, u);
        double worst = 0, h = 1e-5;
        for (int i = 0; i < u.Length; i++)
        {
            double[] plus = [.. u], minus = [.. u];
            plus[i] += h;
            minus[i] -= h;
            worst = Math.Max(worst, Math.Abs((loss.Value(plus) - loss.Value(minus)) / (2 * h) - g[i]));
        }
        Check.Small(worst, 1e-9, $"{kind}: g against central differences of the value");
        Check.AtLeast(g.Max(Math.Abs), 0.01, "largest entry of the gradient, without which nothing is tested");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void HessianIsTheDerivativeOfTheGradient(string kind, bool sum)
    {
        var random = new Random(2);
        var loss = Make(kind, sum, random);
        int N = loss.Examples * loss.Outputs;
        double[] u = RandomMatrices.Vector(random, N);
        var B = Hessian(loss, u);
        double worst = 0, h = 1e-5;
        for (int j = 0; j < N; j++)
        {
            double[] plus = [.. u], minus = [.. u];
            plus[j] += h;
            minus[j] -= h;
            double[] a = Gradient(loss, plus), b = Gradient(loss, minus);
            for (int i = 0; i < N; i++) worst = Math.Max(worst, Math.Abs((a[i] - b[i]) / (2 * h) - B[i, j]));
        }
        Check.Small(worst, 1e-9, $"{kind}: B against central differences of g");
        Check.Small((B - B.Transpose()).FrobeniusNorm(), 0, $"{kind}: asymmetry of B");
        Check.Small(-RandomMatrices.SmallestEigenvalue(B), 1e-15, $"{kind}: negative eigenvalue of B");
    }

    [Theory]
    [MemberData(nameof(Cases))]
    public void ReductionIsAFactorOfTheNumberOfExamples(string kind, bool sum)
    {
        LossModel loss = Make(kind, sum, new Random(3)), other = Make(kind, !sum, new Random(3));
        double[] u = RandomMatrices.Vector(new Random(4), loss.Examples * loss.Outputs);
        double factor = sum ? loss.Examples : 1.0 / loss.Examples;
        Assert.Equal(sum ? 1 : 1.0 / loss.Examples, loss.Scale);
        Check.Small(Math.Abs(loss.Value(u) - factor * other.Value(u)), 1e-14 * loss.Value(u), "value");
        Check.Small(Gradient(loss, u).Zip(Gradient(other, u), (a, b) => Math.Abs(a - factor * b)).Max(), 1e-15 * loss.Examples, "gradient");
        Check.Close(Hessian(loss, u), factor * Hessian(other, u), 1e-15, "Hessian");
    }

    [Fact]
    public void SquaredIsHalfTheMeanOfSquaresWithBetaOneOverN()
    {
        var loss = LossModel.Squared([1, 2, 3, 4], 2);
        Assert.Equal((2, 2, 0.5), (loss.Examples, loss.Outputs, loss.Beta));
        Assert.Equal(0.25 * (1 + 4 + 9 + 0), loss.Value([2, 0, 6, 4]), 1e-15);
        Assert.Equal(1, LossModel.Squared([1, 2, 3, 4], 2, sum: true).Beta);
        Assert.Null(LossModel.Logistic([1]).Beta);
        Assert.Null(LossModel.SoftmaxCrossEntropy([1, 0], 2).Beta);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(700)]
    public void SoftmaxIsSingularAlongOnesAndBlindToAShift(double size)
    {
        var random = new Random(5);
        var loss = Make("softmax-cross-entropy", false, random);
        double[] u = RandomMatrices.Vector(random, 12).Select(v => size * v).ToArray(), shifted = u.Select(v => v + 1000).ToArray();
        var B = HessianOf(loss, u);
        double worst = 0;
        for (int row = 0; row < 12; row++) worst = Math.Max(worst, Math.Abs(B.Blocks[row * 3] + B.Blocks[row * 3 + 1] + B.Blocks[row * 3 + 2]));
        Check.Small(worst, 1e-16, "row sums of B");
        double[] g = Gradient(loss, u);
        for (int i = 0; i < 4; i++) Check.Small(Math.Abs(g[3 * i] + g[3 * i + 1] + g[3 * i + 2]), 1e-16, "g summed over outputs");
        Check.Small(g.Zip(Gradient(loss, shifted), (a, b) => Math.Abs(a - b)).Max(), 1e-13, "g after a shift of 1000");
        Check.Small(Math.Abs(loss.Value(u) - loss.Value(shifted)), 5e-13 * size, "value after a shift of 1000");
    }

    [Theory]
    [InlineData(800, 1)]
    [InlineData(-800, 1)]
    [InlineData(800, -1)]
    [InlineData(-800, -1)]
    public void LogisticFarOutIsLinearOrZero(double u, double y)
    {
        var loss = LossModel.Logistic([y]);
        bool wrong = u * y < 0;
        Assert.Equal(wrong ? 800 : 0, loss.Value([u]));
        double g = Gradient(loss, [u])[0];
        if (wrong) Assert.Equal(-y, g);
        else Check.Small(Math.Abs(g), 1e-300, "g at a margin of 800");
        var B = HessianOf(loss, [u]);
        Assert.True(double.IsFinite(B.Blocks[0]) && B.Blocks[0] >= 0, FormattableString.Invariant($"B = {B.Blocks[0]}"));
    }

    /// <summary>In the tail log(1 + e^{−m}) = e^{−m} to rounding: relative accuracy, not absolute.</summary>
    [Fact]
    public void LogisticTailKeepsRelativeAccuracy()
    {
        var loss = LossModel.Logistic([1]);
        Check.Small(Math.Abs(Gradient(loss, [50])[0] / -Math.Exp(-50) - 1), 1e-14, "g at margin 50");
        Check.Small(Math.Abs(HessianOf(loss, [50]).Blocks[0] / Math.Exp(-50) - 1), 1e-14, "B at margin 50");
        Check.Small(Math.Abs(loss.Value([50]) / Math.Exp(-50) - 1), 1e-14, "value at margin 50");
    }

    /// <summary>Against logistic with the margin as its one output: the same tail, reached by other formulas.</summary>
    [Theory]
    [InlineData(20)]
    [InlineData(50)]
    [InlineData(300)]
    public void SoftmaxTailKeepsRelativeAccuracy(double margin)
    {
        var loss = LossModel.SoftmaxCrossEntropy([0, 1], 2);
        double tail = Math.Exp(-margin);
        Check.Small(Math.Abs(loss.Value([0, margin]) / (tail - tail * tail / 2) - 1), 1e-14, "value");
        var B = HessianOf(loss, [0, margin]);
        foreach (double b in B.Blocks) Check.Small(Math.Abs(Math.Abs(b) / (tail / ((1 + tail) * (1 + tail))) - 1), 1e-14, "B");
    }

    [Fact]
    public void SoftmaxWithTwoOutputsIsLogistic()
    {
        double[] u = [0.3, -1.2, 2.5];
        double[] pairs = u.SelectMany(v => new[] { v, 0.0 }).ToArray();
        LossModel softmax = LossModel.SoftmaxCrossEntropy([1, 0, 0, 1, 1, 0], 2), logistic = LossModel.Logistic([1, -1, 1]);
        Check.Small(Math.Abs(softmax.Value(pairs) - logistic.Value(u)), 1e-15, "value");
        double[] g = Gradient(softmax, pairs), expected = Gradient(logistic, u);
        var B = HessianOf(softmax, pairs);
        var b = HessianOf(logistic, u);
        for (int i = 0; i < 3; i++)
        {
            Check.Small(Math.Abs(g[2 * i] - expected[i]), 1e-16, "g");
            Check.Small(Math.Abs(B.Blocks[4 * i] - b.Blocks[i]), 1e-16, "B");
        }
    }

    [Fact]
    public void CustomHasNoFormula()
    {
        var loss = LossModel.Custom(3, 2);
        Assert.True(loss.IsCustom);
        Assert.True(double.IsNaN(loss.Value(new double[6])));
        Assert.Contains("read from the checkpoints", Assert.Throws<InvalidOperationException>(() => loss.Gradient(new double[6], new double[6])).Message);
        Assert.Throws<InvalidOperationException>(() => loss.Hessian(new double[6], new OutputHessian(3, 2)));
    }

    [Fact]
    public void TargetsAreChecked()
    {
        static string Refusal(Func<LossModel> make) => Assert.Throws<InvalidRunException>(make).Message;
        Assert.Equal("y_S: found 5 targets for loss squared, expected a positive multiple of outputs = 2.", Refusal(() => LossModel.Squared(new double[5], 2)));
        Assert.Equal("y_S: found NaN at index [1, 0], expected finite numbers.", Refusal(() => LossModel.Squared([0, 1, double.NaN, 2], 2)));
        Assert.Equal("y_S: found -0.1 at index [1, 0], expected probabilities (softmax-cross-entropy).",
            Refusal(() => LossModel.SoftmaxCrossEntropy([1, 0, -0.1, 1.1], 2)));
        Assert.Equal("y_S: probabilities of example 1 sum to 0.75, expected 1 (softmax-cross-entropy).",
            Refusal(() => LossModel.SoftmaxCrossEntropy([1, 0, 0.5, 0.25], 2)));
        Assert.Equal("y_S: found 0 at index [2, 0], expected -1 or 1 (logistic).", Refusal(() => LossModel.Logistic([1, -1, 0])));
        Assert.Contains("expected at least 2", Refusal(() => LossModel.SoftmaxCrossEntropy([1, 1], 1)));
        Assert.Throws<ArgumentOutOfRangeException>(() => LossModel.Logistic([]));
    }

    /// <summary>Messages must not depend on the machine's language.</summary>
    [Fact]
    public void MessagesAreInvariant()
    {
        var culture = Thread.CurrentThread.CurrentCulture;
        Thread.CurrentThread.CurrentCulture = new System.Globalization.CultureInfo("de-DE");
        try
        {
            Assert.Contains("sum to 0.75", Assert.Throws<InvalidRunException>(() => LossModel.SoftmaxCrossEntropy([0.5, 0.25], 2)).Message);
            Assert.Contains("found 1.5 at", Assert.Throws<InvalidRunException>(() => LossModel.Logistic([1.5])).Message);
        }
        finally
        {
            Thread.CurrentThread.CurrentCulture = culture;
        }
    }
}
