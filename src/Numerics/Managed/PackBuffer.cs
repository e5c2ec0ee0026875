using System.Runtime.InteropServices;

namespace KernelFlow.Numerics.Managed;

/// <summary>One thread's scratch for packed panels: grows to the largest call and is then reused, so a warm product allocates nothing.</summary>
internal sealed unsafe class PackBuffer
{
    [ThreadStatic]
    private static PackBuffer? s_a, s_b;

    private double* _start;
    private nuint _length;

    private PackBuffer() { }

    ~PackBuffer() => NativeMemory.AlignedFree(_start);

    /// <summary>This thread's buffer for panels of A.</summary>
    public static PackBuffer A => s_a ??= new PackBuffer();

    /// <summary>This thread's buffer for panels of B.</summary>
    public static PackBuffer B => s_b ??= new PackBuffer();

    /// <summary>At least <paramref name="length"/> doubles, aligned to a cache line; valid until the next call.</summary>
    public double* Reserve(int length)
    {
        if ((nuint)length > _length)
        {
            NativeMemory.AlignedFree(_start);
            _start = null;
            _length = 0;
            _start = (double*)NativeMemory.AlignedAlloc((nuint)length * sizeof(double), 64);
            _length = (nuint)length;
        }
        return _start;
    }
}
