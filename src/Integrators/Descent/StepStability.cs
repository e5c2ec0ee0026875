using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>How close the steps come to the edge of stability, and whether the recursion stays in the range of numbers.</summary>
/// <param name="response">Takes the steps.</param>
/// <param name="backend">The dense linear algebra to use.</param>
/// <param name="seed">Seed of the run.</param>
internal sealed class StepStability(StepResponse response, Backend backend, long seed)
{
    private readonly Sharpness _sharpness = new(response.TrainSize, backend, seed);
    private readonly double[] _z = new double[response.LearningRates.Count];
    private double _logGrowth, _size = 1;

    /// <summary>z_k = η_k λ_max(B_k K_k).</summary>
    public IReadOnlyList<double> Z => _z;

    /// <summary>Π max(1, r_k), r_k the growth of the stiffest mode in step k.</summary>
    public double Amplification => Math.Exp(Math.Min(_logGrowth, 700));

    /// <summary>max_k ‖P_k‖_F/√N.</summary>
    public double Peak { get; private set; } = 1;

    /// <summary>Takes in a step, after the response and before X moves.</summary>
    public void Responded(int k)
    {
        _z[k] = response.LearningRates[k] * _sharpness.Largest(response.Hessian.Start, response.Preconditioned);
        // Growth of the stiffest mode: the larger root of r² − (1 + d − cz)r + d = 0.
        double decay = response.Rule.Decay, s = Math.Abs(1 + decay - response.Rule.Gain * _z[k]), discriminant = s * s - 4 * decay;
        _logGrowth += Math.Max(0, Math.Log(discriminant < 0 ? Math.Sqrt(decay) : 0.5 * (s + Math.Sqrt(discriminant))));
    }

    /// <summary>Looks at the numbers after a step.</summary>
    /// <exception cref="NumericalException">Something is not finite; the message says what and why.</exception>
    public void Moved(int k, in MatrixView p, in MatrixView t, in MatrixView w)
    {
        double size = MatrixNorms.Frobenius(p) / Math.Sqrt(p.Rows);
        if (!double.IsFinite(size + MatrixNorms.Frobenius(t) + MatrixNorms.Frobenius(w))) throw DescentFailure.At(k, response, t, _size, _z[k]);
        _size = size;
        Peak = Math.Max(Peak, size);
    }
}
