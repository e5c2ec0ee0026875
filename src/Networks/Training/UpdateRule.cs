namespace KernelFlow.Networks;

/// <summary>One update rule with its state.</summary>
internal abstract class UpdateRule
{
    /// <summary>Its name and constants in the manifest.</summary>
    public abstract Optimizer Info { get; }

    /// <summary>The diagonal M of the last step, if the rule has one.</summary>
    public virtual double[]? Preconditioner => null;

    private double[] _decayed = [];

    /// <summary>next ← w after one step, weight decay included.</summary>
    /// <param name="w">The parameters w_k.</param>
    /// <param name="gradient">∇L of the step.</param>
    /// <param name="gate">Which parameters may move; null for all.</param>
    /// <param name="eta">η_k, the learning rate of the step.</param>
    /// <param name="next">Receives w_{k+1}.</param>
    public void Step(double[] w, double[] gradient, bool[]? gate, double eta, double[] next)
    {
        double lambda = Info.WeightDecay;
        if (lambda > 0 && !Info.Decoupled)
        {
            if (_decayed.Length == 0) _decayed = new double[w.Length];
            for (int j = 0; j < w.Length; j++) _decayed[j] = gradient[j] + lambda * w[j];
            gradient = _decayed;
        }
        StepCore(w, gradient, gate, eta, next);
        if (lambda > 0 && Info.Decoupled)
            for (int j = 0; j < w.Length; j++) next[j] -= eta * lambda * w[j];
    }

    /// <summary>next ← w after one step along a gradient.</summary>
    protected abstract void StepCore(double[] w, double[] gradient, bool[]? gate, double eta, double[] next);

    public static UpdateRule Create(RecordingOptions o, int parameters)
    {
        double first = LearningRates.At(o, 0);
        return o.Optimizer switch
        {
            OptimizerKind.GradientDescent => new Steepest(new GradientDescent(first) { WeightDecay = o.WeightDecay, Decoupled = o.Decoupled }),
            OptimizerKind.Sgd => new Steepest(new StochasticGradientDescent(first, o.Batch!.Value) { WeightDecay = o.WeightDecay, Decoupled = o.Decoupled }),
            OptimizerKind.Momentum => new HeavyBall(new Momentum(first, o.Momentum)
            {
                Dampening = o.Dampening,
                Nesterov = o.Nesterov,
                WeightDecay = o.WeightDecay,
                Decoupled = o.Decoupled,
                BatchSize = o.Batch,
            }, parameters),
            OptimizerKind.Adam => new AdaptiveMoments(new Adam(first, o.Beta1, o.Beta2, o.Epsilon)
            {
                WeightDecay = o.WeightDecay,
                Decoupled = o.Decoupled,
                BatchSize = o.Batch,
            }, parameters),
            _ => throw new ArgumentOutOfRangeException(nameof(o), o.Optimizer, "Not an optimizer."),
        };
    }

    /// <summary>Steps along the gradient: w ← w − η g.</summary>
    private sealed class Steepest(Optimizer info) : UpdateRule
    {
        public override Optimizer Info => info;

        protected override void StepCore(double[] w, double[] gradient, bool[]? gate, double eta, double[] next)
        {
            for (int j = 0; j < w.Length; j++) next[j] = w[j] - eta * gradient[j];
        }
    }

    /// <summary>v ← μ v + (1 − τ) g, the first one v = g; w ← w − η v, or w ← w − η(g + μ v).</summary>
    private sealed class HeavyBall(Momentum info, int parameters) : UpdateRule
    {
        private readonly double _mu = info.Coefficient;
        private readonly double[] _velocity = new double[parameters];
        private bool _moving;

        public override Optimizer Info => info;

        protected override void StepCore(double[] w, double[] gradient, bool[]? gate, double eta, double[] next)
        {
            double gain = _moving ? 1 - info.Dampening : 1;
            _moving = true;
            for (int j = 0; j < w.Length; j++)
            {
                _velocity[j] = _mu * _velocity[j] + gain * gradient[j];
                next[j] = w[j] - eta * (info.Nesterov ? gradient[j] + _mu * _velocity[j] : _velocity[j]);
            }
        }
    }

    /// <summary>Kingma and Ba 2015, with PyTorch's placing of ε; a closed gate sets M to 0.</summary>
    private sealed class AdaptiveMoments(Adam info, int parameters) : UpdateRule
    {
        private readonly double _beta1 = info.Beta1, _beta2 = info.Beta2, _epsilon = info.Epsilon;
        private readonly double[] _mean = new double[parameters], _square = new double[parameters], _preconditioner = new double[parameters];
        private int _steps;

        public override Optimizer Info => info;

        public override double[] Preconditioner => _preconditioner;

        protected override void StepCore(double[] w, double[] gradient, bool[]? gate, double eta, double[] next)
        {
            _steps++;
            double meanCorrection = 1 - Math.Pow(_beta1, _steps), rootSquareCorrection = Math.Sqrt(1 - Math.Pow(_beta2, _steps));
            for (int j = 0; j < w.Length; j++)
            {
                _mean[j] = _beta1 * _mean[j] + (1 - _beta1) * gradient[j];
                _square[j] = _beta2 * _square[j] + (1 - _beta2) * gradient[j] * gradient[j];
                _preconditioner[j] = gate is null || gate[j] ? 1 / (Math.Sqrt(_square[j]) / rootSquareCorrection + _epsilon) : 0;
                next[j] = w[j] - eta / meanCorrection * _preconditioner[j] * _mean[j];
            }
        }
    }
}
