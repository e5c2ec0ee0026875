using KernelFlow.Numerics;
using KernelFlow.Spectral;

namespace KernelFlow.Analysis.Carries;

/// <summary>Vectors that stand for modes, whatever basis of equal eigenvalues the eigensolver chose.</summary>
/// <remarks>
/// Eigenvectors of equal eigenvalues are any basis of their space, another one with each linear algebra. What is found of such a vector by a carry with an
/// error of its own would then differ as much as that error. The projection of a given vector on the space is the same in every basis, and as good an
/// eigenvector.
/// </remarks>
internal static class ModeVectors
{
    // An eigenvector is known to N·ε·λ₁ divided by the distance of its eigenvalue to the next: from this multiple of N·ε·λ₁ on to a thousandth.
    private const double Apart = 1e3;

    private const int Purpose = 20261128;

    /// <summary>Writes a vector for each mode into the first columns.</summary>
    /// <param name="pairs">The modes, descending.</param>
    /// <param name="modes">Those wanted.</param>
    /// <param name="seed">Seed of the vectors that are projected.</param>
    /// <param name="target">Receives unit vectors.</param>
    /// <returns>vᵀWv of each: the eigenvalue, or a mean of those that are equal.</returns>
    public static double[] Write(EigenPairs pairs, IReadOnlyList<int> modes, long seed, in MatrixView target)
    {
        MatrixView vectors = pairs.Vectors;
        var random = Seeds.Generator(Purpose, seed);
        double least = Apart * vectors.Rows * Tolerances.Epsilon * Math.Abs(pairs.Values[0]);
        var energies = new double[modes.Count];
        double[] given = new double[vectors.Rows];
        for (int j = 0; j < modes.Count; j++)
        {
            foreach (ref double x in given.AsSpan()) x = random.Next(2) == 0 ? -1 : 1; // also where it is not needed: all others stay the same
            var (first, last) = Equal(pairs.Values, modes[j], least);
            energies[j] = first == last ? double.NaN : Project(pairs, first, last, given, target.Column(j));
            if (double.IsFinite(energies[j])) continue;
            vectors.Column(modes[j]).CopyTo(target.Column(j));
            energies[j] = pairs.Values[modes[j]];
        }
        return energies;
    }

    // The neighbours that a mode cannot be told from.
    private static (int First, int Last) Equal(IReadOnlyList<double> values, int mode, double least)
    {
        int first = mode, last = mode;
        while (first > 0 && values[first - 1] - values[first] <= least) first--;
        while (last + 1 < values.Count && values[last] - values[last + 1] <= least) last++;
        return (first, last);
    }

    // ΨΨᵀx of length one, and its energy; not a number where x is orthogonal to the space.
    private static double Project(EigenPairs pairs, int first, int last, double[] x, Span<double> target)
    {
        MatrixView vectors = pairs.Vectors;
        target.Clear();
        double squares = 0, energy = 0;
        for (int i = first; i <= last; i++)
        {
            double share = VectorRoutines.Dot(vectors.Column(i), x);
            VectorRoutines.Axpy(share, vectors.Column(i), target);
            squares += share * share;
            energy += share * share * pairs.Values[i];
        }
        VectorRoutines.Divide(target, Math.Sqrt(squares));
        return energy / squares;
    }
}
