namespace KernelFlow;

/// <summary>One extent of a tensor's shape, by its symbol in the run format.</summary>
public enum TensorExtent
{
    /// <summary>n: training examples.</summary>
    n,

    /// <summary>m: test examples.</summary>
    m,

    /// <summary>p: outputs per example.</summary>
    p,

    /// <summary>N = n·p: stacked training outputs.</summary>
    N,

    /// <summary>M = m·p: stacked test outputs.</summary>
    M,

    /// <summary>D: the parameters of the model, before any sketch.</summary>
    D,

    /// <summary>k: the columns of the recorded Jacobians, which are D, or those of the sketch when there is one.</summary>
    k,

    /// <summary>b: the examples of one minibatch, any number up to n.</summary>
    b,

    /// <summary>1: a scalar that is written as a vector of one number.</summary>
    One,
}
