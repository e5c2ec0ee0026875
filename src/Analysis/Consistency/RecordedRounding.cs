using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Analysis.Consistency;

/// <summary>What rounding of the recorded numbers does to a displacement and to its prediction.</summary>
/// <remarks>
/// J is known to ε_J: δ(J J_Sᵀ g) ≤ ε_J‖J‖_F √(Σ K_ii g_i²), integrated over the interval. U is known to ε_U, and a training in that precision wanders by
/// √n roundings in n steps; the test outputs answer a change of the training outputs by √(h‖B‖‖K_QQ‖) at most.
/// </remarks>
internal sealed class RecordedRounding
{
    // Outputs are sums over units of sums over units, whose terms cancel: in float64, too, they are known to several roundings only.
    private const double ForwardPass = 16;

    private readonly AnalysisInput _input;
    private readonly double _kernels, _outputs;

    public RecordedRounding(AnalysisInput input)
    {
        _input = input;
        _kernels = Coarsest(t => t == TensorName.Preconditioner.Name || TensorName.Find(t) is { BoundsAccuracy: true, Group: not TensorGroup.Outputs })
            + input.Checkpoints.Max(c => c.Find(TensorName.KernelEpsilon)?.ReadAll()[0] ?? 0);
        _outputs = Math.Max(Coarsest(t => TensorName.Find(t) is { Group: TensorGroup.Outputs }), ForwardPass * Tolerances.Epsilon);
    }

    /// <summary>K_ii of the training outputs at a checkpoint.</summary>
    public double[] Diagonal(int checkpoint)
    {
        return [.. _input.Kernels.At(checkpoint).TrainDiagonal.Select(value => Math.Max(0, value))];
    }

    /// <summary>The floors of an interval for the training and for the test outputs.</summary>
    /// <param name="k">The checkpoint where the interval begins.</param>
    /// <param name="steps">Number of steps in it.</param>
    /// <param name="noise">∫ √(Σ K_ii g_i²) dt, with what momentum makes of it.</param>
    /// <param name="weight">Σ|ℓ_a|, by which an interpolant multiplies the rounding of its checkpoints.</param>
    /// <param name="length">The length of the interval.</param>
    /// <param name="predicted">‖p‖ of the training and of the test outputs.</param>
    public (double Train, double Test) Floors(int k, double steps, double noise, double weight, double length, (double Train, double Test) predicted)
    {
        var term = _input.Kernels.At(k);
        double train = 0, test = 0;
        foreach (double value in term.TrainDiagonal) train += Math.Max(0, value);
        foreach (double value in term.TestDiagonal ?? []) test += Math.Max(0, value);
        double epsilon = _kernels * weight + 4 * Tolerances.Epsilon * weight * weight;
        double u = VectorMath.Norm(_input.Outputs.TrainOutputs[k]), q = VectorMath.Norm(_input.Outputs.TestOutputs[k]);
        double wander = _outputs * (2 + Math.Sqrt(steps)), answer = Math.Sqrt(length * _input.Outputs.Hessians[k].NormBound() * test);
        double Stalled(double size, double moved) => moved <= 2 * steps * _outputs * size ? moved : 0;
        return (epsilon * Math.Sqrt(train) * noise + wander * u + Stalled(u, predicted.Train),
            epsilon * Math.Sqrt(test) * noise + wander * q + _outputs * answer * u + Stalled(q, predicted.Test));
    }

    private double Coarsest(Func<string, bool> choose) =>
        _input.Checkpoints.SelectMany(c => c.Tensors).Where(t => choose(t.Key)).Select(t => t.Value.Type.Epsilon()).DefaultIfEmpty().Max();
}
