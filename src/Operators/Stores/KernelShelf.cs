using System.Runtime.InteropServices;
using KernelFlow.Files;
using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>Where the kernels of a large run are put that were computed from Jacobians, and read from when they are wanted: to compute them again would cost
/// far more.</summary>
/// <remarks>The file ends with the last term that lies in it.</remarks>
internal sealed class KernelShelf(MatrixCache cache)
{
    private readonly ScratchFile _file = new();

    /// <summary>Puts the numbers of a term on the shelf.</summary>
    /// <returns>The term as it lies there; one thread at a time.</returns>
    public KernelTerm Put(KernelTerm term) => term.MovedTo(Put);

    private StoredMatrix Put(DenseMatrix matrix)
    {
        long offset = _file.Length;
        _file.Append(MemoryMarshal.AsBytes<double>(matrix.Values));
        return StoredMatrix.Read(matrix.RowCount, matrix.ColumnCount,
            (in MatrixView target) => _file.Read(offset, MemoryMarshal.AsBytes(target.Array.AsSpan(target.Offset, target.Rows * target.Columns))), cache);
    }
}
