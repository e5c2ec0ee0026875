using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Buffers (running statistics) and random numbers are afterwards what they were, for models that use them in a forward pass.</summary>
internal sealed class Undisturbed : IDisposable
{
    private readonly (Tensor Buffer, Tensor Before)[] _buffers;
    private readonly Tensor _random;

    public Undisturbed(torch.nn.Module model)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        _random = torch.get_rng_state().DetachFromDisposeScope();
        _buffers = [.. model.named_buffers().Select(b => (b.buffer, b.buffer.detach().clone().DetachFromDisposeScope()))];
    }

    public void Dispose()
    {
        using var none = torch.no_grad();
        foreach (var (buffer, before) in _buffers)
        {
            buffer.copy_(before);
            before.Dispose();
        }
        torch.set_rng_state(_random);
        _random.Dispose();
    }
}
