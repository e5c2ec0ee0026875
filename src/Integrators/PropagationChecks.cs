using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>What an integration is asked for, checked before it starts: an option out of range would otherwise show as a wrong number or a failure
/// far from its cause.</summary>
internal static class PropagationChecks
{
    /// <exception cref="ArgumentException">An option is out of range; the message says what was found and what was expected.</exception>
    public static void Require(PropagationOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(options.Control);
        ArgumentNullException.ThrowIfNull(options.Method);
        if (!(options.RelativeTolerance > 0 && options.RelativeTolerance < 1))
            throw new ArgumentException(
                FormattableString.Invariant($"RelativeTolerance: found {options.RelativeTolerance}, expected a number above 0 and below 1."));
        if (options.FixedSteps is < 1)
            throw new ArgumentException(
                FormattableString.Invariant($"FixedSteps: found {options.FixedSteps}, expected at least 1 step per interval, or null for error control."));
        if (options.MaximumSteps < 1)
            throw new ArgumentException(FormattableString.Invariant($"MaximumSteps: found {options.MaximumSteps}, expected at least 1."));
    }

    /// <summary>What a method says of itself, checked where it is used: W_S is positive semidefinite and its null space inside that of G because
    /// weights are positive.</summary>
    /// <exception cref="ArgumentException">Nodes or weights are not what the contract says, or the method does not keep the energy that it says it
    /// keeps.</exception>
    public static void Require(IntegrationMethod method, StepMethod steps)
    {
        ReadOnlySpan<double> nodes = steps.Nodes, weights = steps.Weights;
        if (nodes.Length == 0 || nodes.Length != weights.Length)
            throw new ArgumentException(
                $"{method.Name}: found {nodes.Length} nodes and {weights.Length} weights, expected as many of one as of the other, and at least one.");
        double sum = 0;
        for (int i = 0; i < nodes.Length; i++)
        {
            if (!(nodes[i] >= 0 && nodes[i] <= 1))
                throw new ArgumentException(FormattableString.Invariant($"{method.Name}: found node {nodes[i]}, expected nodes in [0, 1]."));
            if (!(weights[i] > 0))
                throw new ArgumentException(FormattableString.Invariant($"{method.Name}: found weight {weights[i]}, expected positive weights."));
            sum += weights[i];
        }
        if (Math.Abs(sum - 1) > 1e-12) throw new ArgumentException(FormattableString.Invariant($"{method.Name}: the weights sum to {sum:R}, expected 1."));
        if (method.KeepsEnergy && method.EnergyDefect > 1e-10)
            throw new ArgumentException(FormattableString.Invariant(
                $"{method.Name}: KeepsEnergy is true, but on the test equation R(z)² + 2z∫x² − 1 is {method.EnergyDefect:G2}, expected rounding."));
    }

    /// <param name="carried">Vectors to carry.</param>
    /// <param name="start">Expected length of the start vector.</param>
    /// <param name="size">N = n·p, the number of stacked training outputs.</param>
    /// <param name="intervals">Number of intervals, or of steps.</param>
    /// <exception cref="ArgumentException">A length, or a count, is not what the trajectory needs, or an entry is not finite.</exception>
    public static void Require(CarriedVectors carried, int start, int size, int intervals)
    {
        if (carried.Start is { } v) Vector(v, start, "Start");
        if (carried.PerInterval is not { } each) return;
        // One gradient more than needed is usual, because g was recorded at the last checkpoint, too.
        if (each.Count < intervals) throw new ArgumentException($"PerInterval: found {each.Count} vectors, expected {intervals}, one for each interval.");
        for (int k = 0; k < intervals; k++) Vector(each[k], size, $"PerInterval[{k}]");
    }

    /// <exception cref="ArgumentException">The block has not N rows, or no column.</exception>
    public static void Block(in MatrixView block, int size)
    {
        if (block.Rows != size || block.Columns == 0)
            throw new ArgumentException($"The block is {block.Rows}x{block.Columns}, expected {size} rows and a column.", nameof(block));
    }

    /// <exception cref="ArgumentException">The length is another, or an entry is not finite.</exception>
    public static void Vector(double[] v, int length, string name)
    {
        ArgumentNullException.ThrowIfNull(v, name);
        if (v.Length != length) throw new ArgumentException($"{name}: found {v.Length} entries, expected {length}.");
        int bad = Array.FindIndex(v, x => !double.IsFinite(x));
        if (bad >= 0) throw new ArgumentException(FormattableString.Invariant($"{name}: found {v[bad]} at index {bad}, expected finite numbers."));
    }
}
