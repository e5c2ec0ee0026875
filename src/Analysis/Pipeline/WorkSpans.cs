using System.Diagnostics;

namespace KernelFlow.Analysis;

/// <summary>Names the work that an analysis is at, for an <see cref="ActivityListener"/> of the source <see cref="Source"/>; where nobody listens nothing is
/// done.</summary>
internal static class WorkSpans
{
    /// <summary>The name of the source.</summary>
    public const string Source = "KernelFlow.Analysis";

    private static readonly ActivitySource s_source = new(Source);

    /// <summary>Begins work that ends when the span is disposed; null where nobody listens.</summary>
    /// <param name="work">What is done; a part of what encloses it.</param>
    public static Activity? Begin(string work) => s_source.StartActivity(work);

    /// <summary>Does the work in a span of its own.</summary>
    public static T In<T>(string work, Func<T> function)
    {
        using var span = Begin(work);
        return function();
    }
}
