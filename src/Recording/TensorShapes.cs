namespace KernelFlow;

/// <summary>One extent that a tensor must have, with the key of the manifest that fixes it: "train = 24", or "train x outputs = 24 x 1".</summary>
internal readonly record struct Axis(long Extent, string Label)
{
    public static Axis Of(string key, long extent) => new(extent, FormattableString.Invariant($"{key} = {extent}"));

    public static Axis Stacked(string key, long examples, long outputs) =>
        new(examples * outputs, FormattableString.Invariant($"{key} x outputs = {examples} x {outputs}"));
}

/// <summary>The shape table of the run format: which shapes a named tensor may have in a run of given sizes.</summary>
/// <param name="n">Training examples.</param>
/// <param name="m">Test examples.</param>
/// <param name="p">Outputs per example.</param>
/// <param name="columns">Columns of the Jacobians: D, or k when sketched; null when unknown (kernel blocks).</param>
/// <param name="parameters">D, when known.</param>
/// <param name="sketched">Whether columns are those of a sketch.</param>
internal sealed class TensorShapes(int n, int m, int p, long? columns, long? parameters, bool sketched)
{
    private readonly Axis _n = Axis.Of("train", n), _m = Axis.Of("test", m), _p = Axis.Of("outputs", p);
    private readonly Axis _N = Axis.Stacked("train", n, p), _M = Axis.Stacked("test", m, p);

    /// <summary>Names with a fixed shape, in the order they are checked: outputs first, because their errors are the plainest.</summary>
    public static readonly string[] Names =
    [
        "U_S", "U_Q", "y_S", "y_Q", "clean_S", "noise_mask_S", "g", "B", "loss", "sketch", "J_S", "J_Q", "J_S_mid", "J_Q_mid", "w", "preconditioner",
        "K_SS", "K_QS", "K_QQ", "K_SS_next", "K_QS_next", "K_SQ_next", "K_QQ_next", "K_SS_mid", "K_QS_mid", "kernel_epsilon",
    ];

    /// <summary>Throws when the tensor's shape is none of those its name allows.</summary>
    public void Check(TensorSource tensor)
    {
        var expected = Of(tensor.Name);
        if (expected.Length == 0 || expected.Any(axes => tensor.Shape.SequenceEqual(axes.Select(a => a.Extent)))) return;

        // Axes that disagree, in the alternative of the same rank; all of them when there is none.
        var nearest = expected.FirstOrDefault(axes => axes.Length == tensor.Shape.Count);
        var labels = nearest is null ? expected[0].Select(a => a.Label) : nearest.Where((a, i) => a.Extent != tensor.Shape[i]).Select(a => a.Label);
        string keys = string.Join(" and ", labels.Distinct());
        string shapes = string.Join(" or ", expected.Select(axes => "[" + string.Join(", ", axes.Select(a => a.Extent)) + "]"));
        string reason = keys.Length > 0 ? $"; it disagrees with {keys}" : "";
        throw new InvalidRunException($"{tensor.Location}: {tensor.Name}: found shape {tensor.ShapeText}, expected {shapes}{reason}.");
    }

    private Axis[][] Of(string name) => name switch
    {
        "U_S" or "y_S" or "clean_S" or "g" => [[_n, _p], [_N]],
        "U_Q" or "y_Q" => [[_m, _p], [_M]],
        "noise_mask_S" => [[_n]],
        "B" => [[_n, _p, _p]],
        "loss" or "sketch" or "kernel_epsilon" => [[], [new Axis(1, "")]],
        "J_S" or "J_S_mid" when columns is not null => [[_N, Column], [_n, _p, Column]],
        "J_Q" or "J_Q_mid" when columns is not null => [[_M, Column], [_m, _p, Column]],
        "w" or "preconditioner" when parameters is { } D => sketched ? [[Axis.Of("parameters", D)], [Column]] : [[Axis.Of("parameters", D)]],
        "K_SS" or "K_SS_next" or "K_SS_mid" => [[_N, _N]],
        "K_QS" or "K_QS_next" or "K_QS_mid" => [[_M, _N]],
        "K_QQ" or "K_QQ_next" => [[_M, _M]],
        "K_SQ_next" => [[_N, _M]],
        _ => [],
    };

    private Axis Column => Axis.Of(sketched ? "sketch" : "parameters", columns!.Value);
}
