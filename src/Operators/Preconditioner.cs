using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>With a recorded diagonal M the flow is that of J·M^{1/2}: the kernel is J M Jᵀ. A sketch already contains it.</summary>
internal static class Preconditioner
{
    public static double[]? SquareRoot(Checkpoint c)
    {
        if (c.Find(TensorName.Preconditioner) is not { } tensor || c.Find(TensorName.Sketch) is not null) return null;
        double[] m = tensor.ReadAll();
        for (int i = 0; i < m.Length; i++)
        {
            if (m[i] < 0)
                throw new InvalidRunException(FormattableString.Invariant(
                    $"{tensor.Location}: preconditioner: found {m[i]} at index [{i}], expected numbers ≥ 0."));
            m[i] = Math.Sqrt(m[i]);
        }
        return m;
    }

    /// <summary>Multiplies row d of a transposed Jacobian block by factor d.</summary>
    public static void ScaleRows(in MatrixView x, ReadOnlySpan<double> factors)
    {
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Multiply(x.Column(j), factors, x.Column(j));
    }
}
