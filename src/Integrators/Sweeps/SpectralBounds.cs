using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>Upper bounds of λ_max(B(t)K_SS(t)) over the intervals of a run, much sharper than traces.</summary>
/// <remarks>
/// BK has the eigenvalues of LᵀKL, B = LLᵀ. Lanczos with a random start gives a Ritz value θ ≤ λ_max after k products, and λ_max ≤ θ/(1 − ε) except with a
/// probability of 1.648·√N·exp(−√ε(2k − 1)), here below 10⁻⁸ (Kuczyński and Woźniakowski, SIAM J. Matrix Anal. Appl. 13, 1992). That holds at the moments where
/// it was asked, both ends and the middle of each interval; between them the largest of the three is taken with a margin. With B = βI and J linear in time
/// √λ_max is convex along an interval, with K linear λ_max is: nothing in between is larger than at the ends. A certified bound that is lower is taken instead.
/// </remarks>
internal sealed class SpectralBounds
{
    private const int Purpose = 20261127, FewestProducts = 4;
    private const double Epsilon = 0.03, Failure = 1e-8, Margin = 1.02, RoughEpsilon = 0.2, RoughFailure = 1e-4;

    private readonly KernelProducts _products;
    private readonly OutputHessian? _hessian;
    private readonly Random _random;
    private readonly int _most;
    private readonly double _epsilon;
    private readonly double? _beta;

    private SpectralBounds(KernelProducts products, double? beta, long seed, double epsilon = Epsilon, double failure = Failure)
    {
        int n = products.TrainSize;
        (_products, _beta, _random, _epsilon) = (products, beta, Seeds.Generator(Purpose, seed), epsilon);
        if (beta is null) _hessian = new OutputHessian(n / products.Outputs, products.Outputs);
        _most = Math.Min(n, (int)Math.Ceiling((Math.Log(1.648 * Math.Sqrt(n) / failure) / Math.Sqrt(epsilon) + 1) / 2));
    }

    /// <summary>One value per interval that λ_max(K_SS) hardly exceeds, from the two ends alone and with a fifth of the products: for steps whose errors
    /// are measured, so that one beyond stability is refused.</summary>
    public static double[] Estimates(KernelProducts products, long seed, CancellationToken cancellation)
    {
        var search = new SpectralBounds(products, 1, seed, RoughEpsilon, RoughFailure);
        var atKnots = new double[products.Intervals + 1];
        for (int i = 0; i < atKnots.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            atKnots[i] = search.Largest(Math.Max(0, i - 1), products.Knots[i]);
            if (!double.IsFinite(atKnots[i])) throw new NumericalException(FormattableString.Invariant($"A kernel at t = {products.Knots[i]} is not finite."));
        }
        return [.. Enumerable.Range(0, products.Intervals).Select(i => Math.Max(atKnots[i], atKnots[i + 1]))];
    }

    /// <summary>One bound of λ_max(BK_SS) per interval.</summary>
    public static double[] Of(KernelProducts products, long seed, CancellationToken cancellation) =>
        Of(new SpectralBounds(products, products.Beta, seed), cancellation);

    private static double[] Of(SpectralBounds search, CancellationToken cancellation)
    {
        var products = search._products;
        var bounds = new double[products.Intervals];
        for (int i = 0; i < bounds.Length; i++)
        {
            cancellation.ThrowIfCancellationRequested();
            double from = products.Knots[i], to = products.Knots[i + 1], largest = 0, norm = 0;
            foreach (double time in (ReadOnlySpan<double>)[from, 0.5 * (from + to), to])
            {
                if (search._hessian is { } hessian)
                {
                    products.Hessian(i, time, hessian);
                    norm = Math.Max(norm, hessian.NormBound());
                }
                largest = Math.Max(largest, search.Largest(i, time));
            }
            bounds[i] = Margin * largest;
            if (search._beta is { } beta) bounds[i] = Math.Min(bounds[i], beta * products.TrainBound(i));
            if (!double.IsFinite(bounds[i]))
                throw new NumericalException(FormattableString.Invariant($"A kernel or loss Hessian between t = {from} and t = {to} is not finite."));
        }
        return bounds;
    }

    // Lanczos on LᵀKL with vectors x = L·v: only products with K and B are taken. The basis is kept and made orthogonal again.
    private double Largest(int interval, double time)
    {
        int n = _products.TrainSize;
        var factor = _hessian is null ? null : BlockFactor.Of(_hessian);
        var basis = new List<double[]>();
        var start = new double[n];
        for (int i = 0; i < n; i++) start[i] = Normal();
        VectorRoutines.Scale(1 / VectorRoutines.Norm(start), start, start);
        MatrixView x = Buffers.Zero(n, 1), y = Buffers.Zero(n, 1);
        List<double> diagonal = [], off = [];
        var v = start;
        double largest = 0;
        for (int k = 0; k < _most; k++)
        {
            basis.Add(v);
            v.CopyTo(x.Column(0));
            factor?.Apply(x.Column(0));
            _products.ApplyTrain(interval, time, x, y);
            var w = y.Column(0).ToArray();
            factor?.ApplyTransposed(w);
            if (_beta is { } beta) VectorRoutines.Scale(beta, w, w);
            if (!VectorRoutines.AllFinite(w)) return double.NaN;
            diagonal.Add(VectorRoutines.Dot(v, w));
            for (int pass = 0; pass < 2; pass++)
                foreach (double[] b in basis) VectorRoutines.Axpy(-VectorRoutines.Dot(b, w), b, w);
            double residual = VectorRoutines.Norm(w);
            largest = LargestTridiagonal(diagonal, off);
            // A residual of nothing: the space is invariant, and a random start misses no eigenvalue.
            if (k + 1 >= FewestProducts && residual <= 1e-12 * largest || residual == 0) return largest * (1 + 1e-10);
            if (k + 1 == n) return largest * (1 + 1e-10);
            off.Add(residual);
            VectorRoutines.Scale(1 / residual, w, w);
            v = w;
        }
        return largest / (1 - _epsilon);
    }

    private double Normal() => Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble())) * Math.Cos(2 * Math.PI * _random.NextDouble());

    // Bisection with Sturm counts: eigenvalues above x are counted by signs.
    private static double LargestTridiagonal(List<double> diagonal, List<double> off)
    {
        double low = diagonal.Max(), high = 0;
        for (int i = 0; i < diagonal.Count; i++)
            high = Math.Max(high, diagonal[i] + (i > 0 ? off[i - 1] : 0) + (i < off.Count ? off[i] : 0));
        for (int round = 0; round < 60 && high - low > 1e-12 * Math.Abs(high); round++)
        {
            double middle = 0.5 * (low + high), pivot = diagonal[0] - middle;
            bool above = pivot > 0;
            for (int i = 1; i < diagonal.Count && !above; i++)
            {
                pivot = diagonal[i] - middle - off[i - 1] * off[i - 1] / (pivot == 0 ? double.Epsilon : pivot);
                above = pivot > 0;
            }
            if (above) low = middle;
            else high = middle;
        }
        return high;
    }
}
