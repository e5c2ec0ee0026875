namespace KernelFlow.Networks.Imports;

/// <summary>The losses that a map may name.</summary>
internal enum MapLoss
{
    /// <summary>As the run format has it.</summary>
    Squared,

    /// <summary>As the run format has it.</summary>
    SoftmaxCrossEntropy,

    /// <summary>As the run format has it.</summary>
    Logistic,

    /// <summary>g and B are recorded.</summary>
    Custom,

    /// <summary>PyTorch's nn.MSELoss: the mean over examples and outputs, 2/p times the squared loss.</summary>
    Mse,
}

/// <summary>How a loss is taken over examples.</summary>
internal enum MapReduction
{
    /// <summary>Their mean.</summary>
    Mean,

    /// <summary>Their sum.</summary>
    Sum,
}
