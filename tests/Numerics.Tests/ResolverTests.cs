using KernelFlow.Numerics.Native;

namespace KernelFlow.Numerics.Tests;

/// <summary>Names, paths, the environment variable and the messages of the resolver.</summary>
public class ResolverTests
{
    [Theory]
    [InlineData(null, "auto")]
    [InlineData("  ", "auto")]
    [InlineData("MKL", "mkl")]
    [InlineData(" OpenBLAS ", "openblas")]
    [InlineData("system", "system")]
    [InlineData("Managed", "managed")]
    [InlineData("MathNet", "mathnet")]
    [InlineData("/opt/lib/libMyBlas", "/opt/lib/libMyBlas")]
    [InlineData(@"C:\blas\My.DLL", @"C:\blas\My.DLL")]
    [InlineData("libopenblas.so.0", "libopenblas.so.0")]
    [InlineData("libblas.dylib", "libblas.dylib")]
    public void Names_are_canonical_and_paths_stay(string? value, string expected) => Assert.Equal(expected, LibraryNames.Parse(value));

    [Theory]
    [InlineData("auto", null, "auto")]
    [InlineData("auto", "managed", "managed")]
    [InlineData("auto", "/x/lib.so", "/x/lib.so")]
    [InlineData("openblas", "managed", "openblas")]
    [InlineData("managed", "nonsense", "managed")]
    public void The_variable_decides_only_for_auto(string name, string? variable, string expected) =>
        Assert.Equal(expected, LibraryNames.Choose(name, variable));

    [Fact]
    public void A_bad_variable_is_named()
    {
        var failure = Assert.Throws<BackendException>(() => LibraryNames.Choose("auto", "openblast"));
        Assert.Contains("KERNELFLOW_BLAS", failure.Message);
        Assert.Contains("openblast", failure.Message);
    }

    [Fact]
    public void An_unknown_name_lists_the_valid_ones()
    {
        var failure = Assert.Throws<BackendException>(() => Backend.Resolve("atlas"));
        foreach (string name in (string[])["'atlas'", "auto", "mkl", "openblas", "system", "mathnet", "managed"]) Assert.Contains(name, failure.Message);
    }

    [Fact]
    public void A_missing_path_is_one_clear_message()
    {
        var failure = Assert.Throws<BackendException>(() => Backend.Resolve("/no/such/libblas.so"));
        Assert.Contains("'/no/such/libblas.so' was not found", failure.Message);
        Assert.DoesNotContain('\n', failure.Message);
    }

    [Fact]
    public void A_file_that_is_no_library_is_refused_with_its_reason()
    {
        string path = Path.Combine(Path.GetTempPath(), $"kernelflow-{Guid.NewGuid():n}.so");
        File.WriteAllText(path, "not a library");
        try
        {
            var failure = Assert.Throws<BackendException>(() => Backend.Resolve(path));
            Assert.Contains(path, failure.Message);
        }
        finally
        {
            File.Delete(path);
        }
    }

    [Fact]
    public void A_library_without_the_symbols_is_refused_naming_the_first()
    {
        // A library that every system of its kind has and that is no BLAS.
        string library = OperatingSystem.IsWindows() ? "kernel32.dll" : OperatingSystem.IsMacOS() ? "libSystem.dylib" : "libm.so.6";
        var failure = Assert.Throws<BackendException>(() => Backend.Resolve(library));
        Assert.Contains(library, failure.Message);
        Assert.Contains("'dgemm_'", failure.Message);
    }

    [Fact]
    public void Auto_always_finds_something()
    {
        var backend = Backend.Resolve("auto", 1);
        Assert.Equal(1, backend.Threads);
        Assert.NotEmpty(backend.Name);
        Assert.NotEmpty(backend.Core);
        var available = Backend.Available();
        Assert.Equal(["mkl", "openblas", "system", "mathnet", "managed"], available.Select(entry => entry.Name));
        Assert.True(available[^1].Usable);
    }

    [Fact]
    public void Threads_are_as_asked_and_never_negative()
    {
        Assert.Equal(Environment.ProcessorCount, Backend.Managed().Threads);
        Assert.Equal(3, Backend.Managed(3).Threads);
        Assert.Throws<ArgumentOutOfRangeException>(() => Backend.Managed(-1));
    }

    [Theory]
    [InlineData("Prescott", "SkylakeX", true)]
    [InlineData("Sandybridge", "Haswell", true)]
    [InlineData("SkylakeX", "SkylakeX", false)]
    [InlineData("Zen", "SkylakeX", false)]
    [InlineData("COOPERLAKE", "SkylakeX", false)]
    [InlineData("neoversen1", null, false)]
    public void A_poor_kernel_set_is_warned_about(string core, string? wanted, bool warned)
    {
        string? warning = OpenBlasCore.Warning(core, wanted);
        Assert.Equal(warned, warning is not null);
        if (warned) Assert.Contains($"OPENBLAS_CORETYPE={wanted}", warning);
    }

    [Fact]
    public void A_library_known_by_two_names_is_bound_once()
    {
        // Where there is no OpenBLAS, both names are refused in the same way.
        string file = OperatingSystem.IsLinux() ? "libopenblas.so.0" : LibraryNames.Files("openblas")[0][0];
        if (Backend.Available().Any(entry => entry is { Name: "openblas", Usable: true }))
        {
            Assert.Same(LibraryLoader.Load("openblas", 1), LibraryLoader.Load("openblas", 1));
            Assert.Same(LibraryLoader.Load("openblas", 1), LibraryLoader.Load(file, 1));
        }
        else
        {
            Assert.Throws<BackendException>(() => LibraryLoader.Load("openblas", 1));
            Assert.Throws<BackendException>(() => LibraryLoader.Load(file, 1));
        }
    }
}
