namespace KernelFlow.Integrators.Tests;

/// <summary>Options and vectors that cannot be meant are refused before anything is computed; the message says what was found and what was expected.</summary>
public class OptionTests
{
    private static readonly KernelTrajectory s_trajectory = new FormulaTrajectory(1, 1, [0, 1, 2], _ =>
        DenseMatrix.OfArray(new double[,] { { 2, 0 }, { 0, 1 }, { 1, 1 } }),
        _ => DenseMatrix.CreateIdentity(1), FormulaTrajectory.Scalar(2, 1), 1) { OnKernels = _ =>
            throw new InvalidOperationException("computed although refused") };

    private static string Refused(PropagationOptions? options = null, CarriedVectors? carried = null) =>
        Assert.Throws<ArgumentException>(() => FlowIntegrator.Integrate(s_trajectory, options ?? new PropagationOptions(), Backends.Managed, carried)).Message;

    [Theory]
    [InlineData(double.NaN, "found NaN")]
    [InlineData(0.0, "found 0,")]
    [InlineData(-1e-8, "found -1E-08")]
    [InlineData(1.0, "found 1,")]
    [InlineData(double.PositiveInfinity, "found Infinity")]
    public void RelativeTolerance(double value, string found)
    {
        string message = Refused(new PropagationOptions { RelativeTolerance = value });
        Assert.StartsWith("RelativeTolerance: " + found, message);
        Assert.EndsWith("expected a number above 0 and below 1.", message);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-3)]
    public void FixedSteps(int value) =>
        Assert.Equal($"FixedSteps: found {value}, expected at least 1 step per interval, or null for error control.",
            Refused(new PropagationOptions { FixedSteps = value }));

    [Fact]
    public void MaximumSteps() => Assert.Equal("MaximumSteps: found 0, expected at least 1.", Refused(new PropagationOptions { MaximumSteps = 0 }));

    [Fact]
    public void Method() =>
        Assert.StartsWith("method: found euler, expected one of auto, gauss-2,",
            Assert.Throws<ArgumentException>(() => new PropagationOptions { Method = "euler" }).Message);

    [Fact]
    public void CarriedVectorsHaveTheSizesOfTheTrajectory()
    {
        Assert.Equal("Start: found 3 entries, expected 2.", Refused(carried: new CarriedVectors([1, 2, 3])));
        Assert.Equal("Start: found NaN at index 1, expected finite numbers.", Refused(carried: new CarriedVectors([1, double.NaN])));
        Assert.Equal("PerInterval: found 1 vectors, expected 2, one for each interval.", Refused(carried: new CarriedVectors(PerInterval: [[1, 2]])));
        Assert.Equal("PerInterval[1]: found 1 entries, expected 2.", Refused(carried: new CarriedVectors(PerInterval: [[1, 2], [1]])));
        Assert.Equal("vector: found 1 entries, expected 2.",
            Assert.Throws<ArgumentException>(() => FlowIntegrator.Transport(s_trajectory, [1], new PropagationOptions(), Backends.Managed)).Message);
        Assert.Equal("RelativeTolerance: found 2, expected a number above 0 and below 1.",
            Assert.Throws<ArgumentException>(() => FlowIntegrator.Transport(s_trajectory, [1, 1], new PropagationOptions { RelativeTolerance = 2 },
                Backends.Managed)).Message);
    }

    [Fact]
    public void DescentRefusesTheSameVectors()
    {
        var c = Descent.Runs.Exact("gradient-descent", 3).Record();
        var kernels = DescentKernels.Of(c, OutputRecord.Read(c), ChordQuadrature.Trapezium, Backends.Managed);
        string Message(CarriedVectors carried) => Assert.Throws<ArgumentException>(() => DescentRecursion.Run(kernels, Backends.Managed, carried)).Message;
        Assert.Equal("Start: found 1 entries, expected 6.", Message(new CarriedVectors([1])));
        Assert.Equal("PerInterval: found 0 vectors, expected 3, one for each interval.", Message(new CarriedVectors(PerInterval: [])));
    }
}
