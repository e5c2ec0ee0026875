using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>Arithmetic mod q: pairs of one-hot numbers and the one-hot result.</summary>
internal sealed class ModularData : DataSource
{
    private readonly int _q;
    private readonly bool _division;

    public ModularData(RecordingOptions options) : base(2 * options.Modulus, options.Modulus)
    {
        _q = options.Modulus;
        _division = options.Data == DataKind.ModularDivision;
        if (_q < 2) throw new ArgumentException($"Modulus is {_q}, expected at least 2.");
        if (_division && !IsPrime(_q)) throw new ArgumentException($"Modulus is {_q}, expected a prime for division.");
        if (options.Outputs is { } p && p != _q) throw new ArgumentException($"Outputs is {p}, but arithmetic mod {_q} has {_q}.");
    }

    public override (long Count, string Name)? Limit => ((long)_q * Divisors, $"the pairs mod {_q}");

    private int Divisors => _division ? _q - 1 : _q;

    public override (double[] X, double[] Y) Draw(int count, RandomStream random)
    {
        int divisors = Divisors, pairs = ArraySize.Of(_q, divisors);
        var order = random.NextPermutation(pairs);
        var x = new double[ArraySize.Of(count, InputSize)];
        var y = new double[ArraySize.Of(count, _q)];
        for (int i = 0; i < count; i++)
        {
            int a = order[i] / divisors, b = order[i] % divisors + (_division ? 1 : 0);
            x[i * InputSize + a] = 1;
            x[i * InputSize + _q + b] = 1;
            y[i * _q + (_division ? Quotient(a, b) : (a + b) % _q)] = 1;
        }
        return (x, y);
    }

    // a·b⁻¹ mod q is the r with r·b = a mod q.
    private int Quotient(int a, int b)
    {
        int r = 0;
        while ((long)r * b % _q != a) r++;
        return r;
    }

    private static bool IsPrime(int q)
    {
        for (int d = 2; (long)d * d <= q; d++)
            if (q % d == 0) return false;
        return true;
    }
}
