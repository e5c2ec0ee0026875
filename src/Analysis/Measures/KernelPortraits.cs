using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Measures;

/// <summary>The spectrum of one kernel, and the cosines of its centred features: what a report shows of K at both ends of the window.</summary>
internal static class KernelPortraits
{
    /// <summary>Looks at K_SS. Beside the kernel O(n) numbers are kept, and N² of them where the spectrum is computed.</summary>
    /// <param name="time">Its flow time.</param>
    /// <param name="kernel">K_SS, of order n·p.</param>
    /// <param name="outputs">p.</param>
    /// <param name="order">The order of the examples in the picture.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    public static KernelPortrait Of(double time, in MatrixView kernel, int outputs, IReadOnlyList<int> order, Backend backend) => new()
    {
        Time = time, Eigenvalues = Eigenvalues(kernel, backend), Gram = Gram(kernel, outputs, order),
    };

    private static Known<IReadOnlyList<double>> Eigenvalues(in MatrixView kernel, Backend backend)
    {
        int n = kernel.Rows;
        if (n > KernelPortrait.LargestOrder)
            return Known.Unknown<IReadOnlyList<double>>($"N = {n} is above {KernelPortrait.LargestOrder}, up to which the spectrum of K is computed");
        double[] values = new double[n];
        backend.SymmetricEigen(kernel.ToMatrix(), values, vectors: false);
        Array.Reverse(values);
        return Known.Of<IReadOnlyList<double>>(values);
    }

    // Traces of blocks are the kernel of the examples: their features are those of all outputs together.
    private static MatrixPicture Gram(MatrixView kernel, int p, IReadOnlyList<int> order)
    {
        int n = kernel.Rows / p;
        double[] column = new double[n], means = new double[n], diagonal = new double[n];
        for (int j = 0; j < n; j++)
        {
            Traces(kernel, p, j, column);
            means[j] = VectorRoutines.Sum(column) / n;
            diagonal[j] = column[j];
        }
        double total = VectorRoutines.Sum(means) / n;
        double[] sizes = [.. diagonal.Select((d, j) => Math.Sqrt(Math.Max(0, d - 2 * means[j] + total)))];
        int at = -1;
        return MatrixPicture.Of(n, n, (row, col) =>
        {
            int i = order[row], j = order[col];
            if (at != j) Traces(kernel, p, at = j, column);
            double size = sizes[i] * sizes[j];
            return size > 0 ? Math.Clamp((column[i] - means[i] - means[j] + total) / size, -1, 1) : 0;
        });
    }

    private static void Traces(in MatrixView kernel, int p, int j, double[] column)
    {
        Array.Clear(column);
        for (int a = 0; a < p; a++)
        {
            var of = kernel.Column(j * p + a);
            for (int i = 0; i < column.Length; i++) column[i] += of[i * p + a];
        }
    }
}
