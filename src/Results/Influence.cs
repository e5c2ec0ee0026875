using MathNet.Numerics.LinearAlgebra;

namespace KernelFlow;

/// <summary>What each training example did: to its own loss, and to the test outputs, along the recorded path.</summary>
/// <remarks>
/// With E_i the columns of example i in the identity, g_i = E_iᵀg(s), and everything from W_S(s,T) and G_Q(T,s): the response is <i>linear in the output
/// gradient at s</i>, with K(t) and B(t) as
/// recorded. It is not what retraining without the example would give: then the path, and K and B with it, would change. For constant K and B = βI the
/// column −G_QE_ig_i is exactly what is lost when
/// the label of example i is replaced by the network's own output at s (g_i = 0), the example staying among the data.
/// </remarks>
public sealed record InfluenceResult
{
    /// <summary>Per training example, in order.</summary>
    public required IReadOnlyList<ExampleInfluence> Examples { get; init; }

    /// <summary>−G_Q E_i g_i in column i, M×n: the share of example i in the predicted test displacement; the columns add up to it. Unknown in results
    /// that were read from a file.</summary>
    public required Known<Matrix<double>> OnTest { get; init; }

    /// <summary>Per test output, in order: the examples with the largest shares in its displacement, the largest first.</summary>
    public required IReadOnlyList<StrongestInfluence> Strongest { get; init; }

    /// <summary>Indices of the training examples whose label was changed, in order; unknown where the run does not say which.</summary>
    public Known<IReadOnlyList<int>> Changed { get; init; }
}

/// <summary>The training examples that moved one test output most.</summary>
/// <param name="Examples">Their indices, the one with the largest share first.</param>
/// <param name="Contributions">Their shares in the predicted displacement of that output, signed, in the same order.</param>
public sealed record StrongestInfluence(IReadOnlyList<int> Examples, IReadOnlyList<double> Contributions)
{
    /// <summary>So many examples are listed per test output.</summary>
    public const int Most = 10;

    /// <summary>The strongest of every row of a matrix of contributions, outputs in rows and examples in columns.</summary>
    /// <param name="onTest">−G_Q E_i g_i in column i, M×n.</param>
    public static IReadOnlyList<StrongestInfluence> Of(Matrix<double> onTest)
    {
        ArgumentNullException.ThrowIfNull(onTest);
        return [.. Enumerable.Range(0, onTest.RowCount).Select(row =>
        {
            int[] first = [.. Enumerable.Range(0, onTest.ColumnCount).OrderByDescending(i => Math.Abs(onTest.At(row, i))).Take(Most)];
            return new StrongestInfluence(first, [.. first.Select(i => onTest.At(row, i))]);
        })];
    }
}

/// <summary>One training example i.</summary>
/// <param name="Gradient">‖g_i(s)‖₂, the size of the training gradient of the example.</param>
/// <param name="SelfInfluence">g_iᵀ(W_S)_{ii}g_i: the decrease of the loss that the example's own gradient brings about.</param>
/// <param name="SelfTrace">tr (W_S)_{ii}: the same for a gradient of unit size, summed over its outputs; a property of where the example lies, not of its
/// label.</param>
/// <param name="TestResponse">‖G_QE_i‖₂: the largest movement of the test outputs per unit of g_i.</param>
/// <param name="TestContribution">‖G_QE_ig_i‖₂: how far its actual gradient moved them.</param>
public sealed record ExampleInfluence(double Gradient, double SelfInfluence, double SelfTrace, double TestResponse, double TestContribution);
