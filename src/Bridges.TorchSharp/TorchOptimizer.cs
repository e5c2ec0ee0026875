using TorchSharp;
using TorchSharp.Modules;
using TorchAdam = TorchSharp.Modules.Adam;

namespace KernelFlow.Recording;

/// <summary>Kind, constants and state of a TorchSharp optimizer.</summary>
internal sealed class TorchOptimizer
{
    private readonly torch.optim.Optimizer _optimizer;
    private readonly TrainedParameters _parameters;
    private readonly (double Beta2, double Epsilon, double Decay)? _adam;
    private readonly double _factor;

    private TorchOptimizer(torch.optim.Optimizer optimizer, TrainedParameters parameters, Optimizer description, (double, double, double)? adam,
        double factor)
    {
        _factor = factor;
        _optimizer = optimizer;
        _parameters = parameters;
        Description = description;
        _adam = adam;
    }

    /// <summary>As the manifest has it.</summary>
    public Optimizer Description { get; }

    /// <summary>Whether the run needs the diagonal of each step.</summary>
    public bool HasPreconditioner => _adam is not null;

    /// <summary>η of the step that comes next.</summary>
    public double LearningRate => _optimizer.ParamGroups.First().LearningRate * _factor;

    /// <summary>Whether steps depend on more than the gradient, so that one that does not move flow time is not nothing.</summary>
    public bool HasMemory => Description is Momentum or Adam;

    /// <summary>Whether an optimizer will have a diagonal.</summary>
    public static bool IsAdam(torch.optim.Optimizer optimizer) => optimizer is TorchAdam or AdamW;

    /// <summary>Reads an optimizer that has not taken a step.</summary>
    /// <param name="optimizer">The optimizer.</param>
    /// <param name="parameters">What it moves.</param>
    /// <param name="batch">b, or null where every step takes all examples.</param>
    /// <param name="factor">The training's loss over the loss that is recorded: it multiplies rates and divides the decay, which leaves every step what it
    /// was.</param>
    public static TorchOptimizer Of(torch.optim.Optimizer optimizer, TrainedParameters parameters, int? batch, double factor)
    {
        var groups = optimizer.ParamGroups.OfType<ParamGroup>().ToArray();
        if (groups.Length == 0) throw new RecordingRefusedException($"{optimizer.GetType().Name}: the optimizer has no parameter groups that can be read.");
        if (groups.Select(g => (g.LearningRate, Constants(g))).Distinct().Count() > 1)
            throw new RecordingRefusedException($"{optimizer.GetType().Name}: found {groups.Length} parameter groups of different constants, "
                + "expected one learning rate and one set of constants for all parameters.");
        if (HasStepped(optimizer))
            throw new RecordingRefusedException($"{optimizer.GetType().Name}: the optimizer has taken steps that are not recorded, and remembers them; "
                + "attach before the first step.");
        double rate = groups[0].LearningRate * factor;
        switch (groups[0].Options)
        {
            case SGD.Options sgd:
                RefuseMaximising(sgd.maximize);
                double decay = (sgd.weight_decay ?? 0) / factor, mu = sgd.momentum ?? 0;
                Optimizer description = mu > 0
                    ? new Momentum(rate, mu) { Dampening = sgd.dampening ?? 0, Nesterov = sgd.nesterov ?? false, WeightDecay = decay, BatchSize = batch }
                    : batch is { } size ? new StochasticGradientDescent(rate, size) { WeightDecay = decay } : new GradientDescent(rate) { WeightDecay = decay };
                return new TorchOptimizer(optimizer, parameters, description, null, factor);
            case TorchAdam.Options { amsgrad: not true } adam:
                RefuseMaximising(adam.maximize);
                return Adaptive(adam.beta1, adam.beta2, adam.eps, adam.weight_decay, decoupled: false);
            case AdamW.Options { amsgrad: not true } adam:
                RefuseMaximising(adam.maximize);
                return Adaptive(adam.beta1, adam.beta2, adam.eps, adam.weight_decay, decoupled: true);
            default: // A run of an optimizer for which no recursion is known; it is analysed as a flow.
                string name = optimizer.GetType().Name.ToLowerInvariant() + (groups[0].Options is TorchAdam.Options or AdamW.Options ? "-amsgrad" : "");
                return new TorchOptimizer(optimizer, parameters, new UnknownOptimizer(name, rate) { BatchSize = batch }, null, factor);
        }

        TorchOptimizer Adaptive(double? beta1, double? beta2, double? epsilon, double? weightDecay, bool decoupled)
        {
            double decay = weightDecay ?? 0;
            var description = new Adam(rate, beta1 ?? 0.9, beta2 ?? 0.999, epsilon ?? 1e-8)
            {
                WeightDecay = decay / factor,
                Decoupled = decoupled && decay > 0,
                BatchSize = batch,
            };
            return new TorchOptimizer(optimizer, parameters, description, (description.Beta2, description.Epsilon, decoupled ? 0 : decay), factor);
        }
    }

