using System.Diagnostics;

namespace KernelFlow.Cli.Tests;

/// <summary>A test that needs PyTorch in the system's Python; skipped with one message where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TorchFactAttribute : FactAttribute
{
    public TorchFactAttribute() => Skip = SystemPython.WhyNot;
}

/// <summary>The same with data.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class TorchTheoryAttribute : TheoryAttribute
{
    public TorchTheoryAttribute() => Skip = SystemPython.WhyNot;
}

/// <summary>A test that needs NumPy in the system's Python; skipped with one message where there is none.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NumPyFactAttribute : FactAttribute
{
    public NumPyFactAttribute() => Skip = SystemPython.WhyNoNumPy;
}

/// <summary>The Python that a distribution installs, which is the one that has its python3-torch.</summary>
internal static class SystemPython
{
    private const string Program = "/usr/bin/python3";

    /// <summary>Why the tests of the PyTorch recorder are skipped; null when they run.</summary>
    public static string? WhyNot { get; } =
        Has("torch", "numpy") ? null : $"{Program} has no torch and numpy; on Debian and Ubuntu: apt-get install python3-torch";

    /// <summary>Why the tests of what NumPy writes are skipped; null when they run.</summary>
    public static string? WhyNoNumPy { get; } = Has("numpy") ? null : $"{Program} has no numpy; on Debian and Ubuntu: apt-get install python3-numpy";

    /// <summary>Starts it; both of its streams are redirected.</summary>
    public static Process Start(params string[] args)
    {
        var start = new ProcessStartInfo(Program, args) { RedirectStandardOutput = true, RedirectStandardError = true };
        return Process.Start(start)!;
    }

    // Looking for a module is quick, importing torch takes seconds.
    private static bool Has(params string[] modules)
    {
        if (!File.Exists(Program)) return false;
        string found = string.Join(" and ", modules.Select(m => $"u.find_spec('{m}')"));
        using var process = Start("-c", $"import importlib.util as u, sys; sys.exit(0 if {found} else 1)");
        process.WaitForExit();
        return process.ExitCode == 0;
    }
}
