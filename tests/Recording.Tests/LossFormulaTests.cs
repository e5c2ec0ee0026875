namespace KernelFlow.Recording.Tests;

public sealed class LossFormulaTests
{
    private static readonly double[] s_targets = [1, -1, 2, 0.5], s_outputs = [0.3, 0.7, -1.2, 2];

    private static LossFormula Softplus(double gradient = 1, double hessian = 1, double across = 0) => new("softplus",
        (u, y) => Math.Log(1 + Math.Exp(u[0] - y[0])) + 0.5 * u[1] * u[1],
        (u, y, g) => (g[0], g[1]) = (gradient * Sigmoid(u[0] - y[0]), u[1]),
        (u, y, B) => (B[0], B[1], B[3]) = (hessian * Sigmoid(u[0] - y[0]) * Sigmoid(y[0] - u[0]), across, 1));

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void ASquareAsAFormulaIsTheSquaredLoss(bool sum)
    {
        var formula = new LossFormula("square", (u, y) => 0.5 * ((u[0] - y[0]) * (u[0] - y[0]) + (u[1] - y[1]) * (u[1] - y[1])),
            (u, y, g) => (g[0], g[1]) = (u[0] - y[0], u[1] - y[1]), (u, y, B) => B[0] = B[3] = 1);
        LossModel mine = formula.Of(s_targets, 2, sum), built = LossModel.Squared(s_targets, 2, sum);
        Assert.Equal(built.Value(s_outputs), mine.Value(s_outputs), 1e-15);
        double[] a = [9, 9, 9, 9], b = new double[4];
        OutputHessian A = new(2, 2), B = new(2, 2);
        A.Blocks.AsSpan().Fill(9);
        mine.Gradient(s_outputs, a);
        built.Gradient(s_outputs, b);
        mine.Hessian(s_outputs, A);
        built.Hessian(s_outputs, B);
        Assert.Equal(b, a);
        Assert.Equal(B.Blocks, A.Blocks);
        Assert.Equal(sum, mine.WithTargets([1, 2]).IsSum);
        Assert.Equal(1, mine.WithTargets([1, 2]).Examples);
    }

    [Fact]
    public void BuiltInLossesPassTheCheck()
    {
        LossModel.Squared(s_targets, 2).CheckDerivatives(s_outputs);
        LossModel.SoftmaxCrossEntropy([1, 0, 0.25, 0.75], 2).CheckDerivatives(s_outputs);
        LossModel.Logistic([1, -1, 1, -1], sum: true).CheckDerivatives(s_outputs);
        Softplus().Of(s_targets, 2).CheckDerivatives(s_outputs);
        // Large and small outputs have steps of their own size.
        Softplus().Of(s_targets, 2).CheckDerivatives([1e-9, 1e4, 20, -1e-5]);
    }

    [Theory]
    [InlineData(1.001, 1, 0, "softplus is not sound: the gradient of example 0, output 0, is 0.166", "central differences of the value say 0.1659")]
    [InlineData(1, 1.001, 0, "the Hessian of example 0 is 0.11", "at [0, 0], central differences of the gradient say 0.110")]
    [InlineData(1, -1, 0, "the Hessian of example 0 has a negative eigenvalue: the loss must be convex")]
    [InlineData(1, 1, 0.01, "the Hessian of example 0 is not symmetric: [1, 0] is 0, [0, 1] is 0.005")]
    public void AWrongDerivativeIsNamed(double gradient, double hessian, double across, params string[] expected)
    {
        var loss = Softplus(gradient, hessian, across).Of(s_targets, 2);
        string message = Assert.Throws<InvalidOperationException>(() => loss.CheckDerivatives(s_outputs)).Message;
        foreach (string part in expected) Assert.Contains(part, message);
    }

    private sealed class Coupled() : LossModel("coupled", 2, 1, sum: true)
    {
        public override LossModel WithTargets(double[] targets) => this;

        public override double Value(ReadOnlySpan<double> u) => 0.5 * (u[0] + u[1]) * (u[0] + u[1]);

        public override void Gradient(ReadOnlySpan<double> u, Span<double> g) => g.Fill(u[0] + u[1]);

        public override void Hessian(ReadOnlySpan<double> u, OutputHessian B) => B.Blocks.AsSpan().Fill(1);
    }

    [Fact]
    public void ALossThatCouplesExamplesIsRefused() => Assert.Contains("the gradient of example 1 changes with outputs of example 0",
        Assert.Throws<InvalidOperationException>(() => new Coupled().CheckDerivatives([1, 2])).Message);

    [Fact]
    public void WhatMakesNoFormulaIsRefused()
    {
        Assert.Throws<ArgumentException>(() => new LossFormula("squared", (_, _) => 0, (_, _, _) => { }, (_, _, _) => { }));
        Assert.Contains("expected a positive multiple of outputs = 2", Assert.Throws<InvalidRunException>(() => Softplus().Of([1, 2, 3], 2)).Message);
        Assert.Contains("found NaN at index [0, 1]", Assert.Throws<InvalidRunException>(() => Softplus().Of([1, double.NaN], 2)).Message);
        Assert.Contains("Found 3 outputs, expected 2 examples of 2",
            Assert.Throws<ArgumentException>(() => Softplus().Of(s_targets, 2).CheckDerivatives([1, 2, 3])).Message);
        Assert.Throws<InvalidOperationException>(() => LossModel.Custom(2, 1).CheckDerivatives([1, 2]));
        Assert.Contains("the value is NaN", Assert.Throws<InvalidOperationException>(() => Softplus().Of(s_targets, 2)
            .CheckDerivatives([double.NaN, 0, 0, 0])).Message);
    }
}
