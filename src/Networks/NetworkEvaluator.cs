using KernelFlow.Networks.Layers;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>Outputs, loss gradients and exact Jacobians of a network for a batch at once. Holds work space: one evaluator per thread.</summary>
/// <remarks>
/// Inputs and outputs are flat row-major: x [n, inputs], u [n, p]. The backward pass is analytic and batched: one sweep carries all p outputs of all examples
/// of a block, through the backend's gemm. Nothing is allocated per call once the work space has grown to the batch.
/// </remarks>
public sealed class NetworkEvaluator
{
    // Backward columns per sweep: enough for efficient products, few enough that a block's deltas stay in cache.
    private const int ColumnsPerBlock = 256;

    private readonly Layer[] _layers;
    private readonly int[] _offsets;
    private readonly Backend _backend;
    private readonly double[][] _activations;
    private readonly double[][] _extras;
    private double[] _deltaZ = [], _deltaA = [], _scratch = [], _identity = [];
    private readonly int _widest, _scratchSize;

    /// <summary>Makes an evaluator that computes with the given backend.</summary>
    public NetworkEvaluator(FeedForwardNetwork network, Backend backend)
    {
        ArgumentNullException.ThrowIfNull(network);
        ArgumentNullException.ThrowIfNull(backend);
        Network = network;
        _backend = backend;
        _layers = network.Layers;
        _offsets = network.Offsets;
        _activations = Array.ConvertAll(_layers, _ => Array.Empty<double>());
        _extras = Array.ConvertAll(_layers, _ => Array.Empty<double>());
        _widest = _layers.Max(l => Math.Max(l.InputSize, l.OutputSize));
        _scratchSize = _layers.Max(l => l.ScratchSize);
    }

    /// <summary>The network that is evaluated.</summary>
    public FeedForwardNetwork Network { get; }

    /// <summary>The outputs of a batch: u ← f(x; w).</summary>
    /// <param name="w">Parameters [D].</param>
    /// <param name="x">Inputs [n, inputs].</param>
    /// <param name="u">Outputs [n, p].</param>
    public void Outputs(double[] w, double[] x, double[] u)
    {
        ArgumentNullException.ThrowIfNull(w);
        ArgumentNullException.ThrowIfNull(u);
        int n = Check(w, x, u);
        int block = BlockExamples(1);
        for (int first = 0; first < n; first += block)
        {
            int count = Math.Min(block, n - first);
            Forward(w, x, first, count);
            _activations[^1].AsSpan(0, count * Network.Outputs).CopyTo(u.AsSpan(first * Network.Outputs));
        }
    }

    /// <summary>u ← f(x; w), value ← Φ(u), gradient ← Jᵀ∇Φ(u), without forming J.</summary>
    /// <param name="w">Parameters [D].</param>
    /// <param name="x">Inputs [n, inputs].</param>
    /// <param name="loss">The loss over these n examples.</param>
    /// <param name="u">Outputs [n, p].</param>
    /// <param name="g">Output gradient ∇Φ(u), [n, p].</param>
    /// <param name="gradient">Receives ∇_w Φ [D].</param>
    /// <returns>The loss Φ(u).</returns>
    public double LossGradient(double[] w, double[] x, LossModel loss, double[] u, double[] g, double[] gradient)
    {
        ArgumentNullException.ThrowIfNull(w);
        ArgumentNullException.ThrowIfNull(u);
        ArgumentNullException.ThrowIfNull(g);
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(loss);
        int n = Check(w, x, u), p = Network.Outputs;
        if (loss.Examples != n || loss.Outputs != p)
            throw new ArgumentException($"The loss is over {loss.Examples} examples of {loss.Outputs} outputs, the batch has {n} of {p}.");
        RequireLength(g, n * p, nameof(g));
        RequireLength(gradient, Network.Parameters, nameof(gradient));
        // One block: the gradient is a sum over the batch and the loss needs all outputs.
        Forward(w, x, 0, n);
        _activations[^1].AsSpan(0, n * p).CopyTo(u);
        loss.Gradient(u, g);
        GrowBackward(n);
        g.CopyTo(_deltaZ, 0);
        Sweep(w, x, 0, n, 1, gradient, default);
        return loss.Value(u);
    }

