namespace KernelFlow.Numerics;

/// <summary>What a library did in a few milliseconds on one thread, in floating-point operations per second.</summary>
/// <param name="Name">The backend's name: mkl, openblas, system or managed.</param>
/// <param name="Library">Library and version.</param>
/// <param name="Product">Matrix products.</param>
/// <param name="Factorization">Cholesky, LU with its solves, and QR.</param>
/// <param name="Spectrum">Symmetric eigenvalues with vectors.</param>
public sealed record LibraryRates(string Name, string Library, double Product, double Factorization, double Spectrum);
