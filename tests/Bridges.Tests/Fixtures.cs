using System.Buffers.Binary;
using System.Text;

namespace KernelFlow.Bridges.Tests;

/// <summary>Files that tests start from.</summary>
internal static class Fixtures
{
    /// <summary>A recorded run: 16 checkpoints, squared loss, n = 24, m = 16, p = 1, D = 529.</summary>
    public static string DigitsTiny => Path.Combine(AppContext.BaseDirectory, "digits-tiny");

    public static string File(string name) => Path.Combine(AppContext.BaseDirectory, "Fixtures", name);

    /// <summary>The bytes of a safetensors file with any header, sound or not.</summary>
    public static byte[] Safetensors(string header, int dataLength, ulong? headerLength = null)
    {
        byte[] json = Encoding.UTF8.GetBytes(header), bytes = new byte[8 + json.Length + dataLength];
        BinaryPrimitives.WriteUInt64LittleEndian(bytes, headerLength ?? (ulong)json.Length);
        json.CopyTo(bytes, 8);
        return bytes;
    }
}

/// <summary>A folder of its own for one test, removed afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public TemporaryFolder() => Directory.CreateDirectory(Root);

    public string Root { get; } = Path.Combine(Path.GetTempPath(), "kernelflow-bridges-" + Guid.NewGuid().ToString("N"));

    public string this[string name] => Path.Combine(Root, name);

    /// <summary>A private copy of the shipped run.</summary>
    public string CopyOfDigitsTiny()
    {
        string run = this["run"];
        Copy(Fixtures.DigitsTiny, run);
        return run;
    }

    public static void Copy(string from, string to)
    {
        Directory.CreateDirectory(to);
        foreach (string file in Directory.GetFiles(from).Where(f => Path.GetFileName(f) != Files.FolderLock.FileName))
            System.IO.File.Copy(file, Path.Combine(to, Path.GetFileName(file)), overwrite: true);
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
