namespace KernelFlow.Numerics;

/// <summary>What "auto" chose on this machine, and from which measurements.</summary>
/// <param name="Products">The backend whose matrix products are used.</param>
/// <param name="Factorizations">The backend whose Cholesky, LU and QR are used.</param>
/// <param name="Spectra">The backend whose eigenvalues and singular values are used.</param>
/// <param name="Measured">When it was measured.</param>
/// <param name="Rates">What each usable library did.</param>
/// <param name="Refused">Libraries that were there and not usable: name, and why.</param>
public sealed record BackendChoice(string Products, string Factorizations, string Spectra, DateTimeOffset Measured, IReadOnlyList<LibraryRates> Rates,
    IReadOnlyList<(string Name, string Reason)> Refused)
{
    /// <summary>Whether the machine was too busy to tell the libraries apart: the next processes measure again, and the best of all counts.</summary>
    public bool Provisional { get; init; }
}
