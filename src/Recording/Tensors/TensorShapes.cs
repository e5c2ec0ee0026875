namespace KernelFlow;

/// <summary>The shapes that the run format allows in a run of given sizes, from the table <see cref="TensorName"/>.</summary>
/// <param name="train">n: training examples.</param>
/// <param name="test">m: test examples.</param>
/// <param name="outputs">p: outputs per example.</param>
/// <param name="columns">Columns of the Jacobians: D, or k when sketched; null when unknown (kernel blocks).</param>
/// <param name="parameters">D, the number of parameters, when it is known.</param>
/// <param name="sketched">Whether columns are those of a sketch.</param>
public sealed class TensorShapes(int train, int test, int outputs, long? columns, long? parameters, bool sketched)
{
    /// <summary>Throws when the tensor's shape is none of those its name allows. A name that the run format does not know, and a size that is not known, allow
    /// any.</summary>
    /// <exception cref="InvalidRunException">The shape is wrong; the message names the keys of the manifest that it disagrees with.</exception>
    public void Check(TensorSource tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        if (TensorName.Find(tensor.Name) is not { } name) return;
        var expected = Of(name);
        if (expected.Count == 0 || expected.Any(axes => tensor.Shape.SequenceEqual(axes.Select(a => a.Extent)))) return;

        // Axes that disagree, in the alternative of the same rank; all of them when there is none.
        var nearest = expected.FirstOrDefault(axes => axes.Length == tensor.Shape.Count);
        var labels = nearest is null ? expected[0].Select(a => a.Label) : nearest.Where((a, i) => a.Extent != tensor.Shape[i]).Select(a => a.Label);
        string keys = string.Join(" and ", labels.Distinct());
        string shapes = string.Join(" or ", expected.Select(axes => "[" + string.Join(", ", axes.Select(a => a.Extent)) + "]"));
        string reason = keys.Length > 0 ? $"; it disagrees with {keys}" : "";
        throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: found shape {tensor.ShapeText}, expected {shapes}{reason}.");
    }

    // The alternatives in numbers. When the usual shape has an extent that is not known, nothing is checked; another alternative is left out then.
    private List<KnownExtent[]> Of(TensorName name)
    {
        var alternatives = new List<KnownExtent[]>();
        foreach (var shape in name.Shapes)
        {
            KnownExtent?[] axes = [.. shape.Select(Known)];
            if (axes.All(a => a is not null)) alternatives.Add([.. axes.Select(a => a!)]);
            else if (alternatives.Count == 0) return [];
        }
        // Without a sketch [D] and [k] are the same shape, which the message should not give twice.
        return [.. alternatives.DistinctBy(axes => string.Join(',', axes.Select(a => a.Extent)))];
    }

    private KnownExtent? Known(TensorExtent extent) => extent switch
    {
        TensorExtent.n => Of("train", train),
        TensorExtent.m => Of("test", test),
        TensorExtent.p => Of("outputs", outputs),
        TensorExtent.N => Stacked("train", train),
        TensorExtent.M => Stacked("test", test),
        TensorExtent.D => parameters is { } all ? Of("parameters", all) : null,
        TensorExtent.k => columns is { } some ? Of(sketched ? "sketch" : "parameters", some) : null,
        TensorExtent.One => new KnownExtent(1, ""),
        _ => null,
    };

    private static KnownExtent Of(string key, long extent) => new(extent, FormattableString.Invariant($"{key} = {extent}"));

    private KnownExtent Stacked(string key, long examples) => new(examples * outputs, FormattableString.Invariant($"{key} x outputs = {examples} x {outputs}"));

    /// <summary>One extent that a tensor must have, with the key of the manifest that fixes it: "train = 24", or "train x outputs = 24 x 1".</summary>
    private sealed record KnownExtent(long Extent, string Label);
}
