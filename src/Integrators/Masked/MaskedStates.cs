namespace KernelFlow.Integrators;

/// <summary>What became of every example when it was left out, and of all together.</summary>
/// <param name="HeldOut">At every knot: the outputs of example i when it does not train, for every i, stacked [n·p].</param>
/// <param name="Whole">At every knot: the same path with all examples, stacked [n·p]: how far it is from the recorded outputs tells
/// what the path carries.</param>
/// <param name="Steps">Accepted steps.</param>
/// <param name="Rejected">Rejected steps.</param>
/// <param name="Products">Products of K_SS with one vector.</param>
public sealed record MaskedStates(IReadOnlyList<double[]> HeldOut, IReadOnlyList<double[]> Whole, int Steps, int Rejected, long Products);
