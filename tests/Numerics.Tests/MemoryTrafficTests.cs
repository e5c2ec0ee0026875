namespace KernelFlow.Numerics.Tests;

/// <summary>Operands of element-wise work are counted where that was asked for, and nowhere else.</summary>
public class MemoryTrafficTests
{
    [Fact]
    public void OperandsAreCountedOnlyWhenAskedFor()
    {
        double[] x = new double[1000], y = new double[1000];
        long before = MemoryTraffic.Bytes;
        VectorRoutines.Axpy(1, x, y);
        Assert.True(MemoryTraffic.Bytes == before, $"counted {MemoryTraffic.Bytes - before} bytes though nobody asked");
        MemoryTraffic.IsCounted = true;
        try
        {
            VectorRoutines.Axpy(1, x, y); // two read, one written
            VectorRoutines.Dot(x, y);
            new MatrixView(x, 100, 10).CopyTo(new MatrixView(y, 100, 10));
        }
        finally
        {
            MemoryTraffic.IsCounted = false;
        }
        long counted = MemoryTraffic.Bytes - before;
        // Other tests of this process may compute at the same time.
        Assert.True(counted >= (3 + 2 + 2) * 8000, $"{counted} bytes, at least 56000 expected");
    }
}
