using System.Globalization;
using System.Text.Json;
using KernelFlow.Validation.Coupling;
using Xunit.Abstractions;

namespace KernelFlow.Validation.Tests;

/// <summary>The facts that the coupling table must show, whatever the machine.</summary>
[Collection(nameof(QuickCoupling))]
public sealed class CouplingTableTests(QuickCoupling quick, ITestOutputHelper output)
{
    private ExperimentRow[] Runs => quick.Rows(CouplingRows.Recorded);

    private static string Describe(ExperimentRow row) => string.Create(CultureInfo.InvariantCulture, $"{row.Id}: drift {CouplingCriteria.Drift(row):g3}; ")
        + string.Join("; ",
            row.Claims.Select(c =>
            string.Create(CultureInfo.InvariantCulture, $"{c.Id} {c.Verdict}, error {c.RelativeError:e2}, budget {c.Budget?.Sum:e2}, {c.Reason}")));

    [Fact]
    public void LossesWidthsModesAndDriftsAreCovered()
    {
        foreach (var row in Runs) output.WriteLine(Describe(row));
        Check.Between(Runs.Length, 8, 100, "runs");
        string[] Values(string name) => [.. Runs.Select(r => r.Settings.Single(s => s.Name == name).Value).Distinct()];
        Assert.Superset(new HashSet<string> { "squared", "softmax-cross-entropy" }, Values("loss").ToHashSet());
        Assert.Superset(new HashSet<string> { "flow", "descent" }, Values("mode").ToHashSet());
        foreach (string loss in Values("loss"))
            foreach (string mode in Values("mode"))
            {
                var some = Runs.Where(r => r.Settings.Any(s => s.Value == loss) && r.Settings.Any(s => s.Value == mode)).ToArray();
                Check.Between(some.Select(r => r.Settings.Single(s => s.Name == "width").Value).Distinct().Count(), 2, 100, $"widths of {loss}, {mode}");
            }
        double[] drifts = [.. Runs.Select(CouplingCriteria.Drift)];
        Check.Between(drifts.Min(), 0, 0.1, "smallest drift");
        Check.Between(drifts.Max(), 10, 100, "largest drift");
    }

    [Fact]
    public void NoRecordedRunIsViolatedOrUndecided()
    {
        foreach (var row in Runs)
        {
            foreach (string id in (string[])["C2", "C4"]) Assert.True(row.Claim(id).Verdict == Verdict.Holds, Describe(row));
            Assert.True(row.Claim("C8").Verdict is Verdict.Holds or Verdict.Measured, Describe(row));
            Check.Small(row.Claim("C8").RelativeError.OrDefault(double.NaN), CouplingExperiment.PublishedError, Describe(row));
            Check.Between(row.Claim("C8").Correlation ?? double.NaN, CouplingExperiment.PublishedCorrelation, 1 + 4 * Check.Eps, Describe(row));
        }
        Assert.Equal(Runs.Count(r => r.Id.StartsWith("squared", StringComparison.Ordinal) && !CouplingCriteria.EveryStep(r)),
            Runs.Count(r => r.Claim("C8").Verdict == Verdict.Holds));
        Assert.True(quick.Report.Verdict == Verdict.Holds, string.Join("\n", quick.Report.Criteria));
    }

    [Fact]
    public void RecordedStepsAreExact()
    {
        var steps = Runs.Where(CouplingCriteria.EveryStep).ToArray();
        Check.Between(steps.Length, 4, 100, "runs of steps");
        foreach (var row in steps) Check.Small(row.Claim("C4").RelativeError.OrDefault(double.NaN), 1e-5, Describe(row));
    }

