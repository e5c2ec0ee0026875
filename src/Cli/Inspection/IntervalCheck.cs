namespace KernelFlow.Cli;

/// <summary>An interval between neighbouring checkpoints, judged before any analysis.</summary>
/// <param name="From">Flow time of its start.</param>
/// <param name="To">Flow time of its end.</param>
/// <param name="Steps">Optimizer steps in it.</param>
/// <param name="Change">‖X_{k+1} − X_k‖_F/‖X_k‖_F of the recorded Jacobian J_S (or kernel K_SS).</param>
/// <param name="Curvature">Estimated error of interpolating X linearly in it, relative to ‖X‖_F; null for a run of two checkpoints.</param>
/// <param name="Size">The larger ‖X‖_F of its two ends.</param>
internal sealed record IntervalCheck(double From, double To, long Steps, double Change, double? Curvature, double Size);
