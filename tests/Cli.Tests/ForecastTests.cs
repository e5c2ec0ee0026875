using System.Globalization;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Cli.Tests;

/// <summary>What <c>inspect</c> says an analysis will cost: the mode it will take, its stages, and how they grow.</summary>
public sealed class ForecastTests(SmallRun run) : IClassFixture<SmallRun>
{
    private static RunSizes Sizes(double n, AnalysisMode mode = AnalysisMode.Flow) => new()
    {
        Train = n, Test = n, Checkpoints = 20, Columns = 0, PairProducts = 0, FactoredLayers = 0, StoredBytes = 0, StoredNumbers = 0, HasBuffer = false,
        Mode = mode, ReplayedSteps = 0, Stiffness = [.. Enumerable.Repeat(1.0, 19)], HasBeta = true,
    };

    private static double Of(CostForecast forecast, string stage) => forecast.Stages.Single(s => s.Name == stage).Seconds;

    /// <summary>Where flops lead, twice the order takes eight times as long; memory follows the square.</summary>
    [Fact]
    public void TimeGrowsWithTheCubeAndMemoryWithTheSquare()
    {
        // Memory so fast that passes over it do not count.
        var rates = new WorkRates(1e10, 1e10, 1e10, 1e30, 1);
        CostForecast one = CostForecast.Of(Sizes(2000), rates), two = CostForecast.Of(Sizes(4000), rates);
        foreach (string stage in (string[])["integrating", "second integration and carry"])
            Check.Close(Of(two, stage) / Of(one, stage), 8, 1e-2, stage);
        const double less = ForecastConstants.ProcessBytes + ForecastConstants.MostGarbage;
        Check.Close((two.Bytes - less) / (one.Bytes - less), 4, 1e-12, "private memory");
    }

    /// <summary>Vectors are carried by products with few columns: what is read grows with the square.</summary>
    [Fact]
    public void VectorsGrowWithTheSquare()
    {
        CostForecast one = CostForecast.Of(Sizes(2000), WorkRates.Even(1e9)), two = CostForecast.Of(Sizes(4000), WorkRates.Even(1e9));
        Check.Close(Of(two, "vectors") / Of(one, "vectors"), 4, 1e-2, "vectors");
    }

    /// <summary>Where B varies the second integration is one of its own; where B = βI a rule does.</summary>
    [Fact]
    public void ChecksCostLessWhereTheHessianIsConstant()
    {
        var varying = CostForecast.Of(Sizes(2000) with { HasBeta = false }, WorkRates.Even(1e9));
        var constant = CostForecast.Of(Sizes(2000), WorkRates.Even(1e9));
        double ratio = Of(varying, "second integration and carry") / Of(constant, "second integration and carry");
        Assert.True(ratio > 3, FormattableString.Invariant($"The checks of a varying B were forecast {ratio} times those of B = βI."));
    }

    /// <summary>Each kind of work goes by its own rate, and threads divide large work only in part.</summary>
    [Fact]
    public void EveryKindOfWorkHasItsOwnRate()
    {
        var stage = new StageForecast("some", 3) { Products = 1, Factorizations = 2, Spectra = 3, Bytes = 4, Fixed = 5 };
        Check.Close(stage.Seconds(new WorkRates(10, 100, 1000, 10000, 1), 1000), 3 * (5 + 0.1 + 0.02 + 0.003 + 0.0004), 1e-12, "seconds");
        double one = stage.Seconds(WorkRates.Even(1), 1000), two = stage.Seconds(WorkRates.Even(1, 2), 1000), small = stage.Seconds(WorkRates.Even(1, 2), 100);
        Assert.True(two < small && small < one && 2 * two > one, $"one thread {one}, two {two}, two at a small order {small}");
    }

    /// <summary>Stiff intervals take more steps, one step at least, and a stiffness that is no number is no reason to fail.</summary>
    [Fact]
    public void StepsFollowTheStiffnessOfTheIntervals()
    {
        double Steps(params double[] stiffness) => FlowForecast.Steps(Sizes(10) with { Stiffness = stiffness });
        Assert.Equal((3, 1, 1), (Steps(0, 0.1, 0.5), Steps(double.NaN), Steps(double.PositiveInfinity)));
        Assert.InRange(Steps(1000), 3, 10);
    }

