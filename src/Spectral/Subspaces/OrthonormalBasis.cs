using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral;

/// <summary>An orthonormal basis of a column space, or a refusal when the columns do not span what their number says.</summary>
internal static class OrthonormalBasis
{
    public static MatrixView Of(in MatrixView a, string name, Backend backend)
    {
        int n = a.Rows, k = a.Columns;
        if (k == 0) throw new ArgumentException($"{name} has no column: the zero subspace has no angles.");
        if (k > n) throw new ArgumentException($"{name} is {n}x{k}: more columns than rows cannot be independent.");
        // Columns of length one: dependence is then a matter of directions, not of units.
        var scaled = a.ToMatrix();
        for (int j = 0; j < k; j++)
        {
            var column = ((MatrixView)scaled).Column(j);
            foreach (double v in column)
                if (!double.IsFinite(v)) throw new ArgumentException(FormattableString.Invariant($"{name}: column {j} has an element {v}."));
            double largest = VectorRoutines.LargestMagnitude(column);
            if (largest == 0) throw new ArgumentException($"{name}: column {j} is zero.");
            VectorRoutines.Divide(column, largest);
            VectorRoutines.Divide(column, VectorRoutines.Norm(column));
        }
        var sigma = new double[k];
        var basis = new DenseMatrix(n, k);
        backend.Svd(scaled, sigma, basis, new DenseMatrix(k, k));
        if (sigma[^1] <= Tolerances.RoundingFloor(n, sigma[0]))
            throw new ArgumentException(FormattableString.Invariant(
                $"{name}: the columns are dependent to rounding (smallest singular value {sigma[^1]:G3} of the columns scaled to length one, largest ")
                + FormattableString.Invariant($"{sigma[0]:G3})."));
        return basis;
    }
}
