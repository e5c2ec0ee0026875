namespace KernelFlow;

/// <summary>The classes of the training examples, told by the targets that training used: changed labels count as what they were changed to.</summary>
public sealed record ExampleClasses
{
    /// <summary>At most so many different targets are taken for classes.</summary>
    public const int Most = 24;

    /// <summary>Names of the classes: the value of the target for one output per example, otherwise the index of the largest target.</summary>
    public required IReadOnlyList<string> Names { get; init; }

    /// <summary>The class of each training example, an index of <see cref="Names"/>.</summary>
    public required IReadOnlyList<int> Of { get; init; }

    /// <summary>The number of examples of each class.</summary>
    public IReadOnlyList<int> Counts() => [.. Enumerable.Range(0, Names.Count).Select(c => Of.Count(x => x == c))];

    /// <summary>The examples in the order of their classes, and within a class as recorded: the order of the rows of pictures.</summary>
    public IReadOnlyList<int> Order() => [.. Enumerable.Range(0, Of.Count).OrderBy(i => Of[i])];
}
