namespace KernelFlow.Networks.Imports;

/// <summary>The types of layers that a map may name, PyTorch's.</summary>
internal enum LayerType
{
    /// <summary>Dense.</summary>
    Linear,

    /// <summary>Convolution.</summary>
    Conv2d,

    /// <summary>Mean and spread of an example.</summary>
    LayerNorm,

    /// <summary>Mean and spread of groups of channels.</summary>
    GroupNorm,

    /// <summary>Recorded mean and spread of every value.</summary>
    BatchNorm1d,

    /// <summary>Recorded mean and spread of every channel.</summary>
    BatchNorm2d,

    /// <summary>The largest value of every window.</summary>
    MaxPool2d,

    /// <summary>The mean of every window.</summary>
    AvgPool2d,

    /// <summary>Means of as many windows as are wanted.</summary>
    AdaptiveAvgPool2d,

    /// <summary>An image as values.</summary>
    Flatten,

    /// <summary>Values as an image.</summary>
    Unflatten,

    /// <summary>Nothing in evaluation.</summary>
    Dropout,

    /// <summary>Nothing.</summary>
    Identity,

    /// <summary>max(a, 0).</summary>
    ReLU,

    /// <summary>tanh.</summary>
    Tanh,

    /// <summary>a·Φ(a), or the form with tanh.</summary>
    GELU,

    /// <summary>1/(1 + e^−a).</summary>
    Sigmoid,

    /// <summary>a/(1 + e^−a).</summary>
    SiLU,

    /// <summary>log(1 + e^a).</summary>
    Softplus,

    /// <summary>a, or α(e^a − 1) below 0.</summary>
    ELU,

    /// <summary>a, or a multiple of it below 0.</summary>
    LeakyReLU,
}

/// <summary>How GELU is computed.</summary>
internal enum GeluForm
{
    /// <summary>By the normal distribution function.</summary>
    None,

    /// <summary>By tanh.</summary>
    Tanh,
}
