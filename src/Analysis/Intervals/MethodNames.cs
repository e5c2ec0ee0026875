using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Intervals;

/// <summary>The name of what took the steps, among the matrices of an entry: as the name of an empty one.</summary>
internal static class MethodNames
{
    private const string Prefix = "by ";

    /// <summary>Adds the name.</summary>
    public static void Add(Dictionary<string, DenseMatrix> matrices, string name) => matrices.Add(Prefix + name, new DenseMatrix(1, 1));

    /// <summary>The name that was added; null where none was.</summary>
    public static string? Find(Dictionary<string, DenseMatrix> matrices) =>
        matrices.Keys.FirstOrDefault(k => k.StartsWith(Prefix, StringComparison.Ordinal))?[Prefix.Length..];
}
