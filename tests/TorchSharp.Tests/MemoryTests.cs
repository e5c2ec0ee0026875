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
        using var training = new Training(hidden: 128);
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
        // What a checkpoint holds is 330 kB: kept from step 99 on it would be 12% of the process.
        Check.Small((double)(resident[^1] - resident[1]) / resident[1], 0.05, "growth of memory from step 99 to 199");
    }

    /// <summary>Also where the caller has no scope that would end what was left: nothing is.</summary>
    [TorchTheory]
    [InlineData(JacobianStore.Jacobians)]
    [InlineData(JacobianStore.Factors)]
    [InlineData(JacobianStore.KernelBlocks)]
    public void LeavesNoTensorOutsideAScope(JacobianStore store)
    {
        using var folder = new RunFolder();
        using var training = new Training(p: 2);
        using var optimizer = optim.Adam(training.Model.parameters(), 0.001);
        using var mse = nn.MSELoss();
        long before = Live();
        var live = new List<long>();
        using (var recorder = training.Attach(folder.Path, optimizer, new(CheckpointSteps.Every(12)) { Midpoints = true, Store = store }, mse.forward))
            for (int step = 0; step < 12; step++)
            {
                using (NewDisposeScope())
                {
                    optimizer.zero_grad();
                    mse.forward(training.Model.forward(training.X_S), training.Y_S).backward();
                }
                recorder.Step();
                live.Add(Live());
            }
        output.WriteLine($"{store}: {before} live tensors before, {string.Join(", ", live)} after each step, {Live()} at the end");
        // With kernel blocks what belongs to the last checkpoint waits for the next one; the last step ends both.
        Assert.Equal(live[3], live[10]);
        Assert.Equal(before, Live());
    }

    [TorchFact]
    public void BetweenCheckpointsNoTensorIsCreated()
    {
        using var folder = new RunFolder();
        using var training = new Training();
        var model = new Counting(training.Model);
        using var optimizer = optim.SGD(model.parameters(), 0.01);
        using var recorder = JacobianRecorder.Attach(model, Training.HalfSquares, optimizer, training.X_S, training.Y_S, training.X_Q, folder.Path,
            new(CheckpointSteps.Fixed(50)));
        model.Forwards = 0;
        recorder.Step();
        Assert.NotEqual(0, model.Forwards);
        model.Forwards = 0;
        long live = Live();
        for (int step = 1; step < 49; step++) recorder.Step();
        Assert.Equal((0, live), (model.Forwards, Live()));
        recorder.Step();
        Assert.NotEqual(0, model.Forwards);
    }

    private sealed class Counting : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _inner;

        public Counting(nn.Module<Tensor, Tensor> inner) : base("counting")
        {
            _inner = inner;
            RegisterComponents();
        }

        public int Forwards { get; set; }

        public override Tensor forward(Tensor x)
        {
            Forwards++;
            return _inner.forward(x);
        }
    }
}
