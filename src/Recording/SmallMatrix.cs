namespace KernelFlow;

/// <summary>Checks on the p×p blocks of B, too small for a library call each.</summary>
internal static class SmallMatrix
{
    /// <summary>Whether A + shift·I has a Cholesky factor (A row-major p×p, not changed).</summary>
    public static bool IsPositiveSemidefinite(ReadOnlySpan<double> a, int p, double shift)
    {
        double[] l = a.ToArray();
        for (int j = 0; j < p; j++)
        {
            double pivot = l[j * p + j] + shift;
            for (int k = 0; k < j; k++) pivot -= l[j * p + k] * l[j * p + k];
            if (pivot < 0) return false;
            double root = Math.Sqrt(pivot);
            l[j * p + j] = root;
            for (int i = j + 1; i < p; i++)
            {
                double sum = l[i * p + j];
                for (int k = 0; k < j; k++) sum -= l[i * p + k] * l[j * p + k];
                // A zero pivot of a PSD matrix has a zero column below it, to rounding.
                if (root == 0 && Math.Abs(sum) > shift) return false;
                l[i * p + j] = root == 0 ? 0 : sum / root;
            }
        }
        return true;
    }
}
