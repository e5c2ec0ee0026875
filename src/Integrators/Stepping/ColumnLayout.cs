using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>The columns of X: P, or P times a start block (c), the vector carried across one interval (1), the propagated errors E·V (ℓ), and P·V (ℓ)
/// for the probe vectors V.</summary>
/// <remarks>P·V is carried, not formed: a step of other length can then be taken with these ℓ columns alone, and the products with the probes come
/// with those for P.</remarks>
internal readonly struct ColumnLayout(int c)
{
    /// <summary>ℓ: with eight, the estimate of ‖E‖_F is within a factor of two in all but rare cases even for an error of rank one.</summary>
    public const int Probes = 8;

    /// <summary>The number of all columns of X.</summary>
    public int Count => c + 1 + 2 * Probes;

    /// <summary>c, the number of columns of P, or of the start block.</summary>
    public int Carried => c;

    /// <summary>Index of the vector carried across one interval.</summary>
    public int Interval => c;

    /// <summary>P, or P times the start block.</summary>
    public MatrixView P(in MatrixView x) => x.ColumnRange(0, c);

    /// <summary>E·V, the propagated errors.</summary>
    public MatrixView Errors(in MatrixView x) => x.ColumnRange(c + 1, Probes);

    /// <summary>P·V: the probe columns of the full X, or of an X that has no others.</summary>
    public static MatrixView Probe(in MatrixView x) => x.ColumnRange(x.Columns - Probes, Probes);

    /// <summary>Whether X has all columns, not the probe columns alone.</summary>
    public bool IsFull(in MatrixView x) => x.Columns == Count;
}
