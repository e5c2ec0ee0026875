using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow;

/// <summary>A tensor held in memory as a flat row-major array (shared, not copied).</summary>
public sealed class MemoryTensor : TensorSource
{
    private readonly double[]? _doubles;
    private readonly float[]? _floats;

    /// <summary>Wraps float64 values.</summary>
    /// <exception cref="ArgumentException">The shape does not have as many elements as the array.</exception>
    public MemoryTensor(string name, double[] values, params long[] shape) : base(name, "memory", shape, StorageType.Float64)
    {
        ArgumentNullException.ThrowIfNull(values);
        _doubles = values;
        Require(values.Length);
    }

    /// <summary>Wraps float32 values.</summary>
    /// <exception cref="ArgumentException">The shape does not have as many elements as the array.</exception>
    public MemoryTensor(string name, float[] values, params long[] shape) : base(name, "memory", shape, StorageType.Float32)
    {
        ArgumentNullException.ThrowIfNull(values);
        _floats = values;
        Require(values.Length);
    }

    /// <summary>Copies a MathNet matrix (rows × columns) into a row-major tensor.</summary>
    public static MemoryTensor FromMatrix(string name, Matrix<double> matrix)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(matrix);
        return new(name, matrix.ToRowMajorArray(), matrix.RowCount, matrix.ColumnCount);
    }

    /// <inheritdoc/>
    protected override void ReadCore(long first, Span<double> destination)
    {
        if (_doubles is not null) _doubles.AsSpan((int)first, destination.Length).CopyTo(destination);
        else
            for (int i = 0; i < destination.Length; i++) destination[i] = _floats![first + i];
    }

    /// <inheritdoc/>
    protected override void ReadSinglesCore(long first, Span<float> destination)
    {
        if (_floats is not null) _floats.AsSpan((int)first, destination.Length).CopyTo(destination);
        else SingleRoutines.Narrow(_doubles.AsSpan((int)first, destination.Length), destination);
    }

    private void Require(int length)
    {
        if (length != Count) throw new ArgumentException($"{Name}: shape {ShapeText} has {Count} elements, the array {length}.");
    }
}