    [Theory]
    [InlineData(CouplingRows.NoPropagator, "C2", "C4")]
    [InlineData(CouplingRows.ForeignTest, "C4")]
    public void ControlsFailVisibly(string group, params string[] claims)
    {
        var rows = quick.Rows(group);
        Assert.Equal(Runs.Length, rows.Length);
        foreach (var row in rows)
            foreach (var claim in claims.Select(row.Claim))
            {
                Assert.True(claim.Verdict == Verdict.Violated, Describe(row));
                Check.Between(claim.RelativeError.OrDefault(double.NaN), Math.Max(0.1, 10 * claim.Budget!.Sum!.Value), double.MaxValue, Describe(row));
            }
    }

    /// <summary>J_Q does not enter the transport of the training gradient: there the foreign control agrees with the run, up to integration (whose
    /// step control sees G_Q) and rounding.</summary>
    [Fact]
    public void TheForeignJacobianLeavesTransportAlone()
    {
        foreach (var row in quick.Rows(CouplingRows.ForeignTest))
        {
            ClaimResult foreign = row.Claim("C2"), own = Runs.Single(r => r.Name == row.Name).Claim("C2");
            double difference = Math.Abs(foreign.RelativeError.Value - own.RelativeError.Value);
            double allowed = (double)(foreign.Budget!.Integration.OrNull() + own.Budget!.Integration.OrNull() + foreign.Budget.Rounding.OrNull()
                + own.Budget.Rounding.OrNull())!;
            // Float32 Jacobians are known to 6e-8 of each entry, which counts a hundred times where Jᵀg of many examples cancels.
            Check.Small(allowed, 5e-5, $"{row.Id}: what integration and rounding allow");
            Check.Small(difference, allowed, $"{row.Id}: difference of C2");
        }
    }

    /// <summary>The recorded g integrated without a propagator has the correlation of a good theory, and so has a frozen kernel in places;
    /// the relative error tells them apart.</summary>
    [Fact]
    public void CorrelationDecidesNothing()
    {
        foreach (var row in Runs)
        {
            double correlation = row.Measured(CouplingRows.IntegratedCorrelation)!.Value, error = row.Measured(CouplingRows.IntegratedError)!.Value;
            output.WriteLine(string.Create(CultureInfo.InvariantCulture,
                $"{row.Id}: recorded g integrated: correlation {correlation:g6}, error {error:e2}; C4 error {row.Claim("C4").RelativeError:e2}"));
            Check.Between(correlation, 0.99, 1, row.Id + ": correlation");
            Check.Small(error, 0.5, row.Id + ": error");
        }
    }

    /// <summary>The committed report is that of this experiment: the same rows, and figures that differ by no more than another rounding explains:
    /// another library for dense products changes the errors by 3e-11 of themselves.</summary>
    [Fact]
    public void TheCommittedReportIsReproduced()
    {
        using var committed = JsonDocument.Parse(File.ReadAllBytes(SourceTree.PathOf("validation", "reports", "coupling", "validation.json")));
        Assert.Equal(quick.Report.Verdict.ToString(), committed.RootElement.GetProperty("verdict").GetString());
        var rows = committed.RootElement.GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal(quick.Report.Rows.Select(r => r.Id), rows.Select(r => r.GetProperty("id").GetString()!));
        foreach (var (row, old) in quick.Report.Rows.Zip(rows))
        {
            Check.Close(row.Measured(CouplingRows.Drift)!.Value, old.GetProperty("measurements").GetProperty(CouplingRows.Drift).GetDouble(),
                4e-13, row.Id + ": drift");
            foreach (var claim in old.GetProperty("claims").EnumerateArray())
            {
                string id = claim.GetProperty("id").GetString()!;
                Assert.Equal(claim.GetProperty("verdict").GetString(), row.Claim(id).Verdict.ToString());
                double error = claim.GetProperty("relativeError").GetDouble();
                // Errors near the rounding of float32 recordings are rounding themselves.
                if (error > 1e-5) Check.Close(row.Claim(id).RelativeError.Value, error, 2e-9, $"{row.Id}: {id}");
            }
        }
    }
}
