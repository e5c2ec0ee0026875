using System.Diagnostics;
using TorchSharp;
using Xunit.Abstractions;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>Recording keeps nothing: neither tensors nor memory grow with the steps, and between checkpoints nothing happens.</summary>
public sealed class MemoryTests(ITestOutputHelper output)
{
    private static long Live() => DisposeScopeManager.Statistics.ThreadTotalLiveCount;

    [TorchFact]
    public void IsFlatOverTwoHundredRecordedSteps()
    {
        using var folder = new RunFolder();
        using var training = new Training(hidden: 64);
        using var optimizer = optim.Adam(training.Model.parameters(), 0.001);
        var live = new List<long>();
        var resident = new List<long>();
        training.Run(folder.Path, optimizer, new(CheckpointSteps.Every(200)) { Midpoints = true }, before: step =>
        {
            live.Add(Live());
            if (step % 50 != 49) return;
            GC.Collect();
            GC.WaitForPendingFinalizers();
            using var process = Process.GetCurrentProcess();
            resident.Add(process.WorkingSet64 >> 10);
        });
        output.WriteLine($"live tensors {live[1]} at step 1, {live[^1]} at step 199; resident kB {string.Join(", ", resident)}");
        Assert.Equal(live[5], live[^1]);
        Check.Small((double)(resident[^1] - resident[0]) / resident[0], 0.1, "growth of memory from step 49 to 199");
    }

    [TorchFact]
    public void BetweenCheckpointsNoTensorIsCreated()
    {
        using var folder = new RunFolder();
        using var training = new Training();
        using var optimizer = optim.SGD(training.Model.parameters(), 0.01);
        using var recorder = training.Attach(folder.Path, optimizer, new(CheckpointSteps.Fixed(50)));
        int forwards = 0;
        ((nn.Module<Tensor, Tensor>)training.Model).register_forward_hook((_, _, y) =>
        {
            forwards++;
            return y.alias(); // An alias: what a hook returns is disposed with what it was given.
        });
        recorder.Step();
        Assert.Equal(2 + 20 + 12, forwards);
        forwards = 0;
        long live = Live();
        for (int step = 1; step < 49; step++) recorder.Step();
        Assert.Equal((0, live), (forwards, Live()));
        recorder.Step();
        Assert.Equal(2 + 20 + 12, forwards);
    }
}
