using KernelFlow.Numerics;
using KernelFlow.Operators;
using KernelFlow.Spectral;
using MathNet.Numerics.Distributions;

namespace KernelFlow;

/// <summary>Stochastic Lanczos quadrature: sums Σf(λ) over all eigenvalues of a symmetric operator, densities and counts, from a few products with
/// random vectors, with confidence intervals.</summary>
/// <remarks>
/// For a probe v with independent entries ±1, E vᵀf(A)v = tr f(A) = Σf(λ). m steps of Lanczos from v give the Gauss quadrature vᵀf(A)v ≈ N·Σ_k w_k
/// f(θ_k) (θ: eigenvalues of T, w: squared first components of its eigenvectors), exact for polynomials up to degree 2m − 1. Two errors: that of the
/// probes, from their sample variance, and that of the quadrature, estimated by the difference to the rule of ¾m steps. Source: Ubaru, Chen and Saad,
/// SIAM J. Matrix Anal. Appl. 38 (2017) 1075; Golub and Meurant, <i>Matrices, Moments and Quadrature</i>.
/// </remarks>
public sealed class StochasticQuadrature
{
    private readonly ProbeRule[] _rules, _shorter;

    private StochasticQuadrature(int order, int applications, ProbeRule[] rules, ProbeRule[] shorter)
    {
        (Order, Applications, _rules, _shorter) = (order, applications, rules, shorter);
    }

    /// <summary>N, the order of the operator.</summary>
    public int Order { get; }

    /// <summary>Vectors the operator was applied to.</summary>
    public int Applications { get; }

    /// <summary>The number of random probes.</summary>
    public int Probes => _rules.Length;

    /// <summary>The smallest and the largest node of all probes: the spectrum reaches at least from one to the other.</summary>
    public (double Smallest, double Largest) Range => (_rules.Min(r => r.Nodes[0]), _rules.Max(r => r.Nodes[^1]));

    /// <summary>Runs Lanczos from every probe.</summary>
    /// <param name="a">Symmetric N×N.</param>
    /// <param name="options">Probes, steps, seed.</param>
    /// <param name="backend">The dense linear algebra to use.</param>
    /// <param name="progress">Receives the applications so far, after every block.</param>
    /// <param name="cancellation">Asked before every application.</param>
    /// <exception cref="ArgumentException">The operator is not symmetric or empty, or an option is out of its range.</exception>
    /// <exception cref="NumericalException">The operator returned NaN or infinity.</exception>
    public static StochasticQuadrature Run(LinearOperator a, QuadratureOptions options, Backend backend, IProgress<int>? progress = null,
        CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentNullException.ThrowIfNull(backend);
        int n = a.Rows;
        if (!a.IsSymmetric || n == 0) throw new ArgumentException("Stochastic quadrature needs a symmetric operator that is not empty.");
        if (options.Probes < 2) throw new ArgumentException($"Probes is {options.Probes}, expected at least 2 (their variance is the error estimate).");
        if (options.Steps < 1) throw new ArgumentException($"Steps is {options.Steps}, expected at least 1.");
        if (options.BlockSize < 1) throw new ArgumentException($"BlockSize is {options.BlockSize}, expected at least 1.");
        int steps = Math.Min(options.Steps, n);
        var random = new Random(options.Seed);
        var rules = new List<ProbeRule>();
        var shorter = new List<ProbeRule>();
        int applications = 0;
        while (rules.Count < options.Probes)
        {
            var block = new ProbeBlock(a, Math.Min(options.BlockSize, options.Probes - rules.Count), steps, backend, random);
            while (block.Step(cancellation)) progress?.Report(applications + block.Applications);
            applications += block.Applications;
            rules.AddRange(block.Rules(1));
            shorter.AddRange(block.Rules(0.75));
        }
        return new StochasticQuadrature(n, applications, [.. rules], [.. shorter]);
    }

    /// <summary>Σ f(λ) over all N eigenvalues.</summary>
    /// <param name="f">Defined on the whole range of the spectrum.</param>
    /// <param name="confidence">Of the interval, in (0, 1).</param>
    /// <exception cref="ArgumentOutOfRangeException">The confidence is not in (0, 1).</exception>
    public SpectralEstimate Sum(Func<double, double> f, double confidence = 0.95)
    {
        ArgumentNullException.ThrowIfNull(f);
        double[] each = Each(_rules, f);
        double mean = each.Average();
        return SpectralEstimate.Of(mean, StandardError(each), Math.Abs(Each(_shorter, f).Average() - mean), Quantile(confidence));
    }

