namespace KernelFlow.Numerics.Native;

/// <summary>A library with what its routines showed.</summary>
/// <param name="library">The library.</param>
/// <param name="patience">See <see cref="Proof"/>.</param>
internal sealed class ProvenLibrary(BlasLibrary library, TimeSpan? patience = null)
{
    private readonly Proof _proof = new(threads => NativeBackend.Everywhere(library, threads), patience);

    /// <summary>The library, when its routines compute what they should.</summary>
    /// <param name="threads">How many threads it will use; 0 for one per processor.</param>
    /// <exception cref="BackendException">They do not.</exception>
    public BlasLibrary Proven(int threads)
    {
        var failed = _proof.Failure(threads);
        library.Checks = _proof.Done;
        return failed is null ? library
            : throw _proof.Refusal($"{library.Files} ({library.Name})", failed, "install another build");
    }
}
