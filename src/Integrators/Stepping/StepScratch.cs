using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Buffers for the kernels and products of one node, free for anything between the steps.</summary>
/// <param name="Train">N×N, for K_SS.</param>
/// <param name="Test">M×N, for K_QS.</param>
/// <param name="Product">N×columns, for K_SS X; none where W_S and G_S follow from P.</param>
internal readonly record struct StepScratch(MatrixView Train, MatrixView Test, MatrixView Product);
