using KernelFlow.Numerics;
using KernelFlow.Networks;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>The exact gradient flow of a two-layer linear network from balanced, aligned initial weights, with its kernel, propagator, Gramian and
/// transfer operators: all elementary.</summary>
/// <remarks>
/// u = W₂W₁x, squared loss (mean), white inputs X = √n·Q (QᵀQ = I), YᵀX/n = Σ_α s_α u_α v_αᵀ. From W₁ = R A^{1/2} V_rᵀ, W₂ = U_r A^{1/2} Rᵀ (R
/// orthonormal columns) the flow keeps this form, and the strengths follow logistic curves ȧ_α = 2a_α(s_α − a_α):
/// a_α(t) = s_α / (1 + (s_α/a_α(0) − 1) e^{−2 s_α t}) (Saxe, McClelland and Ganguli 2013, arXiv:1312.6120).
/// With e_α = Q v_α, f_α = X_Q v_α, a_α = 0 for directions that are no mode, and B = I/n, the kernel is diagonal in a fixed basis,
/// K_SS(t) = n Σ_{α≤d, β≤p} (a_α + a_β) (e_α⊗u_β)(e_α⊗u_β)ᵀ, so that with q_α(t) = exp(−∫_0^t a_α) = (1 + (a_α(0)/s_α)(e^{2 s_α t} − 1))^{−1/2} and
/// π_αβ = q_α(T)q_β(T)/(q_α(s)q_β(s)): P(T,s) has eigenvalues π_αβ there and 1 elsewhere; W_S has (n/2)(1 − π_αβ²); G_S has n(1 − π_αβ); and
/// G_Q = √n Σ (1 − π_αβ)(f_α⊗u_β)(e_α⊗u_β)ᵀ. The kernel grows by max s/a(0): features are learned.
/// Parameters: W₁ row-major [h, d], then W₂ row-major [p, h]; no biases.
/// </remarks>
public sealed class LinearNetworkSolution
{
    private readonly LinearNetworkOptions _options;
    private readonly DenseMatrix _x_S, _x_Q, _e, _f, _u, _v, _r; // X, X_Q, columns e_α, f_α, u_β, v_α, and R
    private readonly int _modes;

    /// <summary>Draws inputs and directions.</summary>
    /// <exception cref="ArgumentException">The sizes or strengths do not fit; the message names the option.</exception>
    public LinearNetworkSolution(LinearNetworkOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        _options = options;
        _modes = options.Targets.Count;
        int n = options.Train, d = options.InputSize, p = options.Outputs, h = options.Hidden;
        Require(options.Test > 0 && d > 0 && p > 0, "Test, InputSize and Outputs", "positive numbers");
        Require(n >= d, $"Train = {n}", $"at least InputSize = {d}");
        Require(_modes > 0 && _modes <= Math.Min(d, p), $"Targets of {_modes} modes", $"1 to min(InputSize, Outputs) = {Math.Min(d, p)}");
        Require(h >= _modes, $"Hidden = {h}", $"at least the {_modes} modes");
        Require(options.InitialStrengths.Count == _modes, $"InitialStrengths of {options.InitialStrengths.Count} modes", $"{_modes} as in Targets");
        Require(options.Targets.Concat(options.InitialStrengths).All(v => v > 0 && double.IsFinite(v)), "a strength", "positive numbers");

        var random = new RandomStream(options.Seed, RandomStream.Purpose.Inputs);
        var q = OrthonormalColumns.Random(n, d, random);
        (_v, _u, _r) = (OrthonormalColumns.Random(d, d, random), OrthonormalColumns.Random(p, p, random), OrthonormalColumns.Random(h, _modes, random));
        _x_S = (DenseMatrix)(q * Math.Sqrt(n));
        _x_Q = DenseMatrix.Create(options.Test, d, (_, _) => random.NextNormal());
        (_e, _f) = (q * _v, _x_Q * _v);

        var y = _e.SubMatrix(0, n, 0, _modes) * Math.Sqrt(n) * new DiagonalMatrix(_modes, _modes,
            options.Targets.ToArray()) * _u.SubMatrix(0, p, 0, _modes).Transpose();
        for (int c = 0; c < p; c++)
        {
            var column = new double[n];
            for (int i = 0; i < n; i++) column[i] = options.Unreachable * random.NextNormal();
            OrthonormalColumns.Orthogonalise(q.Values, column);
            for (int i = 0; i < n; i++) y[i, c] += column[i];
        }
        Loss = LossModel.Squared(y.ToRowMajorArray(), p);
    }