    /// <summary>M = 1/(√v̂ + ε) of the step that was just taken; of a parameter that had no gradient 0, since it does not move.</summary>
    public double[] Preconditioner()
    {
        var diagonal = new double[_parameters.Count];
        EachState((at, v, step, _) =>
        {
            if (step == 0) return;
            double correction = Math.Sqrt(1 - Math.Pow(_adam!.Value.Beta2, step));
            for (int j = 0; j < v.Length; j++) diagonal[at + j] = 1 / (Math.Sqrt(v[j]) / correction + _adam.Value.Epsilon);
        });
        return diagonal;
    }

    /// <summary>M of the step that would come next with this gradient.</summary>
    public double[] PreconditionerAfter(double[] gradient)
    {
        var (beta2, epsilon, decay) = _adam!.Value;
        var diagonal = new double[_parameters.Count];
        EachState((at, v, step, w) =>
        {
            double correction = Math.Sqrt(1 - Math.Pow(beta2, step + 1));
            for (int j = 0; j < v.Length; j++)
            {
                double g = gradient[at + j] + decay * w[j], next = beta2 * v[j] + (1 - beta2) * g * g;
                diagonal[at + j] = 1 / (Math.Sqrt(next) / correction + epsilon);
            }
        });
        return diagonal;
    }

    private delegate void StateAction(int first, double[] meanSquare, long step, double[] w);

    private void EachState(StateAction action)
    {
        // The state that is asked for has tensors of its own.
        using var scope = torch.NewDisposeScope();
        var states = StatesByParameter();
        int at = 0;
        foreach (var (name, p) in _parameters.All)
        {
            var (v, step) = states[p.Handle] switch
            {
                TorchAdam.State { exp_avg_sq: { } square } s => (HostCopies.Doubles(square), s.step),
                AdamW.State { exp_avg_sq: { } square } s => (HostCopies.Doubles(square), s.step),
                _ => throw new RecordingRefusedException($"{name}: the optimizer keeps no mean of squares for this parameter."),
            };
            action(at, v, step, HostCopies.Doubles(p));
            at += v.Length;
        }
    }

    private Dictionary<IntPtr, OptimizerState> StatesByParameter()
    {
        var dictionary = ((OptimizerHelper)_optimizer).state_dict();
        var states = new Dictionary<IntPtr, OptimizerState>();
        foreach (var (group, indices) in _optimizer.ParamGroups.OfType<ParamGroup>().Zip(dictionary.StateIndexRef))
            foreach (var (p, index) in group.Parameters.Zip(indices)) states[p.Handle] = dictionary.State[index];
        return states;
    }

    private static bool HasStepped(torch.optim.Optimizer optimizer)
    {
        using var scope = torch.NewDisposeScope();
        return optimizer is OptimizerHelper helper && helper.state_dict().State.Any(
            s => s is SGD.State { momentum_buffer: not null } or TorchAdam.State { step: > 0 } or AdamW.State { step: > 0 });
    }

    private static object Constants(ParamGroup group) => group.Options switch
    {
        SGD.Options o => (o.momentum, o.dampening, o.weight_decay, o.nesterov, o.maximize),
        TorchAdam.Options o => (o.beta1, o.beta2, o.eps, o.weight_decay, o.amsgrad, o.maximize),
        AdamW.Options o => (o.beta1, o.beta2, o.eps, o.weight_decay, o.amsgrad, o.maximize),
        _ => 0,
    };

    private static void RefuseMaximising(bool? maximize)
    {
        if (maximize == true) throw new RecordingRefusedException("The optimizer maximises; the theory descends the loss. Minimise its negative.");
    }
}