    /// <summary>u ← f(x; w), J ← ∂u/∂w exactly.</summary>
    /// <param name="w">Parameters [D].</param>
    /// <param name="x">Inputs [n, inputs].</param>
    /// <param name="u">Outputs [n, p].</param>
    /// <param name="J">Jacobian, row-major [n·p, D]; row i·p + c is output c of example i.</param>
    public void Jacobian(double[] w, double[] x, double[] u, double[] J)
    {
        ArgumentNullException.ThrowIfNull(w);
        ArgumentNullException.ThrowIfNull(u);
        ArgumentNullException.ThrowIfNull(J);
        int n = Check(w, x, u), p = Network.Outputs, D = Network.Parameters;
        RequireLength(J, ArraySize.Of((long)n * p, D), nameof(J));
        EachOutput(w, x, u, n, (first, count) => Sweep(w, x, first, count, p, null, new MatrixView(J, first * p * D, D, count * p, D)));
    }

    /// <summary>u ← f(x; w), and ∂u/∂w as the factors of every layer with parameters.</summary>
    /// <param name="w">Parameters [D].</param>
    /// <param name="x">Inputs [n, inputs].</param>
    /// <param name="u">Outputs [n, p].</param>
    /// <returns>A [n, inputs] (at positions [n, T, inputs]) and Δ [n, p, outputs] ([n, p, T, outputs]) of every layer, in the order of the
    /// parameters; of a layer whose part is no product, nothing and the columns [n, p, c].</returns>
    internal IReadOnlyList<(double[] Inputs, double[] Deltas)> Factors(double[] w, double[] x, double[] u)
    {
        int n = Check(w, x, u), p = Network.Outputs;
        var layers = Network.JacobianLayers;
        var factors = layers.Select(l => (new double[ArraySize.Of(n, l.Positions * l.Inputs)],
            new double[ArraySize.Of((long)n * p, l.Kind == JacobianLayerKind.Columns ? l.Columns : l.Positions * l.Outputs)])).ToArray();
        EachOutput(w, x, u, n, (first, count) => Sweep(w, x, first, count, p, null, default, factors));
        return factors;
    }

    // Forward, and δ = 1 for one output in each of p columns per example; the rest is up to the sweep.
    private void EachOutput(double[] w, double[] x, double[] u, int n, Action<int, int> sweep)
    {
        int p = Network.Outputs, block = BlockExamples(p);
        if (_identity.Length == 0)
        {
            _identity = new double[ArraySize.Of(p, p)];
            for (int c = 0; c < p; c++) _identity[c * p + c] = 1;
        }
        for (int first = 0; first < n; first += block)
        {
            int count = Math.Min(block, n - first);
            Forward(w, x, first, count);
            _activations[^1].AsSpan(0, count * p).CopyTo(u.AsSpan(first * p));
            GrowBackward(count * p);
            for (int i = 0; i < count; i++) _identity.CopyTo(_deltaZ, i * p * p);
            sweep(first, count);
        }
    }

    /// <summary>rows ← the gradients of the single examples: row i is Σ_c seed[i, c] ∂u_ic/∂w.</summary>
    /// <param name="w">Parameters [D].</param>
    /// <param name="x">Inputs [n, inputs].</param>
    /// <param name="seed">Weights of the outputs [n, p].</param>
    /// <param name="rows">Row-major [n, D].</param>
    internal void ExampleGradients(double[] w, double[] x, double[] seed, double[] rows)
    {
        int n = Check(w, x, seed), p = Network.Outputs, D = Network.Parameters;
        RequireLength(rows, ArraySize.Of(n, D), nameof(rows));
        int block = BlockExamples(1);
        for (int first = 0; first < n; first += block)
        {
            int count = Math.Min(block, n - first);
            Forward(w, x, first, count);
            GrowBackward(count);
            seed.AsSpan(first * p, count * p).CopyTo(_deltaZ);
            Sweep(w, x, first, count, 1, null, new MatrixView(rows, first * D, D, count, D));
        }
    }

