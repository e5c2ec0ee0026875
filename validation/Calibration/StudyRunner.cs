using KernelFlow.Numerics;

namespace KernelFlow.Validation.Calibration;

/// <summary>Runs the many small trainings of a study, each on one thread, as many at once as the backend may use threads. The order of the results does not
/// depend on that.</summary>
internal static class StudyRunner
{
    /// <summary>The result of every item, in its order.</summary>
    /// <param name="items">What to do.</param>
    /// <param name="options">Of the study; its backend says how many threads there are.</param>
    /// <param name="name">Of an item, for the progress.</param>
    /// <param name="work">One item with a backend of one thread.</param>
    /// <param name="progress">Receives what was done.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    public static TResult[] Run<TItem, TResult>(IReadOnlyList<TItem> items, ExperimentOptions options, Func<TItem, string> name,
        Func<TItem, Backend, TResult> work, IProgress<ExperimentProgress>? progress, CancellationToken cancellation)
    {
        // Problems are so small that the managed backend is as fast as any, and its bits do not depend on the machine's libraries.
        var backend = Backend.Managed(1);
        var results = new TResult[items.Count];
        int done = 0;
        object gate = new();
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = options.Backend?.Threads ?? Environment.ProcessorCount,
            CancellationToken = cancellation };
        Parallel.For(0, items.Count, parallel, i =>
        {
            results[i] = work(items[i], backend);
            lock (gate) progress?.Report(new ExperimentProgress(name(items[i]), (double)++done / items.Count));
        });
        return results;
    }
}
