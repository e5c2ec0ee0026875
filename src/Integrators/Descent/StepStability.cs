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
    private readonly OutputHessian _weighted = new(response.TrainSize / response.Hessian.Start.Outputs, response.Hessian.Start.Outputs);
    private double _logGrowth, _size = 1;

    /// <summary>z_k = η_k λ_max(B_k K_k S_k).</summary>
    public IReadOnlyList<double> Z => _z;

    /// <summary>Π max(1, r_k), r_k the growth of the stiffest mode in step k.</summary>
    public double Amplification => Math.Exp(Math.Min(_logGrowth, 700));

    /// <summary>max_k ‖P_k‖_F/√N; of a block of c unit columns max_k ‖P_k V‖_F/√c.</summary>
    public double Peak { get; private set; } = 1;

    /// <summary>Takes in a step, after the response and before X moves.</summary>
    public void Responded(int k)
    {
        _z[k] = response.LearningRates[k] * _sharpness.Largest(Hessian(), response.Preconditioned);
        // Growth of the stiffest mode: the larger root of r² − (1 + d − (c + φ)z)r + d(1 − φz) = 0.
        var rule = response.Rule;
        double s = Math.Abs(1 + rule.Decay - (rule.Gain + rule.Fresh) * _z[k]), product = rule.Decay * (1 - rule.Fresh * _z[k]);
        double discriminant = s * s - 4 * product;
        _logGrowth += Math.Max(0, Math.Log(discriminant < 0 ? Math.Sqrt(product) : 0.5 * (s + Math.Sqrt(discriminant))));
    }

    // B K S has the eigenvalues of (B S⁺)(S K S), because S commutes with the blocks of B.
    private OutputHessian Hessian()
    {
        var start = response.Hessian.Start;
        var weights = response.Weights;
        if (weights.IsEmpty) return start;
        int p = start.Outputs;
        for (int i = 0; i < start.Examples; i++)
        {
            double inverse = weights[i * p] > 0 ? 1 / weights[i * p] : 0;
            for (int j = i * p * p; j < (i + 1) * p * p; j++) _weighted.Blocks[j] = inverse * start.Blocks[j];
        }
        return _weighted;
    }

    /// <summary>Looks at the numbers after a step.</summary>
    /// <exception cref="NumericalException">Something is not finite; the message says what and why.</exception>
    public void Moved(int k, in MatrixView p, in MatrixView t, in MatrixView w)
    {
        double size = MatrixNorms.Frobenius(p) / Math.Sqrt(p.Columns);
        if (!double.IsFinite(size + MatrixNorms.Frobenius(t) + MatrixNorms.Frobenius(w))) throw DescentFailure.At(k, response, t, _size, _z[k]);
        _size = size;
        Peak = Math.Max(Peak, size);
    }
}
