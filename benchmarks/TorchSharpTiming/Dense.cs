using KernelFlow.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.TorchSharpTiming;

/// <summary>A dense tanh network with made-up data, and recordings of it.</summary>
internal sealed class Dense : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();

    public Dense(long[] widths, int n, int m, ScalarType type = ScalarType.Float64)
    {
        random.manual_seed(1);
        var layers = new List<(string, nn.Module<Tensor, Tensor>)>();
        for (int l = 0; l + 1 < widths.Length; l++)
        {
            layers.Add(($"layer{l}", nn.Linear(widths[l], widths[l + 1])));
            if (l + 2 < widths.Length) layers.Add(($"tanh{l}", nn.Tanh()));
        }
        Model = nn.Sequential(layers);
        Model.to(type);
        (Train, Test) = (randn(n, widths[0], dtype: type), randn(m, widths[0], dtype: type));
        Targets = randn(n, widths[^1], dtype: type);
    }

    public nn.Module<Tensor, Tensor> Model { get; }

    public Tensor Train { get; }

    public Tensor Test { get; }

    public Tensor Targets { get; }

    public long Parameters => Model.parameters().Sum(p => p.numel());

    public static Tensor Loss(Tensor u, Tensor y) => (u - y).square().sum() / (2 * u.shape[0]);

    public void Gradient(optim.Optimizer optimizer)
    {
        using var scope = NewDisposeScope();
        optimizer.zero_grad();
        Loss(Model.forward(Train), Targets).backward();
    }

    public JacobianRecorder Attach(string? folder, optim.Optimizer optimizer, JacobianRecorderOptions options) => folder is null
        ? JacobianRecorder.Attach(Model, Loss, optimizer, Train, Targets, Test, options)
        : JacobianRecorder.Attach(Model, Loss, optimizer, Train, Targets, Test, folder, options);

    public void Dispose() => _scope.Dispose();
}