    /// <summary>Descent has a recursion and no integration.</summary>
    [Fact]
    public void TheStagesAreThoseOfTheMode()
    {
        string[] Names(AnalysisMode mode) => [.. CostForecast.Of(Sizes(100, mode), WorkRates.Even(1e10)).Stages.Select(s => s.Name)];
        Assert.Contains("integrating", Names(AnalysisMode.Flow));
        Assert.DoesNotContain("recursion", Names(AnalysisMode.Flow));
        Assert.Contains("recursion", Names(AnalysisMode.Descent));
        Assert.DoesNotContain("integrating", Names(AnalysisMode.Descent));
    }

    /// <summary>The rates of a backend that was asked for by name are measured.</summary>
    [Fact]
    public void ABackendThatWasNotMeasuredIsMeasured()
    {
        var rates = WorkRates.Of(Backend.Managed(1), 200, CancellationToken.None);
        Assert.Equal(1, rates.Threads);
        foreach (double rate in (double[])[rates.Products, rates.Factorizations, rates.Spectra, rates.Bandwidth]) Check.Between(rate, 1e7, 1e13, "rate");
    }

    /// <summary>The parts that --verbose prints are those of the line.</summary>
    [Fact]
    public void ThePartsAddUpToWhatIsSaid()
    {
        var result = Cli.Run("inspect", run.Folder, "--verbose", "--backend", "managed", "--threads", "1");
        Assert.True(result.ExitCode == 0, result.ToString());
        Assert.Matches(@"(?m)^time +about [0-9.]+ s with managed.* in flow mode\r?$", result.Out);
        Assert.Matches(@"(?m)^memory +about [0-9]+ MB for the analysis, beside mapped files\r?$", result.Out);
        double Sum(string unit) => result.Error.Split('\n').Select(l => l.TrimEnd()).Where(l => l.StartsWith("forecast: ", StringComparison.Ordinal)
            && l.EndsWith(unit, StringComparison.Ordinal)).Sum(l => double.Parse(l[..^unit.Length].Split(' ')[^1], CultureInfo.InvariantCulture));
        double Said(string line) => double.Parse(result.Out.Split('\n').Single(l => l.StartsWith(line, StringComparison.Ordinal))
            .Split("about ")[1].Split(' ')[0], CultureInfo.InvariantCulture);
        Check.Close(Said("time "), Sum(" s"), 0.06, "seconds");
        Check.Close(Said("memory "), Sum(" MB"), 0.06, "megabytes");
    }

    /// <summary>Every way has a time and a memory or says why it is closed, and the advice obeys the ceiling as analyze does.</summary>
    [Fact]
    public void EveryRouteIsForecastAndTheCeilingIsObeyed()
    {
        string[] common = ["inspect", run.Folder, "--json", "--quiet", "--backend", "managed", "--threads", "1"];
        System.Text.Json.JsonElement Run(params string[] more) =>
            System.Text.Json.JsonDocument.Parse(Cli.Run([.. common, .. more]).Out).RootElement.GetProperty("runs")[0];
        var wide = Run("--memory", "8G");
        Assert.Equal(8.0 * (1L << 30), wide.GetProperty("memoryCeiling").GetDouble());
        Assert.Equal(["dense", "reduced", "matrix-free", "jobs"], wide.GetProperty("routes").EnumerateArray().Select(r => r.GetProperty("name").GetString()));
        foreach (var route in wide.GetProperty("routes").EnumerateArray())
        {
            bool open = route.GetProperty("seconds").ValueKind == System.Text.Json.JsonValueKind.Number;
            Assert.True(open
                ? route.GetProperty("seconds").GetDouble() > 0 && route.GetProperty("bytes").GetDouble() > 0 && route.GetProperty("fits").GetBoolean()
                : route.GetProperty("secondsReason").GetString()!.Length > 0, route.ToString());
        }
        Assert.Contains("goes dense, which fits: the ceiling is 8G", wide.GetProperty("advice").GetString());
        // What the advice says of a ceiling is what analyze does.
        var narrow = Run("--memory", "20M");
        Assert.False(narrow.GetProperty("routes")[0].GetProperty("fits").GetBoolean());
        Assert.Contains("goes without matrices: dense does not fit, the ceiling is 20M", narrow.GetProperty("advice").GetString());
        var refused = Cli.Run("analyze", run.Folder, "--summary", "--quiet", "--memory", "20M", "--solver", "dense", "--backend", "managed", "--threads", "1");
        Assert.Equal(2, refused.ExitCode);
        Assert.Contains("with matrices would hold about", refused.Error);
        Assert.Contains("and the ceiling is 20M; solver matrix-free fits, or give more memory", refused.Error);
    }

