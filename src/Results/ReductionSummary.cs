namespace KernelFlow;

/// <summary>The reduction of a flow to the range that its kernels have in common.</summary>
/// <param name="Rank">r, the dimension of the range.</param>
/// <param name="Size">N.</param>
/// <param name="Bound">What it changes at most: the largest of the relative Frobenius errors of P, W_S, G_S and G_Q.</param>
/// <param name="EigenvalueBound">What it changes of an eigenvalue of W_S at most, as a share of the largest.</param>
/// <param name="Reason">Why it was reduced.</param>
public sealed record ReductionSummary(int Rank, int Size, double Bound, double EigenvalueBound, string Reason);
