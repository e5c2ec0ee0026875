namespace KernelFlow.Integrators;

/// <summary>The descent of one gradient v along an interpolant.</summary>
/// <param name="AtKnots">P(k) v at every checkpoint, the first entry v itself.</param>
/// <param name="Train">G_{S,d} v: minus the predicted displacement of the training outputs, length N.</param>
/// <param name="Test">G_d v: minus that of the test outputs, length M.</param>
/// <param name="LossChange">The predicted Φ(K) − Φ(0); not finite where the steps diverge.</param>
public sealed record DescentTransport(IReadOnlyList<double[]> AtKnots, double[] Train, double[] Test, double LossChange);
