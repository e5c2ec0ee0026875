namespace KernelFlow;

/// <summary>The null space of W_S: the eigenvalues that rounding cannot tell from 0, and the gap above them.</summary>
/// <param name="Dimension">Number of eigenvalues at or below the floor; negative ones (rounding) are among them.</param>
/// <param name="Floor">What rounding alone can make of an eigenvalue 0, in the units of the eigenvalues.</param>
/// <param name="SmallestKept">Smallest eigenvalue above the floor; null when there is none.</param>
/// <param name="LargestDropped">Largest eigenvalue at or below the floor; null when the null space is {0}.</param>
/// <param name="IsClear">Whether the dimension does not depend on where exactly the floor lies: no eigenvalue within a factor of ten above it.</param>
public sealed record NullSpaceResult(int Dimension, double Floor, double? SmallestKept, double? LargestDropped, bool IsClear);
