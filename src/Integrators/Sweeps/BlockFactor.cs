namespace KernelFlow.Integrators;

/// <summary>L of B = LLᵀ, block by block, for positive semidefinite blocks: a pivot that is nothing gives a column of nothing.</summary>
internal sealed class BlockFactor
{
    private readonly int _p;
    private readonly double[] _blocks;

    private BlockFactor(int p, double[] blocks) => (_p, _blocks) = (p, blocks);

    public static BlockFactor Of(OutputHessian hessian)
    {
        int p = hessian.Outputs;
        double[] l = [.. hessian.Blocks];
        for (int first = 0; first < l.Length; first += p * p)
        {
            var a = l.AsSpan(first, p * p);
            double scale = 0;
            for (int i = 0; i < p; i++) scale = Math.Max(scale, a[i * p + i]);
            for (int j = 0; j < p; j++)
            {
                double pivot = a[j * p + j];
                for (int k = 0; k < j; k++) pivot -= a[j * p + k] * a[j * p + k];
                double root = pivot > 1e-14 * scale ? Math.Sqrt(pivot) : 0;
                a[j * p + j] = root;
                for (int i = j + 1; i < p; i++)
                {
                    double sum = a[i * p + j];
                    for (int k = 0; k < j; k++) sum -= a[i * p + k] * a[j * p + k];
                    a[i * p + j] = root > 0 ? sum / root : 0;
                }
                for (int i = 0; i < j; i++) a[i * p + j] = 0;
            }
        }
        return new BlockFactor(p, l);
    }

    /// <summary>x ← L·x.</summary>
    public void Apply(Span<double> x)
    {
        for (int first = 0, block = 0; first < x.Length; first += _p, block += _p * _p)
            for (int i = _p - 1; i >= 0; i--)
            {
                double sum = 0;
                for (int j = 0; j <= i; j++) sum += _blocks[block + i * _p + j] * x[first + j];
                x[first + i] = sum;
            }
    }

    /// <summary>x ← Lᵀ·x.</summary>
    public void ApplyTransposed(Span<double> x)
    {
        for (int first = 0, block = 0; first < x.Length; first += _p, block += _p * _p)
            for (int i = 0; i < _p; i++)
            {
                double sum = 0;
                for (int j = i; j < _p; j++) sum += _blocks[block + j * _p + i] * x[first + j];
                x[first + i] = sum;
            }
    }
}
