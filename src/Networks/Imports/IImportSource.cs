using KernelFlow.Numerics;

namespace KernelFlow.Networks.Imports;

/// <summary>Where the checkpoints of an import come from.</summary>
internal interface IImportSource
{
    /// <summary>n.</summary>
    int Train { get; }

    /// <summary>m.</summary>
    int Test { get; }

    /// <summary>p.</summary>
    int Outputs { get; }

    /// <summary>What the loss of the training is times that of the run format.</summary>
    double Factor { get; }

    /// <summary>What of the training was seen to lie outside the theory.</summary>
    IReadOnlyList<string> Setting { get; }

    /// <summary>D, where it is known.</summary>
    long? Parameters { get; }

    /// <summary>The layers, where Jacobians are kept as factors.</summary>
    IReadOnlyList<JacobianLayer>? Layers { get; }

    /// <summary>Facts for the manifest.</summary>
    IReadOnlyDictionary<string, string> Metadata { get; }

    /// <summary>What is written, for people.</summary>
    string Description { get; }

    /// <summary>The tensors of each checkpoint, in order; they are valid until the next is asked for.</summary>
    IEnumerable<IReadOnlyList<TensorSource>> Checkpoints(IReadOnlyList<long> numbers, LossModel loss, Backend backend);
}