    /// <summary>The trace: tr A = Σλ.</summary>
    public SpectralEstimate Trace(double confidence = 0.95) => Sum(x => x, confidence);

    /// <summary>(Σλ)²/Σλ², the effective rank of a positive semidefinite operator; the interval is that of its logarithm, to first
    /// order in the deviations of both sums.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The confidence is not in (0, 1).</exception>
    public SpectralEstimate EffectiveRank(double confidence = 0.95)
    {
        double quantile = Quantile(confidence);
        double[] sums = Each(_rules, x => x), squares = Each(_rules, x => x * x);
        double sum = sums.Average(), square = squares.Average();
        if (sum == 0 || square == 0) return new SpectralEstimate(0, 0, 0, 0, 0);
        double value = sum * sum / square, relative = StandardError([.. sums.Zip(squares, (s, q) => 2 * s / sum - q / square)]);
        double shortSum = Each(_shorter, x => x).Average(), shortSquare = Each(_shorter, x => x * x).Average();
        double quadrature = shortSquare > 0 ? Math.Abs(shortSum * shortSum / shortSquare - value) : 0;
        return new SpectralEstimate(value, value * relative, quadrature, value * Math.Exp(-quantile * relative) - quadrature,
            value * Math.Exp(quantile * relative) + quadrature);
    }

    /// <summary>The spectral density at t, broadened by a Gaussian of standard deviation <paramref name="width"/>: (1/N)·Σ
    /// exp(−(t−λ)²/2width²)/(width·√2π), per unit of λ.</summary>
    /// <remarks>Choose the width no smaller than the distance of neighbouring nodes, about (λ_max − λ_min)/steps;
    /// <see cref="SpectralEstimate.QuadratureError"/> shows when it is too small.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">The width is not positive, or the confidence not in (0, 1).</exception>
    public SpectralEstimate Density(double t, double width, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        double factor = 1 / (Order * width * Math.Sqrt(2 * Math.PI));
        return Local(t, (at, x) => factor * Math.Exp(-0.5 * (at - x) / width * ((at - x) / width)), confidence);
    }

    /// <summary>The share of eigenvalues up to t, each counted by a Gaussian distribution function of standard deviation
    /// <paramref name="width"/>; with width 0 the step function.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The width is negative, or the confidence not in (0, 1).</exception>
    public SpectralEstimate Cumulative(double t, double width = 0, double confidence = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(width);
        double share = 1.0 / Order;
        return Local(t, (at, x) => width == 0 ? (x <= at ? share : 0) : share * Normal.CDF(x, width, at), confidence);
    }

    // A sharp f between two nodes is small for both rules, which then agree: their difference is also taken at the nodes around t.
    private SpectralEstimate Local(double t, Func<double, double, double> f, double confidence)
    {
        double[] each = Each(_rules, x => f(t, x)), nodes = _rules[0].Nodes;
        double[] places = [t, .. nodes.Where(x => x < t).TakeLast(1), .. nodes.Where(x => x >= t).Take(1)];
        double quadrature = places.Max(at => Math.Abs(Each(_rules, x => f(at, x)).Average() - Each(_shorter, x => f(at, x)).Average()));
        return SpectralEstimate.Of(each.Average(), StandardError(each), quadrature, Quantile(confidence));
    }

    private double[] Each(ProbeRule[] rules, Func<double, double> f) => [.. rules.Select(r => Order * r.Nodes.Zip(r.Weights, (x, w) => w * f(x)).Sum())];

    private static double StandardError(double[] each)
    {
        double mean = each.Average(), squares = each.Sum(x => (x - mean) * (x - mean));
        return Math.Sqrt(squares / (each.Length - 1) / each.Length);
    }

    // Student's t: the variance is estimated from the same few probes.
    private double Quantile(double confidence)
    {
        if (!(confidence > 0 && confidence < 1)) throw new ArgumentOutOfRangeException(nameof(confidence), confidence, "expected between 0 and 1");
        return StudentT.InvCDF(0, 1, Probes - 1, 0.5 + confidence / 2);
    }
}
