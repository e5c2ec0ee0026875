using KernelFlow.Numerics.Managed;
using KernelFlow.Numerics.Native;

namespace KernelFlow.Numerics;

public abstract partial class Backend
{
    /// <summary>What a user should know about the library that was found (code for a much older processor, say), or null.</summary>
    public virtual string? Warning => null;

    /// <summary>The managed backend: no native library, always available.</summary>
    /// <param name="threads">The largest number of threads of one call; 0 for one per processor. Small problems use one thread whatever this says.</param>
    /// <remarks>Products do not depend on the number of threads, to the last bit. A warm product on one thread allocates nothing.</remarks>
    public static Backend Managed(int threads = 0) => new ManagedBackend(TileProduct.Best, threads);

    /// <summary>Finds a backend by name.</summary>
    /// <param name="name">
    /// auto, mkl, openblas, system (the platform's BLAS/LAPACK pair; Accelerate on macOS), managed, or a library's path. With auto, the environment
    /// variable KERNELFLOW_BLAS (a name or a path) decides; when it is not set, mkl, openblas and system are tried in this order, then managed is used.
    /// </param>
    /// <param name="threads">The largest number of threads of one call; 0 for one per processor. Small problems use one thread whatever this says.</param>
    /// <remarks>
    /// A native library is loaded once per process and never unloaded; its thread count is process-wide and is changed only while no call of this
    /// toolkit is inside it. On Linux OPENBLAS_CORETYPE is set (unless it is already) before OpenBLAS is loaded, since versions older than the processor
    /// choose code several times too slow; <see cref="Core"/> is what was chosen, <see cref="Warning"/> says when it is poor.
    /// </remarks>
    /// <exception cref="BackendException">The name is unknown, or the library named (here or in KERNELFLOW_BLAS) is not found or not usable.</exception>
    public static Backend Resolve(string name = "auto", int threads = 0)
    {
        string choice = LibraryNames.Choose(name, Environment.GetEnvironmentVariable(LibraryNames.Variable));
        if (choice == "managed") return Managed(threads);
        if (choice != "auto") return new NativeBackend(LibraryLoader.Load(choice), threads);
        foreach (string native in LibraryNames.Native)
        {
            try
            {
                return new NativeBackend(LibraryLoader.Load(native), threads);
            }
            catch (BackendException)
            {
                // Nobody asked for this one; the next is as good, and the managed backend always works.
            }
        }
        return Managed(threads);
    }

    /// <summary>Every choice by name with what was found: library, version and core, or why it cannot be used.</summary>
    /// <remarks>Loads each native library that is there.</remarks>
    public static IReadOnlyList<(string Name, bool Usable, string Finding)> Available()
    {
        var found = new List<(string, bool, string)>();
        foreach (string name in (string[])[.. LibraryNames.Native, "managed"])
        {
            try
            {
                var backend = Resolve(name);
                found.Add((name, true, $"{backend.Name}, core {backend.Core}"));
            }
            catch (BackendException failure)
            {
                found.Add((name, false, failure.Message));
            }
        }
        return found;
    }
}
