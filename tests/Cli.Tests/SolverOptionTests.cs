using System.Text.Json;

namespace KernelFlow.Cli.Tests;

public sealed class SolverOptionTests(SmallRun run) : IClassFixture<SmallRun>, IDisposable
{
    private readonly TempFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private static Cli.Result Analyze(params string[] args) => Cli.Run(["analyze", .. args, "--json", "--quiet", "--backend", "managed", "--threads", "1"]);

    private static JsonElement Spectrum(Cli.Result result)
    {
        Assert.True(result.ExitCode == 0, result.ToString());
        return JsonDocument.Parse(result.Out).RootElement.GetProperty("spectrum");
    }

    [Theory]
    [InlineData("dense")]
    [InlineData("lanczos")]
    [InlineData("golub-kahan")]
    public void EverySolverGivesTheSameLeadingModes(string solver)
    {
        double[] all = [.. Spectrum(Analyze(run.Folder, "--rtol", "1e-8")).GetProperty("eigenvalues").EnumerateArray().Select(v => v.GetDouble())];
        var found = Spectrum(Analyze(run.Folder, "--solver", solver, "--modes", "5", "--rtol", "1e-8"));
        Assert.Equal((solver, false, 5), (found.GetProperty("solver").GetString(), found.GetProperty("complete").GetBoolean(), found.GetProperty("eigenvalues")
            .GetArrayLength()));
        for (int j = 0; j < 5; j++)
        {
            double error = Math.Abs(found.GetProperty("eigenvalues")[j].GetDouble() - all[j]) / all[0];
            Check.Small(error, 3e-13, $"mode {j + 1}: error relative to λ_1");
        }
        if (solver == "lanczos" && found.GetProperty("signalDimension").ValueKind == JsonValueKind.Null)
            Assert.Contains("the 5 largest of 12 modes", found.GetProperty("signalDimensionReason").GetString());
        else Assert.Equal(12, found.GetProperty("signalDimension").GetInt32() + found.GetProperty("reservoirDimension").GetInt32());
    }

    [Fact]
    public void WhatTheRunDoesNotAllowIsBadUsage()
    {
        var result = Analyze(run.Folder, "--modes", "13");
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains("modes: found 13, expected 1 to 12, the order of W_S.", result.Error);
        string blocks = _folder.Of("blocks");
        Assert.Equal(0, Cli.Run("kernels", run.Folder, "--out", blocks, "--quiet", "--backend", "managed", "--threads", "1").ExitCode);
        result = Analyze(blocks, "--solver", "golub-kahan");
        Assert.Equal((2, ""), (result.ExitCode, result.Out));
        Assert.Contains("golub-kahan needs recorded Jacobians", result.Error);
        Assert.Single(result.Error.TrimEnd().Split('\n'));
    }
}
