using KernelFlow.Reporting.Charts;
using KernelFlow.Reporting.Content;
using KernelFlow.Tests.Samples;

namespace KernelFlow.Reporting.Tests;

/// <summary>Figures of training, modes and kernels, and what marks say.</summary>
public sealed class PictureFigureTests
{
    private static Figure Draw(string id, ReservoirAnalysis analysis) => ReportFigures.All(analysis).Single(f => f.Figure.Head.Id == id).Figure;

    /// <summary>The area under a density is 1, and up to the middle between two groups of eigenvalues it is the share of the first.</summary>
    [Fact]
    public void DensitiesIntegrateToOne()
    {
        double[] values = [.. Enumerable.Range(0, 30).Select(i => 1e-3 * (1 + i / 30.0)), .. Enumerable.Range(0, 10).Select(i => 100.0 + i), 1e-15, 0, -1e-16];
        Assert.Equal(40, SpectralDensity.Resolved(values).Length);
        double width = SpectralDensity.Width(SpectralDensity.Resolved(values));
        var curve = SpectralDensity.Of(values, width);
        double Area(double upTo) => Enumerable.Range(1, curve.Count - 1).Where(i => curve[i].Value <= upTo).Sum(i =>
            (curve[i].Density + curve[i - 1].Density) / 2 * Math.Log10(curve[i].Value / curve[i - 1].Value));
        // 2(1 − Φ(4)) = 6.3e-5 lies beyond four widths; the trapezium rule on a Gaussian of three nodes to a width errs by far less.
        Check.Small(Math.Abs(Area(double.PositiveInfinity) - 1), 1e-4, "area under the density");
        Check.Small(Math.Abs(Area(0.3) - 0.75), 1e-3, "area below the gap");
        Assert.Empty(SpectralDensity.Of([0, 0], 0.1));
    }

    /// <summary>A claim that is measured and not judged has a hollow mark; judged ones do not.</summary>
    [Theory]
    [InlineData(Verdict.Measured, true)]
    [InlineData(Verdict.Holds, false)]
    public void MeasuredClaimsAreHollow(Verdict verdict, bool hollow)
    {
        var claim = new ClaimResult("C8", "coupling", verdict) { RelativeError = 0.01, Tolerance = 0.1, Budget = new ErrorBudget(1e-9, 0.01, 0, 1e-13) };
        var figure = Draw("errors", SampleAnalysis.Make() with { Claims = [claim] });
        Assert.Equal(hollow, figure.Drawing!.Contains("m s2 hollow", StringComparison.Ordinal));
        Assert.Equal(hollow, figure.Drawing.Contains("error, not judged", StringComparison.Ordinal));
        Assert.Equal(hollow, figure.Caption.Contains("measured and not judged", StringComparison.Ordinal));
    }

    /// <summary>Changed labels have a mark of their own, and the caption compares them; where none is known there is one kind of mark.</summary>
    [Fact]
    public void ChangedLabelsAreMarked()
    {
        var sample = SampleAnalysis.Full();
        InfluenceResult With(Known<IReadOnlyList<int>> changed) =>
            new() { Examples = [new(1, 2, 1, 1, 3), new(1, 4, 1, 1, 5), new(1, 8, 1, 1, 9)], Strongest = [], Changed = changed,
                OnTest = Known.Unknown<MathNet.Numerics.LinearAlgebra.Matrix<double>>("none") };
        var marked = Draw("influence", sample with { Influence = With(Known.Of<IReadOnlyList<int>>([2])) });
        Assert.Contains("example 2, changed label: self-influence 8", marked.Drawing);
        Assert.Contains("The 1 changed labels have a median self-influence of 8, the others one of 4.", marked.Caption);
        var plain = Draw("influence", sample with { Influence = With(Known.Unknown<IReadOnlyList<int>>("not told")) });
        Assert.DoesNotContain("changed label", plain.Drawing + plain.Caption);
    }

    /// <summary>A layer that is only counted is called one.</summary>
    [Fact]
    public void LayersAreNamed()
    {
        var gate = new RiskGate { Layers = [new("1", 4), new("head", 3)], Points = [new(1, 0.5, [0.25, 0.75], null), new(2, 1, [1, 1], 0.5)] };
        string drawing = Draw("risk-gate", SampleAnalysis.Full() with { RiskGate = gate }).Drawing!;
        Assert.Contains(">layer 1</text>", drawing);
        Assert.Contains(">head</text>", drawing);
    }

    /// <summary>The shades of responses are logarithmic: down to the smallest, at most six decades.</summary>
    [Theory]
    [InlineData(1e-2, "0.5")]
    [InlineData(1e-12, "0.833")]
    public void ResponsesAreLogarithmic(double smallest, string shadeOfTenth)
    {
        var sample = SampleAnalysis.Make();
        var map = new ResponseMap(1, 3, [[1, 0.1, smallest]]);
        string drawing = Draw("responses", sample with { Inclusion = sample.Inclusion with { Responses = map } }).Drawing!;
        Assert.Contains($"fill-opacity:{shadeOfTenth}\"><title>test output i 1, mode j 2: 0.1</title>", drawing);
    }

    /// <summary>Cells of one shade are one path, and negative ones have the second colour.</summary>
    [Fact]
    public void SignedMapsHaveTwoColours()
    {
        var head = new FigureHead("x", "X", "x");
        string drawing = HeatMap.Draw(new HeatMapData(2, 2, [[1, -0.52], [-0.52, 1]], "example", "example", "cosine") { IsSigned = true, Hover = false }, head);
        Assert.Equal(2, drawing.Split('\n').Count(line => line.StartsWith("<path", StringComparison.Ordinal)));
        Assert.Contains("<path class=\"heat cold\" style=\"fill-opacity:0.52\"", drawing);
        Assert.Contains("<title>cosine: about -0.52</title>", drawing);
    }

    /// <summary>Curves say what is missing; ends of the curves stand in the text alternative.</summary>
    [Fact]
    public void CurvesTellTheirEnds()
    {
        var figure = Draw("training-accuracy", SampleAnalysis.Full());
        Assert.Contains("training 0 % to 100 %", figure.Head.Description);
        Assert.Contains("No test curve: no <y_Q>.", figure.Caption);
        Assert.Contains("training 0.5 to 0", Draw("training-loss", SampleAnalysis.Full()).Head.Description);
        Assert.Contains("not known: not computed", Draw("training-loss", SampleAnalysis.Make()).Caption);
        Assert.Contains("too large", Draw("kernel-spectrum", SampleAnalysis.Full()).Caption);
    }

    /// <summary>Ten words, each with its place in the report.</summary>
    [Fact]
    public void TheGlossaryHasTenLines()
    {
        Assert.Equal(10, Glossary.Lines.Count);
        foreach (var line in Glossary.Lines)
        {
            Assert.True(line.Anchor == "claims" || ReportFigures.Ids.Contains(line.Anchor), line.Anchor);
            Assert.True(File.Exists(Path.Combine(SourceTree.Root, "docs", "theory", line.Page)), line.Page);
        }
    }
}
