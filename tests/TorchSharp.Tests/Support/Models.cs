using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>A model with inputs, and the layers for which hooks are to be right.</summary>
/// <param name="Model">In float64.</param>
/// <param name="Train">Training examples.</param>
/// <param name="Test">Test examples.</param>
/// <param name="Hooked">The names of layers that are computed by hooks.</param>
internal sealed record SampleModel(nn.Module<Tensor, Tensor> Model, Tensor Train, Tensor Test, params string[] Hooked)
{
    /// <summary>All of them by name.</summary>
    public static IReadOnlyList<string> Names { get; } =
        ["dense", "convolution", "signal", "norms", "batch norm", "sequence", "embedding", "shared", "residual", "groups", "functional"];

    /// <summary>Makes one; everything follows from the seed.</summary>
    public static SampleModel Of(string name, int n = 5, int m = 3)
    {
        random.manual_seed(7);
        Tensor Draw(params long[] shape) => randn(shape, dtype: ScalarType.Float64);
        SampleModel made = name switch
        {
            "dense" => new(nn.Sequential(("a", nn.Linear(4, 6)), ("t", nn.Tanh()), ("b", nn.Linear(6, 5, hasBias: false)), ("r", nn.ReLU()),
                ("c", nn.Linear(5, 3))), Draw(n, 4), Draw(m, 4), "a", "b", "c"),
            "convolution" => new(nn.Sequential(("a", nn.Conv2d(2, 3, 3, stride: 2, padding: 1)), ("g", nn.GELU()),
                ("b", nn.Conv2d(3, 2, 2, padding: 1, dilation: 2, bias: false)), ("f", nn.Flatten()), ("c", nn.Linear(2 * 3 * 3, 2))),
                Draw(n, 2, 6, 6), Draw(m, 2, 6, 6), "a", "b", "c"),
            "signal" => new(nn.Sequential(("a", nn.Conv1d(2, 3, 3, stride: 2, padding: 1)), ("t", nn.Tanh()), ("f", nn.Flatten()), ("c", nn.Linear(12, 2))),
                Draw(n, 2, 8), Draw(m, 2, 8), "a", "c"),
            "norms" => new(nn.Sequential(("a", nn.Linear(4, 6)), ("n", nn.LayerNorm(6)), ("g", nn.GELU()), ("c", nn.Linear(6, 2))),
                Draw(n, 4), Draw(m, 4), "a", "n", "c"),
            "batch norm" => new(Evaluated(nn.Sequential(("a", nn.Conv2d(1, 3, 2)), ("n", nn.BatchNorm2d(3)), ("t", nn.Tanh()), ("f", nn.Flatten()),
                ("c", nn.Linear(12, 2)))), Draw(n, 1, 3, 3), Draw(m, 1, 3, 3), "a", "n", "c"),
            "sequence" => new(nn.Sequential(("a", nn.Linear(3, 5)), ("n", nn.LayerNorm(5)), ("t", nn.Tanh()), ("b", nn.Linear(5, 2)), ("f", nn.Flatten())),
                Draw(n, 4, 3), Draw(m, 4, 3), "a", "n", "b"),
            "embedding" => new(nn.Sequential(("e", nn.Embedding(6, 3, padding_idx: 2)), ("f", nn.Flatten()), ("t", nn.Tanh()), ("c", nn.Linear(12, 2))),
                randint(0, 6, [(long)n, 4]), randint(0, 6, [(long)m, 4]), "e", "c"),
            "shared" => new(new Shared(), Draw(n, 3), Draw(m, 3), "Last"),
            "residual" => new(new Residual(), Draw(n, 4), Draw(m, 4), "A", "B"),
            "groups" => new(nn.Sequential(("a", nn.Conv2d(4, 4, 2, groups: 2)), ("t", nn.Tanh()), ("f", nn.Flatten()), ("c", nn.Linear(16, 2))),
                Draw(n, 4, 3, 3), Draw(m, 4, 3, 3), "c"),
            "functional" => new(new Functional(), Draw(n, 3), Draw(m, 3), "Last"),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, "No such model."),
        };
        made.Model.to(ScalarType.Float64);
        return made;
    }

    private static nn.Module<Tensor, Tensor> Evaluated(nn.Module<Tensor, Tensor> model)
    {
        // Statistics that are not 0 and 1.
        using (no_grad()) model.forward(randn(9, 1, 3, 3) * 2 + 1);
        model.eval();
        return model;
    }

    /// <summary>A layer that is called twice.</summary>
    private sealed class Shared : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> Twice = nn.Linear(3, 3), Last = nn.Linear(3, 2);

        public Shared() : base("shared") => RegisterComponents();

        public override Tensor forward(Tensor x) => Last.call(tanh(Twice.call(tanh(Twice.call(x)))));
    }

    /// <summary>What a layer returns is changed in place, added to its input and ended with the scope of the forward pass.</summary>
    private sealed class Residual : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> A = nn.Linear(4, 4), B = nn.Linear(4, 3);

        public Residual() : base("residual") => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            return B.call(A.call(x).relu_() + x).MoveToOuterDisposeScope();
        }
    }

    /// <summary>A layer's weights are used once more, past the layer.</summary>
    private sealed class Functional : nn.Module<Tensor, Tensor>
    {
        private readonly TorchSharp.Modules.Linear Tied = nn.Linear(3, 3);
        private readonly nn.Module<Tensor, Tensor> Last = nn.Linear(3, 2);

        public Functional() : base("functional") => RegisterComponents();

        public override Tensor forward(Tensor x) => Last.call(tanh(Tied.call(x)).matmul(Tied.weight));
    }
}
