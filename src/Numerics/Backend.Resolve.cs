using KernelFlow.Numerics.Managed;
using KernelFlow.Numerics.Native;
using KernelFlow.Numerics.Registration;
using KernelFlow.Numerics.Selection;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics;

public abstract partial class Backend
{
    // An analysis with matrices of this order computes for some ten milliseconds; a library is loaded and checked in a hundred.
    private const int SmallOrder = 128;

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
    /// variable KERNELFLOW_BLAS (a name or a path) decides; when it is not set, the libraries that are found and the managed code are measured once, a few
    /// milliseconds each, and products, factorizations and eigenvalues are taken from the fastest of each (<see cref="Choice"/>, <see cref="BackendMemory"/>).
    /// Without a memory the first of mkl, openblas and system that is usable is taken, or managed.
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
        return BackendMemory.Path is { } memory ? Fastest(memory, threads) : FirstUsable(threads);
    }

    /// <summary>What "auto" stands for where no matrix is larger than an order.</summary>
    /// <param name="order">Rows and columns of the largest matrix.</param>
    /// <param name="threads">The largest number of threads of one call; 0 for one per processor.</param>
    /// <remarks>
    /// For small matrices the managed code: to load a library and to check its routines takes longer than all that is computed then. Where the
    /// processor has no vectors that it knows, for larger orders, and where KERNELFLOW_BLAS names something, as <see cref="Resolve"/>.
    /// </remarks>
    /// <exception cref="BackendException">The library named in KERNELFLOW_BLAS is not found or not usable.</exception>
    public static Backend ResolveFor(int order, int threads = 0) =>
        order <= SmallOrder && TileProduct.Best is not PortableTileProduct
            && LibraryNames.Choose("auto", Environment.GetEnvironmentVariable(LibraryNames.Variable)) == "auto" ? Managed(threads) : Resolve("auto", threads);

    /// <summary>How "auto" came to this backend; null where it was named, or where nothing is remembered and the first usable library is taken.</summary>
    public virtual BackendChoice? Choice => null;

    /// <summary>What the environment keeps libraries from, with the reason why people do that; null for nothing.</summary>
    public static string? EnvironmentLimit => OpenBlasCore.Limit(OpenBlasCore.Named, OpenBlasCore.Wanted);

    private static Backend Fastest(string memory, int threads)
    {
        try
        {
            return Composed(SpeedChoice.Of(memory, Measured), threads);
        }
        catch (BackendException)
        {
            // A library that was chosen is not what it was, though its file looks the same.
        }
        try
        {
            return Composed(SpeedChoice.Of(memory, Measured, again: true), threads);
        }
        catch (BackendException)
        {
            return FirstUsable(threads);
        }
    }

    /// <summary>Measures every library that can be used.</summary>
    private static Measurement Measured()
    {
        var found = new List<(string Name, Backend Backend)>();
        var refused = new List<(string, string)>();
        bool late = false;
        foreach (string name in LibraryNames.Native)
        {
            try
            {
                var library = new NativeBackend(LibraryLoader.Load(name, 1), 1);
                if (found.TrueForAll(other => other.Backend.Name != library.Name)) found.Add((name, library));
            }
            catch (BackendException failure)
            {
                if (failure.Found) refused.Add((name, failure.Message));
                // A choice without a library that may be right is not remembered as settled: the next processes ask it again.
                late |= failure.Checks is [.., { TimedOut: true }];
            }
        }
        found.Add(("managed", Managed(1)));
        var (rates, settled) = SpeedTest.Measure(found, new ProcessClock());
        return new Measurement(rates, refused, settled && !late);
    }

    private static ComposedBackend Composed(BackendChoice choice, int threads)
    {
        var parts = new Dictionary<string, Backend>();
        Backend Part(string name)
        {
            if (parts.TryGetValue(name, out var known)) return known;
            Backend part = name == "managed" ? Managed(threads) : new NativeBackend(LibraryLoader.Load(name, threads), threads);
            if (choice.Rates.Any(rate => rate.Name == name && rate.Library != part.Name)) throw new BackendException($"{name} is another version now.");
            return parts[name] = part;
        }
        return new ComposedBackend(Part(choice.Products), Part(choice.Factorizations), Part(choice.Spectra), choice);
    }

    private static Backend FirstUsable(int threads)
    {
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
