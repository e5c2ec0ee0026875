namespace KernelFlow.Recording;

/// <summary>The sizes that a forecast is made of.</summary>
/// <param name="Train">Recorded training examples.</param>
/// <param name="Test">Recorded test examples.</param>
/// <param name="Outputs">Recorded outputs.</param>
/// <param name="Activations">Numbers that a forward pass makes per example.</param>
/// <param name="Inputs">Numbers of one example's input.</param>
internal sealed record ForecastSizes(int Train, int Test, int Outputs, long Activations, long Inputs)
{
    public required IReadOnlyList<TrainedLayer> Layers { get; init; }

    public required JacobianStore Store { get; init; }

    /// <summary>Bytes of a number of the model.</summary>
    public required int Item { get; init; }

    /// <summary>Bytes of a stored number.</summary>
    public required int Stored { get; init; }

    public required bool Midpoints { get; init; }

    public required bool Preconditioner { get; init; }

    public required bool Joint { get; init; }

    private double Columns => Layers.Sum(l => (double)l.Size);

    private double Examples => (double)Train + Test;

    /// <summary>Numbers of one example's factors.</summary>
    private double Factors => Layers.Sum(l => Numbers(l.Layer));

    private double StoredNumbers => Store switch
    {
        JacobianStore.Jacobians => Examples * Outputs * Columns,
        JacobianStore.Factors => Examples * Factors,
        _ => Squares * Outputs * Outputs,
    };

    // K_SS, K_QS and K_QQ, in examples.
    private double Squares => (double)Train * Train + (double)Train * Test + (double)Test * Test;

    /// <summary>Bytes of a checkpoint's file.</summary>
    public double PerCheckpoint => StoredNumbers * Stored * (Midpoints ? 2 : 1) * (Store == JacobianStore.KernelBlocks ? 2 : 1)
        + Columns * Item * (Preconditioner ? 2 : 1);

    /// <summary>Bytes that are held for a checkpoint, whatever the chunk.</summary>
    public double Held
    {
        get
        {
            double held = Columns * (Item * (Midpoints ? 3 : 1) + 8.0 * (Preconditioner ? 4 : 1)) + StoredNumbers * Stored * (Midpoints ? 2 : 1);
            // The factors of two checkpoints, and the blocks of the older one with those across, and of the newer one.
            return Store == JacobianStore.KernelBlocks
                ? held + Examples * Factors * Item * (Midpoints ? 3 : 2) + Squares * Outputs * Outputs * Stored * 2 + 8.0 * Outputs * Columns
                : held;
        }
    }

    /// <summary>Bytes while hooks are compared with rows on two examples, before anything is recorded: the rows of all parameters, those that the hooks give,
    /// and what they are compared with (five times the rows, as counted).</summary>
    public double Comparison => 5 * 2.0 * Outputs * Columns * Item;

    /// <summary>Bytes for so many examples at a time.</summary>
    public double Working(int chunk)
    {
        // The graph with its copies for the hooks, the derivatives of one output, the factors, and what they are made of.
        double each = Item * ((Inputs + Activations) * 4.0 + 3 * Factors);
        if (Layers.Any(l => l.Rule is null)) each += Item * Outputs * Layers.Where(l => l.Rule is null).Sum(l => (double)l.Size);
        if (Store == JacobianStore.Jacobians) each += Outputs * Columns * (2.0 * Item + Stored);
        if (Store != JacobianStore.KernelBlocks) return chunk * each;
        // Products: both sides in float64, rows where the factors do not do, and the block with its temporaries.
        each += 2 * 8.0 * Factors;
        double rows = Layers.Max(l => IsFactored(l.Layer) ? 0 : (double)l.Size);
        double positions = Layers.Max(l => l.Layer.Kind == JacobianLayerKind.Positions && IsFactored(l.Layer) ? (double)l.Layer.Positions : 0);
        return chunk * (each + 4 * 8.0 * Outputs * rows) + 8.0 * chunk * (double)chunk * Outputs * Outputs * (6 + 2 * positions);
    }

    // Whether its products are formed without rows.
    private bool IsFactored(JacobianLayer l) => !Preconditioner && (l.Kind == JacobianLayerKind.Dense
        || (l.Kind == JacobianLayerKind.Positions && LayerGram.PairsAreCheaper(l, Outputs)));

    private double Numbers(JacobianLayer l) => l.Kind == JacobianLayerKind.Columns ? (double)Outputs * l.Columns
        : l.Positions * (l.Inputs + (double)Outputs * l.Outputs);
}