    /// <summary>More nodes divide kernels and intervals, down to the longest interval and what the merge does alone.</summary>
    [Fact]
    public void JobsTakeLessOnMoreNodesAndNeverLessThanTheMerge()
    {
        using var recorded = RecordedRun.Open(run.Folder);
        var sizes = Sizes(3000) with { Stiffness = [.. Enumerable.Repeat(1.0, recorded.Checkpoints.Count - 1)] };
        var rates = WorkRates.Even(1e10);
        var cost = CostForecast.Of(sizes, rates);
        double On(int nodes) => RouteForecasts.Of(recorded.Checkpoints, sizes, cost, rates, 1e12, nodes).Single(r => r.Name == "jobs").Seconds;
        double merge = cost.Seconds - Of(cost, "reading") - Of(cost, "integrating") - Of(cost, "second integration and carry");
        Assert.True(On(1) > On(4) && On(4) > On(16) && On(1000) > merge, $"1 node {On(1)}, 4 {On(4)}, 16 {On(16)}, 1000 {On(1000)}, merge {merge}");
        var closed = RouteForecasts.Of(recorded.Checkpoints, sizes with { Mode = AnalysisMode.Descent }, cost, rates, 1e12, 4);
        Assert.Contains("there are no intervals to divide", closed.Single(r => r.Name == "jobs").Obstacle);
        Assert.Contains("do not follow the flow", closed.Single(r => r.Name == "reduced").Obstacle);
        Assert.Contains("B = βI", RouteForecasts.Of(recorded.Checkpoints, sizes with { HasBeta = false }, cost, rates, 1e12, 4)[1].Obstacle);
    }

    /// <summary>What a few products say of the largest eigenvalue is what the matrix says, J Jᵀ or the kernel that was recorded.</summary>
    [Fact]
    public void ProductsTellTheLargestEigenvalue()
    {
        using var folder = new TempFolder();
        var kernels = Cli.Run("record", folder.Of("kernels"), "--train", "12", "--test", "6", "--layers", "5", "--steps", "200", "--checkpoints", "9",
            "--kernels", "--backend", "managed", "--threads", "1");
        Assert.True(kernels.ExitCode == 0, kernels.ToString());
        foreach (string recording in (string[])[run.Folder, folder.Of("kernels")])
        {
            using var recorded = RecordedRun.Open(recording);
            var (checkpoints, last) = (recorded.Checkpoints, recorded.Checkpoints[^1]);
            var probe = ProductProbe.Of(checkpoints, Backend.Managed(1), 1e9)!;
            var kernel = new DenseMatrix(checkpoints.TrainSize, checkpoints.TrainSize);
            if (checkpoints.HasJacobians)
            {
                var jacobian = new DenseMatrix(checkpoints.TrainSize, (int)checkpoints.Parameters!.Value);
                last[TensorName.J_S].ReadMatrix(jacobian);
                jacobian.TransposeAndMultiply(jacobian, kernel);
            }
            else last[TensorName.K_SS].ReadMatrix(kernel);
            double largest = kernel.Evd(Symmetricity.Symmetric).EigenValues.Max(v => v.Real);
            Check.Between(probe.Largest / largest, 0.9, 1 + 1e-6, $"λ_max, {largest:g3} by the matrix of {Path.GetFileName(recording)}");
            Assert.True(probe.Seconds > 0 && double.IsFinite(probe.Seconds), $"{probe.Seconds} s for a product");
        }
    }
}
