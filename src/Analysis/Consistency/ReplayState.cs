namespace KernelFlow.Analysis.Consistency;

/// <summary>A training replayed in output space: where the training outputs are, how far the test outputs moved, and what rounding of the kernels
/// adds.</summary>
internal sealed class ReplayState
{
    private readonly double[] _start;

    /// <summary>Starts at recorded outputs.</summary>
    public ReplayState(double[] outputs, int tests)
    {
        (_start, Outputs, Test) = (outputs, (double[])outputs.Clone(), new double[tests]);
    }

    private ReplayState(ReplayState other)
    {
        (_start, Outputs, Test, Noise) = (other._start, (double[])other.Outputs.Clone(), (double[])other.Test.Clone(), other.Noise);
    }

    /// <summary>u_S, the training outputs.</summary>
    public double[] Outputs { get; }

    /// <summary>u_Q(t) − u_Q(start).</summary>
    public double[] Test { get; }

    /// <summary>u_S(t) − u_S(start).</summary>
    public double[] Train => VectorMath.Subtract(Outputs, _start);

    /// <summary>∫ √(Σ_i K_ii g_i²) dt: times ε‖J‖ it is what rounding of J does to the displacement.</summary>
    public double Noise { get; set; }

    /// <summary>A copy that goes its own way.</summary>
    public ReplayState Copy() => new(this);
}
