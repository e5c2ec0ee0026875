using System.Diagnostics;
using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>Finds the marks of an adaptive schedule by training once without recording, so that everything that is recorded afterwards, resumed recordings
/// included, has marks that are known from the beginning.</summary>
internal sealed class AdaptiveMarks(TrainingRun run, RecordingOptions options, Backend backend)
{
    /// <summary>Trains and chooses.</summary>
    public ChosenMarks Choose(CancellationToken cancellation)
    {
        var trainer = new Trainer(options, run.Data, run.Network, backend);
        var rule = new AdaptiveRule(options.Adaptive, new TrainingProbes(trainer, run, options, backend));
        long bytes = run.BytesPerCheckpoint;
        double perCheckpoint = 0;
        var tests = new Stopwatch();
        var marks = new List<int>();
        while (true)
        {
            cancellation.ThrowIfCancellationRequested();
            trainer.ComputeStep();
            tests.Start();
            bool last = trainer.Step == options.Steps;
            if (last || rule.IsDue(trainer.Step, tests.Elapsed.TotalSeconds + perCheckpoint * marks.Count, bytes * marks.Count, bytes))
            {
                marks.Add(trainer.Step);
                if (last) return new ChosenMarks(marks, rule.FiredText);
                rule.Recorded(trainer.Step);
                if (trainer.Step == 0 && options.Adaptive.MaxSeconds is not null) perCheckpoint = SecondsOfFirst();
            }
            tests.Stop();
            trainer.TakeStep();
        }
    }

    // What a checkpoint will take when it is recorded.
    private double SecondsOfFirst()
    {
        var watch = Stopwatch.StartNew();
        _ = run.Snapshot(everyStep: false);
        return watch.Elapsed.TotalSeconds;
    }
}
