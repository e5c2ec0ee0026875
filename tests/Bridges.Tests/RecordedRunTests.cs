using System.Security.Cryptography;
using System.Text;

namespace KernelFlow.Bridges.Tests;

public class RecordedRunTests
{
    [Fact]
    public void OpensTheShippedRun()
    {
        using var run = RecordedRun.Open(Fixtures.DigitsTiny);
        var checkpoints = run.Checkpoints;
        Assert.Equal(16, checkpoints.Count);
        Assert.Equal((24, 16, 1, 529L), (checkpoints.Train, checkpoints.Test, checkpoints.Outputs, checkpoints.Parameters));
        Assert.True(checkpoints.HasJacobians);
        Assert.Equal("squared", checkpoints.Loss.Kind);
        Assert.False(checkpoints.Loss.IsSum);
        Assert.Equal(new GradientDescent(0.05), checkpoints.Optimizer);
        Assert.Equal(["clean_S", "noise_mask_S", "y_Q"], checkpoints.RunTensors.Keys.Order());
        Assert.Equal("UCI optical digits", run.Metadata["data"]);
        Assert.Equal(0.25, checkpoints[4].Time);
        Assert.Equal(5, checkpoints[4].Step);
        Assert.Equal(Path.Combine(Fixtures.DigitsTiny, "checkpoint-000004.safetensors"), checkpoints[4]["J_S"].Location);
    }

    /// <summary>The recorded loss and the displacement that the recorded Jacobians predict tie targets, outputs and Jacobians together.</summary>
    [Fact]
    public void RecordedLossIsThatOfTheRecordedOutputsAndTargets()
    {
        using var run = RecordedRun.Open(Fixtures.DigitsTiny);
        foreach (var c in run.Checkpoints)
        {
            double recorded = c["loss"].ReadAll()[0], computed = run.Checkpoints.Loss.Value(c["U_S"].ReadAll());
            Check.Small(Math.Abs(recorded - computed), 1e-14, $"step {c.Step}: recorded loss against the one of the outputs");
        }
    }

    /// <summary>One gradient-descent step: U_S(1) − U_S(0) = −η J̄ J₀ᵀ g₀ with J̄ by the trapezium rule, an O(η²) quadrature.</summary>
    [Fact]
    public void RecordedJacobiansPredictTheFirstStep()
    {
        using var run = RecordedRun.Open(Fixtures.DigitsTiny);
        var (a, b) = (run.Checkpoints[0], run.Checkpoints[1]);
        int n = 24, D = 529;
        double[] J0 = a["J_S"].ReadAll(), J1 = b["J_S"].ReadAll(), u0 = a["U_S"].ReadAll(), u1 = b["U_S"].ReadAll(), g = new double[n], step = new double[D];
        run.Checkpoints.Loss.Gradient(u0, g);
        for (int i = 0; i < n; i++)
            for (int d = 0; d < D; d++) step[d] -= 0.05 * J0[i * D + d] * g[i];
        double error = 0, size = 0;
        for (int i = 0; i < n; i++)
        {
            double predicted = 0;
            for (int d = 0; d < D; d++) predicted += 0.5 * (J0[i * D + d] + J1[i * D + d]) * step[d];
            error += Math.Pow(predicted - (u1[i] - u0[i]), 2);
            size += Math.Pow(u1[i] - u0[i], 2);
        }
        Check.Small(Math.Sqrt(error / size), 3e-4, "relative error of the predicted step");
    }

    [Fact]
    public void WindowsAreThoseOfTheSequence()
    {
        using var whole = RecordedRun.Open(Fixtures.DigitsTiny);
        using var part = RecordedRun.Open(Fixtures.DigitsTiny, from: 0.25 * (1 + 5e-10), to: 3.25);
        var window = whole.Checkpoints.Window(0.25, 3.25);
        Assert.Equal(window.Select(c => (c.Time, c.Step)), part.Checkpoints.Select(c => (c.Time, c.Step)));
        Assert.Equal(6, part.Checkpoints.Count);
        Assert.Equal(16, part.Manifest.Checkpoints.Count);
        Assert.Equal(window[3]["J_Q"].ReadAll(), part.Checkpoints[3]["J_Q"].ReadAll());
    }

    [Theory]
    [InlineData(0.26, null, "from: 0.26 is not the time of a checkpoint; the nearest is 0.25.")]
    [InlineData(null, 0.25000001, "to: 0.25000001 is not the time of a checkpoint; the nearest is 0.25.")]
    [InlineData(0.25, 0.25, "The window from 0.25 to 0.25 holds fewer than two checkpoints.")]
    [InlineData(0.4, 0.25, "The window from 0.4 to 0.25 holds fewer than two checkpoints.")]
    public void WindowsThatAreNotThereAreRefusedByRunAndSequenceAlike(double? from, double? to, string message)
    {
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => RecordedRun.Open(Fixtures.DigitsTiny, from, to)).Message);
        using var run = RecordedRun.Open(Fixtures.DigitsTiny);
        Assert.Equal(message, Assert.Throws<ArgumentException>(() => run.Checkpoints.Window(from, to)).Message);
    }

    /// <summary>The hash is that of the list which sha256sum prints, so anybody can check it.</summary>
    [Fact]
    public void InputHashIsTheSumOfTheSums()
    {
        using var run = RecordedRun.Open(Fixtures.DigitsTiny, to: 0.1);
        var list = new StringBuilder();
        string[] checkpoints = [.. Enumerable.Range(0, 3).Select(k => $"checkpoint-00000{k}.safetensors")];
        foreach (string name in (string[])["run.json", "targets.safetensors", .. checkpoints])
        {
            byte[] sum = SHA256.HashData(File.ReadAllBytes(Path.Combine(Fixtures.DigitsTiny, name)));
            list.Append(Convert.ToHexStringLower(sum)).Append("  ").Append(name).Append('\n');
        }
        string expected = Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(list.ToString()))).ToLowerInvariant();
        Assert.Equal("sha256:" + expected, run.InputHash());
        using var whole = RecordedRun.Open(Fixtures.DigitsTiny);
        Assert.NotEqual(run.InputHash(), whole.InputHash());
        Assert.Throws<OperationCanceledException>(() => whole.InputHash(new CancellationToken(canceled: true)));
    }

    [Fact]
    public void DisposedRunsRefuseToRead()
    {
        var run = RecordedRun.Open(Fixtures.DigitsTiny);
        run.Dispose();
        Assert.Throws<ObjectDisposedException>(() => run.Checkpoints[0]["J_S"].ReadAll());
        Assert.Throws<ObjectDisposedException>(() => run.InputHash());
    }

    /// <summary>Few files are held open at a time: more runs open at once than a process may have descriptors would otherwise fail.</summary>
    [Fact]
    public void ManyCheckpointsNeedNoDescriptors()
    {
        if (!Directory.Exists("/proc/self/fd")) return;
        int before = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        var runs = Enumerable.Range(0, 40).Select(_ => RecordedRun.Open(Fixtures.DigitsTiny)).ToList();
        int during = Directory.GetFileSystemEntries("/proc/self/fd").Length;
        Assert.Equal(16, runs[39].Checkpoints.Count);
        foreach (var run in runs) Assert.Equal(runs[0].Checkpoints[0]["J_S"].ReadAll(), run.Checkpoints[0]["J_S"].ReadAll()); // Most are opened again here.
        runs.ForEach(r => r.Dispose());
        Assert.True(during - before < 100, $"{during - before} more descriptors for {40 * 17} files");
    }
}
