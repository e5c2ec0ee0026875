using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>B = ∇²Φ_S, block diagonal: n symmetric positive semidefinite blocks of p×p.</summary>
public sealed class OutputHessian
{
    /// <summary>Makes a zero Hessian of n blocks p×p.</summary>
    public OutputHessian(int examples, int outputs)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(examples);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(outputs);
        Examples = examples;
        Outputs = outputs;
        Blocks = new double[ArraySize.Of(examples, (long)outputs * outputs)];
    }

    /// <summary>n, the number of training examples.</summary>
    public int Examples { get; }

    /// <summary>p, the number of outputs per example.</summary>
    public int Outputs { get; }

    /// <summary>The blocks, one after the other, each p×p row-major.</summary>
    public double[] Blocks { get; }

    /// <summary>The element (row, column) of the block of an example. Setting it sets (column, row) as well, for a Hessian is symmetric.</summary>
    /// <param name="example">From 0 to n − 1.</param>
    /// <param name="row">From 0 to p − 1.</param>
    /// <param name="column">From 0 to p − 1.</param>
    public double this[int example, int row, int column]
    {
        get => Blocks[Index(example, row, column)];
        set => Blocks[Index(example, row, column)] = Blocks[Index(example, column, row)] = value;
    }

    /// <summary>The p×p block of an example, row-major: what is written there is written into B.</summary>
    /// <param name="example">From 0 to n − 1.</param>
    public Span<double> Block(int example) => Blocks.AsSpan(Index(example, 0, 0), Outputs * Outputs);

    /// <summary>Sets the block of an example.</summary>
    /// <param name="example">From 0 to n − 1.</param>
    /// <param name="block">p×p numbers, row-major, symmetric and positive semidefinite.</param>
    /// <exception cref="ArgumentException">It has not p×p numbers, or is not symmetric.</exception>
    public void SetBlock(int example, ReadOnlySpan<double> block)
    {
        int p = Outputs;
        if (block.Length != p * p) throw new ArgumentException($"Found {block.Length} numbers, expected a block of {p}x{p}.", nameof(block));
        for (int c = 0; c < p; c++)
            for (int d = 0; d < c; d++)
                if (!(Math.Abs(block[c * p + d] - block[d * p + c]) <= 8 * Tolerances.RoundingFloor(p, Math.Abs(block[c * p + d]))))
                    throw new ArgumentException(FormattableString.Invariant(
                        $"Found {block[c * p + d]} at [{c}, {d}] and {block[d * p + c]} at [{d}, {c}], expected a symmetric block."), nameof(block));
        block.CopyTo(Block(example));
    }

    /// <summary>Makes the block of an example diagonal.</summary>
    /// <param name="example">From 0 to n − 1.</param>
    /// <param name="diagonal">p numbers, not negative.</param>
    /// <exception cref="ArgumentException">There are not p numbers.</exception>
    public void SetDiagonal(int example, ReadOnlySpan<double> diagonal)
    {
        if (diagonal.Length != Outputs) throw new ArgumentException($"Found {diagonal.Length} numbers, expected {Outputs}.", nameof(diagonal));
        var block = Block(example);
        block.Clear();
        for (int c = 0; c < Outputs; c++) block[c * Outputs + c] = diagonal[c];
    }

    private int Index(int example, int row, int column)
    {
        Require(example, Examples, nameof(example));
        Require(row, Outputs, nameof(row));
        Require(column, Outputs, nameof(column));
        return (example * Outputs + row) * Outputs + column;
    }

    private static void Require(int index, int count, string name)
    {
        if ((uint)index >= (uint)count) throw new ArgumentOutOfRangeException(name, index, $"There are {count}.");
    }

    /// <summary>y ← α·B·x + γ·y for N×k matrices; O(N·p·k).</summary>
    public void Apply(double alpha, in MatrixView x, double gamma, in MatrixView y)
    {
        int p = Outputs;
        if (x.Rows != Examples * p || y.Rows != x.Rows || y.Columns != x.Columns)
            throw new ArgumentException($"B has order {Examples * p}; x is {x.Rows}x{x.Columns}, y is {y.Rows}x{y.Columns}.");
        if (p > 1) MemoryTraffic.Add((gamma == 0 ? 2L : 3L) * x.Rows * x.Columns);
        for (int j = 0; j < x.Columns; j++)
        {
            var source = x.Column(j);
            var target = y.Column(j);
            if (p == 1 && gamma == 0)
            {
                VectorRoutines.Multiply(Blocks, source, target);
                if (alpha != 1) VectorRoutines.Scale(alpha, target, target);
                continue;
            }
            for (int i = 0, block = 0; i < source.Length; i += p)
            {
                for (int c = 0; c < p; c++, block += p)
                {
                    double sum = 0;
                    for (int d = 0; d < p; d++) sum += Blocks[block + d] * source[i + d];
                    target[i + c] = alpha * sum + (gamma == 0 ? 0 : gamma * target[i + c]);
                }
            }
        }
    }

    /// <summary>An upper bound of ‖B‖₂: the largest Frobenius norm of a block.</summary>
    public double NormBound()
    {
        int size = Outputs * Outputs;
        double largest = 0;
        for (int i = 0; i < Examples; i++)
            largest = Math.Max(largest, VectorRoutines.Dot(Blocks.AsSpan(i * size, size), Blocks.AsSpan(i * size, size)));
        return Math.Sqrt(largest);
    }

    /// <summary>this ← (1−θ)·a + θ·b.</summary>
    public void Interpolate(OutputHessian a, OutputHessian b, double theta)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        for (int i = 0; i < Blocks.Length; i++) Blocks[i] = (1 - theta) * a.Blocks[i] + theta * b.Blocks[i];
    }
}
