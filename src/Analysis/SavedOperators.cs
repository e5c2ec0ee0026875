using KernelFlow.Results;
using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow;

/// <summary>Writes the operators of an analysis: operators.safetensors, float64, row-major.</summary>
public static class SavedOperators
{
    /// <summary>Writes P [N,N], W_S [N,N], G_Q [M,N], G_S [N,N], eigenvalues [k] and eigenvectors [N,k].</summary>
    /// <param name="analysis">What was found; not read from a file, which holds no operators.</param>
    /// <param name="path">The file; it is replaced whole, and its folder exists.</param>
    /// <exception cref="InvalidOperationException">There are no operators: the analysis was read from a file.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static void WriteOperators(this ReservoirAnalysis analysis, string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        ArgumentNullException.ThrowIfNull(analysis);
        var (operators, eigenvalues) = (analysis.Operators.Value, analysis.Spectrum.Eigenvalues);
        SafetensorsWriter.Write(path, new Dictionary<string, string> { [ReportMark.Key] = ResultsFile.Id(analysis) },
            Tensor("P", operators.P), Tensor("W_S", operators.W_S), Tensor("G_Q", operators.G_Q), Tensor("G_S", operators.G_S),
            new MemoryTensor("eigenvalues", [.. eigenvalues], eigenvalues.Count), Tensor("eigenvectors", operators.Eigenvectors));
    }

    // MathNet stores columns; the file wants rows, one at a time, so no second copy is made.
    private static StreamedTensor Tensor(string name, Matrix<double> matrix) =>
        new(name, StorageType.Float64, [matrix.RowCount, matrix.ColumnCount], (first, destination) =>
    {
        for (int k = 0; k < destination.Length; k++)
            destination[k] = matrix.At((int)((first + k) / matrix.ColumnCount), (int)((first + k) % matrix.ColumnCount));
    });
}
