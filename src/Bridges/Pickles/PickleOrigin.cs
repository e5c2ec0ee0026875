namespace KernelFlow.Bridges;

/// <summary>What wrote a pickle of tensors.</summary>
internal enum PickleOrigin
{
    /// <summary><c>torch.save</c> before PyTorch 1.6.</summary>
    Legacy,

    /// <summary><c>torch.save</c>, a zip archive.</summary>
    Archive,

    /// <summary>TorchScript, a zip archive whose modules have classes of their own.</summary>
    TorchScript,
}
