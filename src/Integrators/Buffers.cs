using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Fresh matrices of zeros.</summary>
internal static class Buffers
{
    public static MatrixView Zero(int rows, int columns) => new(new double[ArraySize.Of(rows, columns)], rows, columns);
}
