using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>A ← γ·C + Σ_t w_t·X_t for the same window of all X_t, column by column, so that the sum stays in the processor's first-level cache.</summary>
/// <param name="sources">The arrays of the X_t, as many as <paramref name="count"/> says.</param>
/// <param name="weights">w_t.</param>
/// <param name="count">Number of terms.</param>
/// <param name="offset">Where column 0 of the window begins in each of them.</param>
/// <param name="distance">Distance between columns in each of them.</param>
/// <param name="gamma">γ; with 0 C is not read.</param>
/// <param name="c">C, which may be A.</param>
/// <param name="a">A.</param>
/// <param name="lower">Only elements on and below the diagonal.</param>
internal readonly struct TermSum(double[][] sources, double[] weights, int count, int offset, int distance, double gamma, MatrixView c, MatrixView a,
    bool lower) : IColumnWork
{
    private const int Chunk = 1024; // doubles: the sum and two operands stay in the first-level cache

    [ThreadStatic]
    private static (HeldMatrix[] Held, double[][] Sources, double[] Weights) t_room;

    /// <summary>Room for the terms of one sum, used again by the next sum of this thread; held matrices and sources are to be cleared after use.</summary>
    public static (HeldMatrix[] Held, double[][] Sources, double[] Weights) Room(int count)
    {
        if (t_room.Held is null || t_room.Held.Length < count) t_room = (new HeldMatrix[count], new double[count][], new double[count]);
        return t_room;
    }

    public void Run(int first, int last)
    {
        for (int j = first; j < last; j++)
        {
            var target = a.Column(j);
            for (int start = lower ? j : 0; start < target.Length; start += Chunk)
            {
                int length = Math.Min(Chunk, target.Length - start);
                Add(offset + j * distance + start, target.Slice(start, length), gamma == 0 ? default : c.Column(j).Slice(start, length));
            }
        }
    }

    private void Add(int from, Span<double> target, ReadOnlySpan<double> addend)
    {
        int t = 0;
        if (gamma != 0)
        {
            if (count == 0) VectorRoutines.Scale(gamma, addend, target);
            else VectorRoutines.Combine(weights[t++], sources[0].AsSpan(from, target.Length), gamma, addend, target);
        }
        else if (count == 0) target.Clear();
        else if (count == 1) VectorRoutines.Scale(weights[t++], sources[0].AsSpan(from, target.Length), target);
        else
        {
            VectorRoutines.Combine(weights[0], sources[0].AsSpan(from, target.Length), weights[1], sources[1].AsSpan(from, target.Length), target);
            t = 2;
        }
        for (; t < count; t++) VectorRoutines.Axpy(weights[t], sources[t].AsSpan(from, target.Length), target);
    }
}
