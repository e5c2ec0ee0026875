using System.Diagnostics;
using System.Globalization;

namespace KernelFlow.Browser.Tests.Support;

/// <summary>The pages of a PDF as grey pictures, by Poppler.</summary>
internal static class PdfPages
{
    /// <summary>Poppler's program.</summary>
    public const string Program = "/usr/bin/pdftoppm";

    /// <summary>Every page, in order.</summary>
    public static IReadOnlyList<GreyPicture> Of(byte[] pdf)
    {
        var folder = Directory.CreateTempSubdirectory("kernelflow-pdf-");
        try
        {
            string file = Path.Combine(folder.FullName, "report.pdf");
            File.WriteAllBytes(file, pdf);
            using var process = Process.Start(new ProcessStartInfo(Program, ["-gray", "-r", "40", file, Path.Combine(folder.FullName, "page")]))!;
            process.WaitForExit();
            Assert.Equal(0, process.ExitCode);
            return [.. folder.GetFiles("page*.pgm").OrderBy(f => f.Name, StringComparer.Ordinal).Select(f => GreyPicture.Read(File.ReadAllBytes(f.FullName)))];
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}

/// <summary>A picture of one page, row by row.</summary>
/// <param name="Width">Pixels in a row.</param>
/// <param name="Height">Rows.</param>
/// <param name="Grey">0 for black to 255 for white.</param>
internal sealed record GreyPicture(int Width, int Height, byte[] Grey)
{
    /// <summary>Whether something is drawn in a rectangle.</summary>
    public bool HasInk(int left, int top, int right, int bottom) =>
        Enumerable.Range(top, bottom - top).Any(y => Grey.AsSpan(y * Width + left, right - left).IndexOfAnyInRange((byte)0, (byte)200) >= 0);

    /// <summary>The share of the page's height that is above the last ink.</summary>
    public double FilledTo => Enumerable.Range(0, Height).Reverse().FirstOrDefault(y => HasInk(0, y, Width, y + 1), -1) / (double)Height;

    /// <summary>Reads a binary PGM: "P5", width, height, 255, and the pixels.</summary>
    public static GreyPicture Read(byte[] file)
    {
        int at = 0;
        string Word()
        {
            int start = at;
            while (!char.IsWhiteSpace((char)file[at])) at++;
            return System.Text.Encoding.ASCII.GetString(file, start, at++ - start);
        }
        int Number() => int.Parse(Word(), CultureInfo.InvariantCulture);
        Assert.Equal("P5", Word());
        var (width, height, most) = (Number(), Number(), Number());
        Assert.Equal(255, most);
        return new GreyPicture(width, height, file[at..]);
    }
}
