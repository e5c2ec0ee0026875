using System.Reflection;
using System.Runtime.InteropServices;

namespace KernelFlow;

/// <summary>The program that made a result, so that a report can be rendered again elsewhere with the same bytes.</summary>
/// <param name="Version">Version of the toolkit: "0.1.0".</param>
/// <param name="Runtime">The runtime and the matrix library: ".NET 10.0.0, MathNet.Numerics 5.0.0, linux-x64".</param>
public sealed record ToolInfo(string Version, string Runtime)
{
    /// <summary>The program that is running now.</summary>
    public static ToolInfo Current { get; } = new(VersionOf(typeof(ToolInfo).Assembly),
        $"{RuntimeInformation.FrameworkDescription}, MathNet.Numerics {VersionOf(typeof(MathNet.Numerics.LinearAlgebra.Matrix<double>).Assembly)}, "
            + $"{RuntimeInformation.RuntimeIdentifier}");

    private static string VersionOf(Assembly assembly) =>
        assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? assembly.GetName().Version?.ToString()
            ?? "unknown";
}