    /// <summary>The squared loss; B = I/n.</summary>
    public LossModel Loss { get; }

    /// <summary>D = h·d + p·h.</summary>
    public int Parameters => _options.Hidden * (_options.InputSize + _options.Outputs);

    /// <summary>a_α(t), with 0 for an index that is no mode.</summary>
    public double Strength(int mode, double t)
    {
        if (mode >= _modes) return 0;
        double s = _options.Targets[mode];
        return s / (1 + (s / _options.InitialStrengths[mode] - 1) * Math.Exp(-2 * s * t));
    }

    /// <summary>w(t): W₁ row-major [h, d], then W₂ row-major [p, h].</summary>
    public double[] Weights(double t)
    {
        var (w1, w2) = Factors(t);
        return [.. w1.ToRowMajorArray(), .. w2.ToRowMajorArray()];
    }

    /// <summary>K_SS(t), N×N.</summary>
    public DenseMatrix K_SS(double t) => InBasis(_e, (a, b) => _options.Train * (Strength(a, t) + Strength(b, t)));

    /// <summary>K_QS(t), M×N.</summary>
    public DenseMatrix K_QS(double t) => InBasis(_f, (a, b) => Math.Sqrt(_options.Train) * (Strength(a, t) + Strength(b, t)));

    /// <summary>The Jacobian J_S(t) of the training outputs, N×D.</summary>
    public DenseMatrix J_S(double t) => Jacobian(_x_S, t);

    /// <summary>The Jacobian J_Q(t) of the test outputs, M×D.</summary>
    public DenseMatrix J_Q(double t) => Jacobian(_x_Q, t);

    /// <summary>The propagator P(T,s), N×N.</summary>
    public DenseMatrix P(double T, double s)
    {
        var loss = InBasis(_e, (a, b) => -Decayed(a, b, T, s));
        for (int i = 0; i < loss.RowCount; i++) loss[i, i] += 1;
        return loss;
    }

    /// <summary>W_S(s,T), N×N.</summary>
    public DenseMatrix W_S(double s, double T) => InBasis(_e, (a, b) =>
    {
        double gone = Decayed(a, b, T, s);
        return 0.5 * _options.Train * gone * (2 - gone);
    });

    /// <summary>G_S(T,s), N×N.</summary>
    public DenseMatrix G_S(double T, double s) => InBasis(_e, (a, b) => _options.Train * Decayed(a, b, T, s));

    /// <summary>G_Q(T,s), M×N.</summary>
    public DenseMatrix G_Q(double T, double s) => InBasis(_f, (a, b) => Math.Sqrt(_options.Train) * Decayed(a, b, T, s));

    /// <summary>The exact checkpoint at time t: J_S, J_Q, U_S, U_Q, g, loss, float64.</summary>
    public Checkpoint At(double t, long step = 0)
    {
        int n = _options.Train, m = _options.Test, p = _options.Outputs;
        var (w1, w2) = Factors(t);
        var map = (w2 * w1).Transpose();
        double[] u_S = (_x_S * map).ToRowMajorArray(), u_Q = (_x_Q * map).ToRowMajorArray(), g = new double[ArraySize.Of(n, p)];
        Loss.Gradient(u_S, g);
        return new Checkpoint(t, step,
            MemoryTensor.FromMatrix(TensorName.J_S, J_S(t)), MemoryTensor.FromMatrix(TensorName.J_Q, J_Q(t)),
            new MemoryTensor(TensorName.U_S, u_S, n, p), new MemoryTensor(TensorName.U_Q, u_Q, m, p),
            new MemoryTensor(TensorName.g, g, n, p), new MemoryTensor(TensorName.Loss, [Loss.Value(u_S)], 1));
    }

    /// <summary>Exact checkpoints at the given times, in memory; steps are numbered 0, 1, ….</summary>
    public CheckpointSequence Checkpoints(IEnumerable<double> times)
    {
        ArgumentNullException.ThrowIfNull(times);
        return new(times.Select((t, k) => At(t, k)), Loss);
    }

