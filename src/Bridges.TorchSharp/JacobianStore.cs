namespace KernelFlow.Recording;

/// <summary>In which form the Jacobians of a recorded training are kept.</summary>
public enum JacobianStore
{
    /// <summary>The rows as they are: version 1 of the run format.</summary>
    Jacobians,

    /// <summary>What enters a layer and the derivatives by what leaves it, from which the rows are products: version 2 of the run format, many times
    /// smaller.</summary>
    Factors,

    /// <summary>Blocks of the kernel, those across to the next checkpoint included; nothing of the size of the parameters is kept.</summary>
    KernelBlocks,
}
