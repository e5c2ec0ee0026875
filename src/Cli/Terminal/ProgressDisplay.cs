using System.Diagnostics;
using System.Globalization;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace KernelFlow.Cli;

/// <summary>Shows how far the work is: bars when somebody watches standard error, lines with --verbose, otherwise nothing at all.</summary>
internal static class ProgressDisplay
{
    /// <summary>How long cancelled work may take to end by itself, so that it leaves no half-written file; after that it is left behind.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromMilliseconds(500);

    /// <summary>Runs the work on another thread (so that signals are honoured at once) and shows its progress.</summary>
    /// <param name="terminal">Where to show it.</param>
    /// <param name="verbosity">How much.</param>
    /// <param name="work">The work; it reports stages.</param>
    /// <param name="cancellation">Ends the wait even when the work is slow to notice.</param>
    /// <remarks>Where nothing is drawn the caller's thread waits: a command that is done when it returns needs no code for resuming it, which would be
    /// compiled anew for each command when it runs.</remarks>
    public static Task<T> RunAsync<T>(CliTerminal terminal, Verbosity verbosity, Func<IStageDisplay, T> work, CancellationToken cancellation)
    {
        if (verbosity == Verbosity.Verbose)
        {
            var lines = new StageLines(terminal.Error);
            var result = Wait(work, lines, cancellation);
            lines.End();
            return Task.FromResult(result);
        }
        return verbosity == Verbosity.Quiet || !terminal.Interactive ? Task.FromResult(Wait(work, new Silent(), cancellation))
            : DrawAsync(terminal, work, cancellation);
    }

    private static async Task<T> DrawAsync<T>(CliTerminal terminal, Func<IStageDisplay, T> work, CancellationToken cancellation)
    {
        var console = AnsiConsole.Create(new AnsiConsoleSettings { Out = new AnsiConsoleOutput(terminal.Drawing) });
        var left = new LeftColumn();
        return await console.Progress().AutoClear(true).HideCompleted(false)
            .Columns(new TaskDescriptionColumn { Alignment = Justify.Left }, new ProgressBarColumn(), new PercentageColumn(), new ElapsedTimeColumn(), left)
            .StartAsync(context => Task.Run(() => Wait(work, new Bars(context, left), cancellation), CancellationToken.None)).ConfigureAwait(false);
    }

    private static T Wait<T>(Func<IStageDisplay, T> work, IStageDisplay progress, CancellationToken cancellation)
    {
        var task = Task.Run(() => work(progress), cancellation);
        try
        {
            task.Wait(cancellation);
        }
        catch (OperationCanceledException) when (!task.IsCompleted)
        {
            ((IAsyncResult)task).AsyncWaitHandle.WaitOne(s_patience);
            throw;
        }
        catch (AggregateException)
        {
            // The failure itself, not that something failed: the next line throws it.
        }
        return task.GetAwaiter().GetResult();
    }

    private sealed class Silent : IStageDisplay
    {
        public void Expect(Func<WorkPlan> plan) { }

        public void Report(StageProgress value) { }
    }

    // The time that is left of the whole work, beside the bar of the stage that is under way.
    private sealed class LeftColumn : ProgressColumn
    {
        private readonly Stopwatch _clock = Stopwatch.StartNew();
        private readonly Lock _lock = new();
        private RemainingTime? _left;

        public void Expect(WorkPlan plan)
        {
            lock (_lock) _left = new RemainingTime(plan);
        }

        public void Report(StageProgress value)
        {
            lock (_lock) _left?.Report(value.Stage, value.Fraction, _clock.Elapsed.TotalSeconds);
        }

        public override IRenderable Render(RenderOptions options, ProgressTask task, TimeSpan deltaTime)
        {
            lock (_lock) return new Text(task.IsFinished ? "" : _left?.Text(_clock.Elapsed.TotalSeconds) ?? "");
        }
    }

    private sealed class Bars(ProgressContext context, LeftColumn left) : IStageDisplay
    {
        private readonly Dictionary<string, ProgressTask> _tasks = [];

        public void Expect(Func<WorkPlan> plan) => left.Expect(plan());

        public void Report(StageProgress value)
        {
            left.Report(value);
            lock (_tasks)
            {
                if (!_tasks.TryGetValue(value.Stage, out var task))
                {
                    foreach (var earlier in _tasks.Values) earlier.Value = 1;
                    _tasks[value.Stage] = task = context.AddTask(Markup.Escape(value.Stage), maxValue: 1);
                }
                task.Value = Math.Clamp(value.Fraction, 0, 1);
            }
        }
    }

    private sealed class StageLines(TextWriter error) : IStageDisplay
    {
        public void Expect(Func<WorkPlan> plan) { }

        private readonly Stopwatch _clock = new();
        private string? _stage;

        public void Report(StageProgress value)
        {
            lock (_clock)
            {
                if (value.Stage == _stage) return;
                End();
                _stage = value.Stage;
                _clock.Restart();
            }
        }

        public void End()
        {
            if (_stage is not null) error.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{_stage}: {_clock.Elapsed.TotalSeconds:0.00} s"));
        }
    }
}

/// <summary>Where the work stands.</summary>
/// <param name="Stage">What is being done, in a word or two.</param>
/// <param name="Fraction">Share of the stage that is done, 0 to 1.</param>
internal readonly record struct StageProgress(string Stage, double Fraction);