    /// <summary>Writes exact checkpoints at the given times as a run.</summary>
    /// <param name="times">Increasing flow times, at least two.</param>
    /// <param name="folder">New, empty or an earlier recording by this tool.</param>
    /// <exception cref="IOException">The folder holds something this tool did not write, or cannot be written.</exception>
    public void Record(IEnumerable<double> times, string folder)
    {
        ArgumentNullException.ThrowIfNull(times);
        ArgumentNullException.ThrowIfNull(folder);
        using var writer = RunWriter.Create(folder, new RunDescription(Loss, _options.Test)
        {
            Parameters = Parameters,
            Metadata = new Dictionary<string, string> { ["network"] = "two-layer linear, exact solution" },
        });
        foreach (var checkpoint in times.Select((t, k) => At(t, k))) writer.Append(checkpoint.Time, checkpoint.Step, checkpoint.Tensors.Values);
    }

    // 1 − π_αβ without cancellation when little has decayed.
    private double Decayed(int a, int b, double T, double s) => -Expm1(LogDecay(a, T) - LogDecay(a, s) + LogDecay(b, T) - LogDecay(b, s));

    // log q_α(t) = −½ log(1 + (a₀/s)(e^{2st} − 1)), written so that e^{2st} does not overflow.
    private double LogDecay(int mode, double t)
    {
        if (mode >= _modes) return 0;
        double s = _options.Targets[mode], ratio = _options.InitialStrengths[mode] / s, z = 2 * s * t;
        return z < 1 ? -0.5 * Log1p(ratio * Expm1(z)) : -0.5 * (z + Math.Log(ratio + (1 - ratio) * Math.Exp(-z)));
    }

    private (DenseMatrix W1, DenseMatrix W2) Factors(double t)
    {
        var root = new DiagonalMatrix(_modes, _modes, Enumerable.Range(0, _modes).Select(a => Math.Sqrt(Strength(a, t))).ToArray());
        return ((DenseMatrix)(_r * root * _v.SubMatrix(0, _v.RowCount, 0, _modes).Transpose()),
            (DenseMatrix)(_u.SubMatrix(0, _u.RowCount, 0, _modes) * root * _r.Transpose()));
    }

    // ∂u_ic/∂W₁[k, j] = W₂[c, k] x_ij, ∂u_ic/∂W₂[c', k] = δ_cc' (W₁x_i)_k.
    private DenseMatrix Jacobian(DenseMatrix x, double t)
    {
        var (w1, w2) = Factors(t);
        var hidden = x * w1.Transpose();
        int d = _options.InputSize, h = _options.Hidden, p = _options.Outputs;
        var J = new DenseMatrix(x.RowCount * p, Parameters);
        for (int i = 0; i < x.RowCount; i++)
            for (int c = 0; c < p; c++)
                for (int k = 0; k < h; k++)
                {
                    for (int j = 0; j < d; j++) J[i * p + c, k * d + j] = w2[c, k] * x[i, j];
                    J[i * p + c, h * d + c * h + k] = hidden[i, k];
                }
        return J;
    }

    // Σ_αβ value(α, β) (left_α⊗u_β)(e_α⊗u_β)ᵀ with example-major stacking.
    private DenseMatrix InBasis(DenseMatrix left, Func<int, int, double> value)
    {
        int p = _options.Outputs;
        var result = new DenseMatrix(left.RowCount * p, _options.Train * p);
        for (int a = 0; a < _options.InputSize; a++)
            for (int b = 0; b < p; b++)
            {
                double v = value(a, b);
                if (v == 0) continue;
                for (int j = 0; j < _options.Train; j++)
                    for (int cc = 0; cc < p; cc++)
                    {
                        double right = v * _e[j, a] * _u[cc, b];
                        for (int i = 0; i < left.RowCount; i++)
                            for (int c = 0; c < p; c++) result[i * p + c, j * p + cc] += left[i, a] * _u[c, b] * right;
                    }
            }
        return result;
    }

    // e^x − 1 and log(1 + x), accurate for small x.
    private static double Expm1(double x) => 2 * Math.Exp(x / 2) * Math.Sinh(x / 2);

    private static double Log1p(double x) => 2 * Math.Atanh(x / (2 + x));

    private static void Require(bool condition, string found, string expected)
    {
        if (!condition) throw new ArgumentException($"Found {found}, expected {expected}.");
    }
}
