using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>A block V carried through the window a second time, by other means than the operators: what C6 and C10 compare them with.</summary>
/// <param name="End">P(T,τ) P(τ,s) V.</param>
/// <param name="Train">G_S(τ,s) V + G_S(T,τ) P(τ,s) V.</param>
/// <param name="Test">The same with G_Q.</param>
/// <param name="Dissipated">VᵀW(s,τ)V + (P(τ,s)V)ᵀ W(τ,T) P(τ,s)V.</param>
/// <param name="Error">Estimated absolute Frobenius errors of the four.</param>
/// <param name="How">Method, for the reader.</param>
public sealed record CarriedBlock(DenseMatrix End, DenseMatrix Train, DenseMatrix Test, DenseMatrix Dissipated, CarryError Error, string How);

/// <summary>Absolute Frobenius errors of a carried block.</summary>
/// <param name="P">The error of P V.</param>
/// <param name="W">The error of VᵀW V.</param>
/// <param name="GS">The error of G_S V.</param>
/// <param name="GQ">The error of G_Q V.</param>
public sealed record CarryError(double P, double W, double GS, double GQ);
