using KernelFlow.Analysis;
using KernelFlow.Analysis.Carries;
using KernelFlow.Integrators;
using KernelFlow.Numerics;
using KernelFlow.Spectral;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>The second carry that C6 and C10 share: eight modes of W_S spread over the spectrum and eight random vectors of the same length, in one
/// block.</summary>
/// <param name="Modes">Indices of the modes, the first columns of the block.</param>
/// <param name="Block">V, N×c: modes, then entries ±1/√N.</param>
/// <param name="Split">Checkpoint index of τ; null when the window has none inside.</param>
/// <param name="Result">What came out.</param>
public sealed record SecondCarry(IReadOnlyList<int> Modes, DenseMatrix Block, int? Split, CarriedBlock Result)
{
    /// <summary>Number of random vectors.</summary>
    public const int Probes = 8;

    private const int MostModes = 8;

    // Seed 0 draws its random vectors from this number, and other seeds count on from it.
    private const int FirstSeed = 20260503;

    /// <summary>vᵀW_S v of the modes as they are carried. Where eigenvalues are equal to rounding, a vector of their space stands for each of their modes that
    /// is the same whatever basis of it the eigensolver chose.</summary>
    public required IReadOnlyList<double> Energies { get; init; }

    /// <summary>The random columns of a matrix with as many columns as the block.</summary>
    public MatrixView Random(DenseMatrix a)
    {
        ArgumentNullException.ThrowIfNull(a);
        return ((MatrixView)a).ColumnRange(Modes.Count, Probes);
    }

    /// <summary>The random rows and columns of a square matrix of the block's width.</summary>
    public MatrixView RandomSquare(DenseMatrix a)
    {
        ArgumentNullException.ThrowIfNull(a);
        return ((MatrixView)a).Slice(Modes.Count, Modes.Count, Probes, Probes);
    }

    /// <summary>The random vectors alone, with errors relative to what became of them.</summary>
    internal (MatrixView V, BlockTransport Transport) RandomVectors
    {
        get
        {
            DenseMatrix Part(DenseMatrix a) => Random(a).ToMatrix();
            DenseMatrix end = Part(Result.End), train = Part(Result.Train), test = Part(Result.Test), dissipated = RandomSquare(Result.Dissipated).ToMatrix();
            double Share(double error, DenseMatrix of) => Tolerances.Relative(error, MatrixNorms.Frobenius(of));
            var errors = new IntegrationError(Share(Result.Error.P, end), Share(Result.Error.W, dissipated),
                Math.Max(Share(Result.Error.GS, train), Share(Result.Error.GQ, test)));
            return (Random(Block), new BlockTransport(end, train, test, dissipated, errors, new SolveReport(Result.How, 0, 0, 1)));
        }
    }

    /// <summary>Carries the block by the means the model has.</summary>
    /// <param name="model">The model.</param>
    /// <param name="pairs">The modes of W_S.</param>
    /// <param name="checkpoints">Their number in the window.</param>
    /// <param name="seed">Seed of the random vectors.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    internal static Known<SecondCarry> Run(RunModel model, EigenPairs pairs, int checkpoints, long seed, CancellationToken cancellation)
    {
        if (model.NoCarryReason is { } none) return Known.Unknown<SecondCarry>(none);
        int n = pairs.Vectors.RowCount;
        int[] modes = Spread(pairs.Values.Count);
        var block = new DenseMatrix(n, modes.Length + Probes);
        MatrixView view = block;
        double[] energies = ModeVectors.Write(pairs, modes, seed, view);
        var random = new Random(Seeds.From(FirstSeed, seed));
        for (int j = modes.Length; j < block.ColumnCount; j++)
            foreach (ref double v in view.Column(j)) v = (random.Next(2) == 0 ? -1 : 1) / Math.Sqrt(n); // of the size of the modes
        int? split = checkpoints > 2 ? (checkpoints - 1) / 2 : null;
        try
        {
            return Known.Of(new SecondCarry(modes, block, split, model.Carry(block, split, cancellation)) { Energies = energies });
        }
        catch (NumericalException e)
        {
            return Known.Unknown<SecondCarry>($"the second integration failed: {e.Message}");
        }
    }

    // The first four modes are carried because they are the largest; the rest are spread evenly up to the last.
    private static int[] Spread(int count)
    {
        if (count <= MostModes) return [.. Enumerable.Range(0, count)];
        int[] leading = [0, 1, 2, 3];
        int rest = MostModes - leading.Length;
        return [.. leading, .. Enumerable.Range(1, rest).Select(i => 3 + (int)Math.Round((double)i * (count - 4) / rest))];
    }
}
