using KernelFlow.Numerics;

namespace KernelFlow.Networks;

/// <summary>Which parameters have a gradient that generalises from example to example: open iff μ_k² &gt; σ_k²/(b − 1) over the b
/// per-example gradients (theory, claim C14).</summary>
internal sealed class PopulationRiskGate(NetworkEvaluator evaluator) : ParameterGate
{
    private const int ExamplesPerBlock = 64;

    private readonly double[] _mean = new double[evaluator.Network.Parameters], _squares = new double[evaluator.Network.Parameters];
    private readonly bool[] _open = new bool[evaluator.Network.Parameters];

    // The gradient of example i is b·J_iᵀg_i.
    public override bool[] Compute(double[] w, double[] x, double[] g, int b, double[] gradient)
    {
        int d = evaluator.Network.InputSize, p = evaluator.Network.Outputs, D = _mean.Length;
        Array.Clear(_mean);
        Array.Clear(_squares);
        for (int first = 0; first < b; first += ExamplesPerBlock)
        {
            int count = Math.Min(ExamplesPerBlock, b - first);
            var rows = new double[ArraySize.Of(count, D)];
            var seed = Array.ConvertAll(g[(first * p)..((first + count) * p)], v => b * v);
            evaluator.ExampleGradients(w, x[(first * d)..((first + count) * d)], seed, rows);
            for (int i = 0; i < count; i++) Include(rows.AsSpan(i * D, D), first + i + 1);
        }
        for (int k = 0; k < D; k++) _open[k] = _mean[k] * _mean[k] > _squares[k] / b / (b - 1);
        return _open;
    }

    // Welford's update: no cancellation between large sums.
    private void Include(ReadOnlySpan<double> gradient, int seen)
    {
        for (int k = 0; k < gradient.Length; k++)
        {
            double before = gradient[k] - _mean[k];
            _mean[k] += before / seen;
            _squares[k] += before * (gradient[k] - _mean[k]);
        }
    }
}
