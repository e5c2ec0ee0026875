namespace KernelFlow.Networks;

/// <summary>Which parameters have a gradient that agrees from step to step: open iff m̂_k² &gt; ŝ_k, with m̂ the mean that Adam steps along and ŝ the running
/// mean of (∇L − m̂)² by β₂, both corrected for their start at 0.</summary>
/// <remarks>No per-example gradients: what <see cref="PopulationRiskGate"/> finds in one batch is gathered over steps. The first step is open: a mean of one
/// gradient has no variance.</remarks>
internal sealed class RunningVarianceGate(double beta1, double beta2, int parameters) : ParameterGate
{
    private readonly double[] _mean = new double[parameters], _variance = new double[parameters];
    private readonly bool[] _open = new bool[parameters];
    private int _steps;

    public override bool[] Compute(double[] w, double[] x, double[] g, int b, double[] gradient)
    {
        _steps++;
        double meanCorrection = 1 - Math.Pow(beta1, _steps), varianceCorrection = 1 - Math.Pow(beta2, _steps);
        for (int k = 0; k < gradient.Length; k++)
        {
            _mean[k] = beta1 * _mean[k] + (1 - beta1) * gradient[k];
            double mean = _mean[k] / meanCorrection, off = gradient[k] - mean;
            _variance[k] = beta2 * _variance[k] + (1 - beta2) * off * off;
            _open[k] = mean * mean > _variance[k] / varianceCorrection;
        }
        return _open;
    }
}
