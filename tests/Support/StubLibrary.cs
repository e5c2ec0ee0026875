using System.IO.Compression;
using System.Runtime.InteropServices;

namespace KernelFlow.Tests;

/// <summary>A shared library for Linux on x86-64 that has every symbol of a BLAS and LAPACK, factors the 2×2 matrix of the loader rightly, and does nothing
/// else.</summary>
/// <remarks>
/// Compiled by gcc -Os -shared -fPIC -nostdlib -s from:
/// void dgetrf_(int*m,int*n,double*a,int*lda,int*p,int*info){ if(*m==2){p[0]=2;p[1]=2;a[0]=2;a[1]=0;a[2]=0;a[3]=4;} *info=0; }
/// and void X(){} for dgemm_, dsyrk_, dpotrf_, dpotrs_, dpotri_, dgetrs_, dsyevd_, dgeqrf_, dorgqr_ and dgesdd_.
/// </remarks>
internal static class StubLibrary
{
    private const string Compressed =
        "H4sIAAAAAAACA+2av2/TUBDHz04b8gMJw0KZcKeCEG4cIVGQ2qRJ2gSBhJg6Rk7tNhFyQm0XkYmBKWLhT2FkrMTAv8DCiPovMPJs3yX2KVCQEOpwH+nlq/v6zn6+l8V67+3es31d04Ao"
        + "wA4sIoAm6tZ61tuCovqtQDnJXYFf87yQVzBSietWMzHXLuQ1W5c8z0SfKb9dtq4Yh5RXy+tHyCvV6X9ZV0J98T1yi/DnGPP+A1xVo6pGRY0rmRwN50N5gHNbweeWqae/Ww81bqiK/Uxf"
        + "YjbRbzG/i/4e8xvod5j/EP0288vobzP/JvoN5hvo7zBfQ58ato3+bfSbLH8D/V3mg3vsRcFRP1bfVxJOg5dKXk1SN9YQddRPs8MkzXvtJvFJkjcJjk+CJA5d5QuCIAiCIAiCIFxa3jX0"
        + "03rvk46flk9m0Hu/en4NoPellXzL9ma6cr6ljpE6rTX7bHemfV4gjRQEQRAEQRAEQRCEy08zFaNJe/kfcKOU9pN/4MYz7Wl/xesVjA9Qq6hr/2ni3Xb7sXmn4w1Gzti061bdqt23H9xz"
        + "vYFdP7XvogVghcMwCiJnANbQCYdgudNxOPVTjQKwIu9NBFYwcZ3IAcsb9o8Cx/eS644/OgTrcOL73jj6R/OuYm911m/SDvp0nc4V0Ppcx3vobD1ITdT4nICWqad1uYXXdLa+pAdsvhqL"
        + "12FxpiL96+S1e0H9BtBePmLm1WD5JaabkD8PMT+fYS7vd4nFj3Du82MptXw9necosHqaVwufX2P3PTMX77fs/bNaWDLPc6x/ekH/fgKH4kTAuCMAAA==";

    /// <summary>Whether this machine can load it.</summary>
    public static bool Loads => OperatingSystem.IsLinux() && RuntimeInformation.ProcessArchitecture == System.Runtime.InteropServices.Architecture.X64;

    /// <summary>Writes the file, or the first bytes of it.</summary>
    /// <param name="path">The file.</param>
    /// <param name="length">Where it is cut off; null for the whole.</param>
    public static string Write(string path, int? length = null)
    {
        using var packed = new GZipStream(new MemoryStream(Convert.FromBase64String(Compressed)), CompressionMode.Decompress);
        using var whole = new MemoryStream();
        packed.CopyTo(whole);
        File.WriteAllBytes(path, whole.ToArray().AsSpan(0, length ?? (int)whole.Length));
        return path;
    }
}
