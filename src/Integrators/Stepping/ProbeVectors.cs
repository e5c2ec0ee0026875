using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>The random sign vectors V on which errors are estimated, and the estimates: ‖D‖_F² = 𝔼‖Dv‖² (Hutchinson), and for two different probes
/// ‖D_W‖_F² = 𝔼(uᵀD_W v)².</summary>
internal static class ProbeVectors
{
    private const int Count = ColumnLayout.Probes;
    private const int Purpose = 20260501;

    /// <summary>V, rows×ℓ: probe vectors of random signs.</summary>
    /// <param name="rows">The number of rows.</param>
    /// <param name="seed">Seed of the run.</param>
    public static MatrixView Signs(int rows, long seed)
    {
        var random = Seeds.Generator(Purpose, seed);
        var v = Buffers.Zero(rows, Count);
        for (int i = 0; i < v.Array.Length; i++) v.Array[i] = random.Next(2) == 0 ? -1 : 1;
        return v;
    }

    /// <summary>‖D‖_F, estimated from D·V.</summary>
    public static double Spread(in MatrixView image) => MatrixNorms.Frobenius(image) / Math.Sqrt(Count);

    /// <summary>‖D − D′‖_F from D·V and D′·V.</summary>
    public static double Distance(in MatrixView a, in MatrixView b) => MatrixNorms.Distance(a, b) / Math.Sqrt(Count);

    /// <summary>The Frobenius norm of the symmetric part of a matrix from VᵀDV, times the scale: root mean square over pairs of different probes.</summary>
    public static double Pairs(in MatrixView form, double scale)
    {
        double sum = 0;
        for (int i = 0; i < Count; i++)
            for (int j = 0; j < i; j++)
            {
                double value = 0.5 * scale * (form[i, j] + form[j, i]);
                sum += value * value;
            }
        return Math.Sqrt(sum / (Count * (Count - 1) / 2));
    }
}
