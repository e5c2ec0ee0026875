namespace KernelFlow;

/// <summary>|(G_Q ψ_j)_i|: how far each mode moves each test output, in blocks of neighbours that each show their largest element.</summary>
/// <param name="TestOutputs">M, the rows of G_Q.</param>
/// <param name="Modes">The modes, in the order of the spectrum.</param>
/// <param name="Largest">The largest element of each block, in rows from the first test output on; block (a, b) of A×B holds the elements (i, j) with
/// ⌊iA/M⌋ = a and ⌊jB/k⌋ = b.</param>
public sealed record ResponseMap(int TestOutputs, int Modes, IReadOnlyList<IReadOnlyList<double>> Largest)
{
    /// <summary>At most so many blocks in each direction.</summary>
    public const int MostBlocks = 48;

    /// <summary>Gathers the blocks.</summary>
    /// <param name="testOutputs">M = m·p, the number of stacked test outputs.</param>
    /// <param name="modes">The number of modes.</param>
    /// <param name="response">(G_Q ψ_j)_i for i and j; its sign does not matter.</param>
    public static ResponseMap Of(int testOutputs, int modes, Func<int, int, double> response)
    {
        ArgumentNullException.ThrowIfNull(response);
        int high = Math.Min(testOutputs, MostBlocks), wide = Math.Min(modes, MostBlocks);
        double[][] largest = [.. Enumerable.Range(0, high).Select(_ => new double[wide])];
        for (int j = 0; j < modes; j++)
            for (int i = 0; i < testOutputs; i++)
            {
                ref double cell = ref largest[(int)((long)i * high / testOutputs)][(int)((long)j * wide / modes)];
                cell = Math.Max(cell, Math.Abs(response(i, j)));
            }
        return new ResponseMap(testOutputs, modes, largest);
    }
}
