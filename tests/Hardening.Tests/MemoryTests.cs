using KernelFlow.Hardening.Studies;
using KernelFlow.Numerics;

namespace KernelFlow.Hardening.Tests;

/// <summary>Products from files larger than the ceiling, as <c>memory</c> does them at full size and in processes of their own.</summary>
public sealed class MemoryTests
{
    [Theory]
    [InlineData("jacobians")]
    [InlineData("factors")]
    [InlineData("blocks")]
    public void FilesLargerThanTheCeilingGiveTheSameBits(string kind)
    {
        using var work = new WorkFolder();
        long bytes = MemoryCommand.Write(kind, work.Of("run"), 8_000_000);
        var backend = Backend.Managed(1);
        var (expected, all) = MemoryCommand.Products(work.Of("run"), MemoryCeiling.None, backend);
        Assert.True(all > bytes / 2, $"{all} bytes were held of {bytes}: nothing is kept without a ceiling");
        foreach (long ceiling in (long[])[1, 4_000_000])
        {
            var (found, held) = MemoryCommand.Products(work.Of("run"), new MemoryCeiling(ceiling), backend);
            Assert.Equal(expected, found);
            // One piece of examples is the least that is read of factors, and here it is all of them.
            Assert.True(held <= all, $"{held} bytes were held under a ceiling of {ceiling}, {all} without one");
        }
    }
}
