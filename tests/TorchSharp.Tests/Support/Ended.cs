using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>A dense layer of three inputs, and what a test does with its inputs and outputs.</summary>
internal sealed class Ended : nn.Module<Tensor, Tensor>
{
    private readonly nn.Module<Tensor, Tensor> _layer = nn.Linear(3, 1);
    private readonly Func<Tensor, Tensor, Tensor> _end;

    public Ended(Func<Tensor, Tensor, Tensor> end) : base("ended")
    {
        _end = end;
        RegisterComponents();
    }

    public override Tensor forward(Tensor x) => _end(x, _layer.call(x));
}
