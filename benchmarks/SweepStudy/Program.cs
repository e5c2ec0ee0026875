using System.Globalization;
using KernelFlow;
using KernelFlow.Integrators;
using KernelFlow.Networks;
using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

// Products per sweep and errors of every scheme of a sweep, by tolerance, beside a dense integration with gauss-6 at 1e-9.
// Usage: dotnet run -c Release --project benchmarks/SweepStudy -- [digits|softmax|cubic ...] [--examples n] [--steps K] [--tolerances 1e-2,1e-4]
// [--schemes a,b]
CultureInfo.CurrentCulture = CultureInfo.InvariantCulture;
var names = args.TakeWhile(a => !a.StartsWith("--", StringComparison.Ordinal)).ToList();
if (names.Count == 0) names = ["digits", "softmax"];
int examples = int.Parse(Option("--examples", "20")), trainingSteps = int.Parse(Option("--steps", "20000"));
double[] tolerances = [.. Option("--tolerances", "1e-2,1e-4,1e-6").Split(',').Select(double.Parse)];
string[] schemes = Option("--schemes", string.Join(',', SweepScheme.Names)).Split(',');
var backend = Backend.Resolve("auto");
foreach (string name in names)
{
    var run = Record(name);
    var builder = TrajectoryBuilder.Read(run, OutputRecord.Read(run), backend);
    int[] all = [.. Enumerable.Range(0, run.Count)];
    var trajectory = name == "cubic" ? builder.Cubic(all) : builder.Linear(all);
    var dense = FlowIntegrator.Integrate(trajectory, new PropagationOptions { Method = "gauss-6", RelativeTolerance = 1e-9 }, backend);
    var products = new TrajectoryProducts(trajectory, backend);
    Console.WriteLine($"{name}: N = {trajectory.TrainSize}, M = {trajectory.TestSize}, {trajectory.Intervals} intervals, "
        + $"gauss-6 took {dense.Report.Steps} steps");
    Console.WriteLine("| scheme | tolerance | z | products per sweep | steps | nodes | to choose | P | W | G_S | G_Q | estimated |");
    Console.WriteLine("|---|---|---|---|---|---|---|---|---|---|---|---|");
    foreach (string scheme in schemes)
        foreach (double tolerance in tolerances)
            Line(scheme, tolerance, products, dense);
}

void Line(string scheme, double tolerance, KernelProducts products, Propagation dense)
{
    var options = new SweepOptions { Scheme = SweepScheme.Find(scheme), Tolerance = tolerance };
    FlowSweep sweep;
    var counted = new CountedProducts(products);
    try
    {
        sweep = FlowSweep.Create(counted, options, backend);
    }
    catch (NumericalException e)
    {
        Console.WriteLine($"| {scheme} | {tolerance:0e0} | {e.Message} |");
        return;
    }
    long chosen = counted.Taken;
    double p = (Dense(new SweptPropagator(sweep)) - dense.P).L2Norm();
    double w = Relative(Dense(new SweptGramian(sweep)), dense.W_S), gs = Relative(Dense(new SweptTransfer(sweep, TransferTarget.Train)), dense.G_S);
    double gq = Relative(Dense(new SweptTransfer(sweep)), dense.G_Q);
    var estimate = sweep.EstimateError(options);
    Console.WriteLine($"| {scheme} | {tolerance:0e0} | {sweep.Steps.Stiffness:F0} | {sweep.Steps.Products} | {sweep.Steps.Steps.Count} | {sweep.Nodes.Count} "
        + $"| {chosen} | "
        + $"{p:0.0e0} | {w:0.0e0} | {gs:0.0e0} | {gq:0.0e0} | {estimate.P:0.0e0}, {estimate.W:0.0e0}, {estimate.Train:0.0e0}, {estimate.Test:0.0e0} |");
}

static double Relative(DenseMatrix found, DenseMatrix exact) => (found - exact).L2Norm() / exact.L2Norm();

static DenseMatrix Dense(LinearOperator a)
{
    var result = new DenseMatrix(a.Rows, a.Columns);
    a.Apply(DenseMatrix.CreateIdentity(a.Columns), result);
    return result;
}

CheckpointSequence Record(string name) => Recorder.InMemory(new RecordingOptions
{
    Train = examples, Test = 10, Outputs = 10, Layers = [LayerSpec.Dense(24)],
    Loss = name == "softmax" ? LossKind.SoftmaxCrossEntropy : LossKind.Squared, LearningRate = 0.2, Steps = trainingSteps, Checkpoints = 16,
    DType = StorageType.Float64, Seed = 5,
}, backend);

string Option(string option, string otherwise)
{
    int at = Array.IndexOf(args, option);
    return at >= 0 && at + 1 < args.Length ? args[at + 1] : otherwise;
}

internal sealed class CountedProducts(KernelProducts of) : KernelProducts(of.TrainSize, of.TestSize, of.Outputs, of.Knots)
{
    public long Taken { get; private set; }

    public override double? Beta => of.Beta;

    public override double TrainBound(int interval) => of.TrainBound(interval);

    public override double TrainFlops(int interval) => of.TrainFlops(interval);

    protected override void ApplyTrainCore(int interval, double time, in MatrixView x, in MatrixView y)
    {
        Taken += x.Columns;
        of.ApplyTrain(interval, time, x, y);
    }

    protected override void ApplyTestCore(int interval, double time, in MatrixView x, in MatrixView y) => of.ApplyTest(interval, time, x, y);

    protected override void ApplyTestTransposedCore(int interval, double time, in MatrixView y, in MatrixView x) =>
        of.ApplyTestTransposed(interval, time, y, x);

    protected override void HessianCore(int interval, double time, OutputHessian B) => of.Hessian(interval, time, B);
}