    private static int BlockExamples(int q) => Math.Max(1, ColumnsPerBlock / q);

    private void Forward(double[] w, double[] x, int first, int count)
    {
        for (int l = 0; l < _layers.Length; l++)
        {
            var layer = _layers[l];
            Grow(ref _activations[l], layer.OutputSize * count);
            Grow(ref _extras[l], layer.ExtraSize * count);
            layer.Forward(_backend, w, _offsets[l], Input(l, x, first, count), new MatrixView(_activations[l], layer.OutputSize, count), _extras[l]);
        }
    }

    // From the last layer to the first with δ of the outputs in _deltaZ: sums into gradient, factors, or single rows.
    private void Sweep(double[] w, double[] x, int first, int count, int q, double[]? gradient, MatrixView rows,
        (double[] Inputs, double[] Deltas)[]? factors = null)
    {
        int columns = count * q, number = factors?.Length ?? 0;
        for (int l = _layers.Length - 1; l >= 0; l--)
        {
            var layer = _layers[l];
            var deltaZ = new MatrixView(_deltaZ, layer.OutputSize, columns);
            var a = Input(l, x, first, count);
            if (gradient is not null) layer.Gradient(_backend, a, deltaZ, _extras[l], gradient, _offsets[l]);
            else if (factors is not null && layer.ParameterCount > 0)
            {
                var (inputs, deltas) = factors[--number];
                int examples = x.Length / Network.InputSize;
                layer.Factors(a, deltaZ, _extras[l], inputs.AsSpan(inputs.Length / examples * first), deltas.AsSpan(deltas.Length / examples * first));
            }
            else if (factors is null) layer.Rows(_backend, a, deltaZ, q, _extras[l], rows, _offsets[l]);
            if (_offsets[l] == 0) break; // no parameters below
            layer.Backward(_backend, w, _offsets[l], deltaZ, new MatrixView(_deltaA, layer.InputSize, columns), q, _extras[l], _scratch);
            (_deltaZ, _deltaA) = (_deltaA, _deltaZ);
        }
    }

    private MatrixView Input(int layer, double[] x, int first, int count) =>
        layer == 0
            ? new MatrixView(x, first * Network.InputSize, Network.InputSize, count, Network.InputSize)
            : new MatrixView(_activations[layer - 1], _layers[layer].InputSize, count);

    private void GrowBackward(int columns)
    {
        Grow(ref _deltaZ, _widest * columns);
        Grow(ref _deltaA, _widest * columns);
        Grow(ref _scratch, _scratchSize * columns);
    }

    private static void Grow(ref double[] buffer, int length)
    {
        if (buffer.Length < length) buffer = new double[length];
    }

    private int Check(double[] w, double[] x, double[] u)
    {
        ArgumentNullException.ThrowIfNull(x);
        RequireLength(w, Network.Parameters, nameof(w));
        int n = x.Length / Network.InputSize;
        if (n == 0 || n * Network.InputSize != x.Length)
            throw new ArgumentException($"x has {x.Length} elements, expected a positive multiple of {Network.InputSize}.", nameof(x));
        RequireLength(u, n * Network.Outputs, nameof(u));
        return n;
    }

    private static void RequireLength(double[] array, int length, string name)
    {
        ArgumentNullException.ThrowIfNull(array, name);
        if (array.Length != length) throw new ArgumentException($"{name} has {array.Length} elements, expected {length}.", name);
    }
}
