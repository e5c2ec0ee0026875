using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>With a recorded diagonal M the flow is that of J·M^{1/2}: the kernel is J M Jᵀ. A sketch already contains it.</summary>
internal static class Preconditioner
{
    /// <summary>Multiplies row d of a transposed block of the Jacobian by √M_d.</summary>
    /// <param name="c">The checkpoint whose M is meant; nothing is done where none was recorded.</param>
    /// <param name="first">The column of J that is the first row here.</param>
    /// <param name="x">The block.</param>
    /// <param name="roots">As many numbers as the block has rows, at least.</param>
    public static void ScaleRows(Checkpoint c, long first, in MatrixView x, double[] roots)
    {
        if (c.Find(TensorName.Preconditioner) is not { } tensor || c.Find(TensorName.Sketch) is not null) return;
        var m = roots.AsSpan(0, x.Rows);
        Read(tensor, first, m);
        for (int i = 0; i < m.Length; i++) m[i] = Math.Sqrt(m[i]);
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Multiply(x.Column(j), m, x.Column(j));
    }

    /// <summary>Reads a piece of M.</summary>
    /// <exception cref="InvalidRunException">A number is negative.</exception>
    public static void Read(TensorSource tensor, long first, Span<double> m)
    {
        tensor.Read(first, m);
        for (int i = 0; i < m.Length; i++)
            if (m[i] < 0) throw new InvalidRunException(
                FormattableString.Invariant($"{tensor.Location}: preconditioner: found {m[i]} at index [{first + i}], expected numbers ≥ 0."));
    }
}
