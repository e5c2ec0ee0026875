using KernelFlow.Numerics.Managed;
using KernelFlow.Numerics.Native;
using KernelFlow.Numerics.Registration;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics;

public abstract partial class Backend
{
    /// <summary>What a user should know about the library that was found (code for a much older processor, say), or null.</summary>
    public virtual string? Warning => null;

    /// <summary>What the routines of a library were asked before anything was computed with it; empty for the managed code.</summary>
    public virtual IReadOnlyList<RoutineCheck> Checks => [];

    /// <summary>Libraries that were there and would have been taken by "auto" before this one, had they been usable.</summary>
    public virtual IReadOnlyList<BackendFinding> Refused => [];

    /// <summary>The managed backend: no native library, always available.</summary>
    /// <param name="threads">The largest number of threads of one call; 0 for one per processor. Small problems use one thread whatever this says.</param>
    /// <remarks>Products do not depend on the number of threads, to the last bit. A warm product on one thread allocates nothing.</remarks>
    public static Backend Managed(int threads = 0) => new ManagedBackend(TileProduct.Best, threads);

    /// <summary>Finds a backend by name.</summary>
    /// <param name="name">
    /// auto, mkl, openblas, system (the platform's BLAS/LAPACK pair; Accelerate on macOS), mathnet (the provider of MathNet.Numerics that the process has at
    /// this moment; the backend behind it where that is one of <see cref="RegisterWithMathNet"/>), managed, or a library's path. With auto, the environment
    /// variable KERNELFLOW_BLAS (a name or a path) decides; when it is not set, mkl, openblas and system are tried in this order, then managed is used.
    /// </param>
    /// <param name="threads">The largest number of threads of one call; 0 for one per processor. Small problems use one thread whatever this says.</param>
    /// <remarks>
    /// A native library is loaded once per process and never unloaded; its thread count is process-wide and is changed only while no call of this
    /// toolkit is inside it. On Linux OPENBLAS_CORETYPE is set (unless it is already) before OpenBLAS is loaded, since versions older than the processor
    /// choose code several times too slow; <see cref="Core"/> is what was chosen, <see cref="Warning"/> says when it is poor. Before a library is used every
    /// routine is compared with the managed code (<see cref="Checks"/>): one that was named and fails is an error, one that "auto" found is left out
    /// (<see cref="Refused"/>).
    /// </remarks>
    /// <exception cref="BackendException">The name is unknown, or the library named (here or in KERNELFLOW_BLAS) is not found or not usable.</exception>
    public static Backend Resolve(string name = "auto", int threads = 0)
    {
        ArgumentNullException.ThrowIfNull(name);
        string choice = LibraryNames.Choose(name, Environment.GetEnvironmentVariable(LibraryNames.Variable));
        if (choice == "managed") return Managed(threads);
        if (choice == "mathnet") return OfMathNet(threads);
        if (choice != "auto")
        {
            try
            {
                return new NativeBackend(LibraryLoader.Load(choice, threads), threads);
            }
            catch (BackendException failure) when (LibraryNames.Parse(name) == "auto")
            {
                // Nobody named this library in the call, so the message says who did.
                throw new BackendException($"{LibraryNames.Variable}: {failure.Message}", failure) { Found = failure.Found, Checks = failure.Checks };
            }
        }
        var refused = new List<BackendFinding>();
        foreach (string native in LibraryNames.Native)
        {
            try
            {
                return new NativeBackend(LibraryLoader.Load(native, threads), threads, refused);
            }
            catch (BackendException failure)
            {
                // Nobody asked for this one; the next is as good, and the managed backend always works.
                if (failure.Found) refused.Add(Finding(native, failure));
            }
        }
        return new ManagedBackend(TileProduct.Best, threads, refused);
    }

    /// <summary>Every choice by name with what was found: library, version and core, or why it cannot be used.</summary>
    /// <param name="threads">The largest number of threads of one call; 0 for one per processor.</param>
    /// <remarks>Loads each native library that is there and checks its routines.</remarks>
    public static IReadOnlyList<BackendFinding> Available(int threads = 0) =>
    [
        .. ((string[])[.. LibraryNames.Native, "mathnet", "managed"]).Select(name =>
        {
            try
            {
                var backend = Resolve(name, threads);
                return new BackendFinding(name, BackendState.Usable, $"{backend.Name}, core {backend.Core}", backend.Checks);
            }
            catch (BackendException failure)
            {
                return Finding(name, failure);
            }
        }),
    ];

    private static Backend OfMathNet(int threads)
    {
        // A registered backend leads back to itself, whatever stands behind it.
        var provider = LinearAlgebraControl.Provider;
        if (provider is BackendProvider own) return own.Backend;
        ProvenProvider.Of(provider).Prove();
        return new MathNetBackend(provider, threads);
    }

    private static BackendFinding Finding(string name, BackendException failure) =>
        new(name, failure.Found ? BackendState.Refused : BackendState.NotFound, failure.Message, failure.Checks);
}
