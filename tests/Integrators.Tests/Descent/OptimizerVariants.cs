namespace KernelFlow.Integrators.Tests.Descent;

/// <summary>Optimizers as they are used: batches, weight decay in both forms, Nesterov's step and dampening, alone and together.</summary>
internal static class OptimizerVariants
{
    public static readonly string[] Names =
    [
        "sgd", "sgd with weight decay", "momentum over batches", "adam over batches", "gradient descent with weight decay",
        "gradient descent with decoupled decay", "dampening", "dampening with weight decay", "nesterov", "nesterov over batches with weight decay",
        "momentum with decoupled decay", "adam with weight decay", "adamw", "adamw over batches",
    ];

    /// <summary>The optimizer, and whether its steps are over batches.</summary>
    public static (Optimizer Optimizer, bool Batches) Named(string name)
    {
        const double Decay = 0.05;
        return name switch
        {
            "sgd" => (new StochasticGradientDescent(0.1, 4), true),
            "sgd with weight decay" => (new StochasticGradientDescent(0.1, 4) { WeightDecay = Decay }, true),
            "momentum over batches" => (new Momentum(0.1, 0.8) { BatchSize = 4 }, true),
            "adam over batches" => (new Adam(0.1, 0.9, 0.999, 1e-8) { BatchSize = 4 }, true),
            "gradient descent with weight decay" => (new GradientDescent(0.1) { WeightDecay = Decay }, false),
            "gradient descent with decoupled decay" => (new GradientDescent(0.1) { WeightDecay = Decay, Decoupled = true }, false),
            "dampening" => (new Momentum(0.1, 0.8) { Dampening = 0.3 }, false),
            "dampening with weight decay" => (new Momentum(0.1, 0.8) { Dampening = 0.3, WeightDecay = Decay }, false),
            "nesterov" => (new Momentum(0.1, 0.8) { Nesterov = true }, false),
            "nesterov over batches with weight decay" => (new Momentum(0.1, 0.8) { Nesterov = true, WeightDecay = Decay, BatchSize = 4 }, true),
            "momentum with decoupled decay" => (new Momentum(0.1, 0.8) { WeightDecay = Decay, Decoupled = true }, false),
            "adam with weight decay" => (new Adam(0.1, 0.9, 0.999, 1e-8) { WeightDecay = Decay }, false),
            "adamw" => (new Adam(0.1, 0.9, 0.999, 1e-8) { WeightDecay = Decay, Decoupled = true }, false),
            "adamw over batches" => (new Adam(0.1, 0.9, 0.999, 1e-8) { WeightDecay = Decay, Decoupled = true, BatchSize = 4 }, true),
            _ => throw new ArgumentOutOfRangeException(nameof(name), name, null),
        };
    }

    /// <summary>Batches of three to five of n examples, now and then one of them twice; none has the last example.</summary>
    public static int[][] Batches(int examples, int steps)
    {
        var random = new Random(11);
        return [.. Enumerable.Range(0, steps).Select(k =>
        {
            int[] some = [.. Enumerable.Range(0, examples - 1).OrderBy(_ => random.Next()).Take(3 + k % 3)];
            return k % 4 == 0 ? (int[])[.. some, some[0]] : some;
        })];
    }

    /// <summary>The training with this optimizer.</summary>
    public static Training With(this Training training, string name)
    {
        var (optimizer, batches) = Named(name);
        double scale = optimizer.Kind switch { "adam" => 0.1, "momentum" => 0.3, _ => 1 };
        return training with
        {
            Optimizer = optimizer,
            Rates = [.. training.Rates.Select(eta => scale * eta)],
            Batches = batches ? Batches(training.Train, training.Rates.Length) : null,
        };
    }
}
