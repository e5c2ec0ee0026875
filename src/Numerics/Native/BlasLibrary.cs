using System.Runtime.InteropServices;

namespace KernelFlow.Numerics.Native;

/// <summary>A loaded BLAS/LAPACK: the Fortran entry points (column-major, 32-bit integers) and the facts reports name.</summary>
/// <remarks>
/// Every character argument has a hidden length at the end of the argument list (gfortran's convention); libraries that do not use it ignore it.
/// The Fortran names are those that MKL, OpenBLAS, Accelerate and the reference library all have; C interfaces are not.
/// </remarks>
internal sealed unsafe class BlasLibrary
{
    public readonly delegate* unmanaged<byte*, byte*, int*, int*, int*, double*, double*, int*, double*, int*, double*, double*, int*, nint, nint, void> Dgemm;
    public readonly delegate* unmanaged<byte*, byte*, int*, int*, double*, double*, int*, double*, double*, int*, nint, nint, void> Dsyrk;
    public readonly delegate* unmanaged<
        byte*, byte*, byte*, int*, int*, double*, double*, int*, double*, int*, double*, double*, int*, nint, nint, nint, void> Dgemmt;
    public readonly delegate* unmanaged<byte*, int*, double*, int*, int*, nint, void> Dpotrf;
    public readonly delegate* unmanaged<byte*, int*, int*, double*, int*, double*, int*, int*, nint, void> Dpotrs;
    public readonly delegate* unmanaged<byte*, int*, double*, int*, int*, nint, void> Dpotri;
    public readonly delegate* unmanaged<int*, int*, double*, int*, int*, int*, void> Dgetrf;
    public readonly delegate* unmanaged<byte*, int*, int*, double*, int*, int*, double*, int*, int*, nint, void> Dgetrs;
    public readonly delegate* unmanaged<byte*, byte*, int*, double*, int*, double*, double*, int*, int*, int*, int*, nint, nint, void> Dsyevd;
    public readonly delegate* unmanaged<int*, int*, double*, int*, double*, double*, int*, int*, void> Dgeqrf;
    public readonly delegate* unmanaged<int*, int*, int*, double*, int*, double*, double*, int*, int*, void> Dorgqr;
    public readonly delegate* unmanaged<byte*, int*, int*, double*, int*, double*, double*, int*, double*, int*, double*, int*, int*, int*, nint, void> Dgesdd;

    private readonly string _files;
    private readonly Func<string, nint> _find, _findInBlas;

    /// <summary>Binds the entry points of what is already loaded.</summary>
    /// <param name="files">The files, for messages.</param>
    /// <param name="find">The address of a symbol, or 0.</param>
    /// <param name="findInBlas">The same for the BLAS itself, not a LAPACK that was loaded beside it.</param>
    /// <exception cref="BackendException">A symbol is missing, or integers have 64 bits.</exception>
    internal BlasLibrary(string files, Func<string, nint> find, Func<string, nint> findInBlas)
    {
        _files = files;
        _find = find;
        _findInBlas = findInBlas;
        Dgemm =
            (delegate* unmanaged<byte*, byte*, int*, int*, int*, double*, double*, int*, double*, int*, double*, double*, int*, nint, nint, void>)
            Required("dgemm_");
        Dsyrk = (delegate* unmanaged<byte*, byte*, int*, int*, double*, double*, int*, double*, double*, int*, nint, nint, void>)Required("dsyrk_");
        Dgemmt =
            (delegate* unmanaged<byte*, byte*, byte*, int*, int*, double*, double*, int*, double*, int*, double*, double*, int*, nint, nint, nint, void>)
            Find("dgemmt_");
        Dpotrf = (delegate* unmanaged<byte*, int*, double*, int*, int*, nint, void>)Required("dpotrf_");
        Dpotrs = (delegate* unmanaged<byte*, int*, int*, double*, int*, double*, int*, int*, nint, void>)Required("dpotrs_");
        Dpotri = (delegate* unmanaged<byte*, int*, double*, int*, int*, nint, void>)Required("dpotri_");
        Dgetrf = (delegate* unmanaged<int*, int*, double*, int*, int*, int*, void>)Required("dgetrf_");
        Dgetrs = (delegate* unmanaged<byte*, int*, int*, double*, int*, int*, double*, int*, int*, nint, void>)Required("dgetrs_");
        Dsyevd = (delegate* unmanaged<byte*, byte*, int*, double*, int*, double*, double*, int*, int*, int*, int*, nint, nint, void>)Required("dsyevd_");
        Dgeqrf = (delegate* unmanaged<int*, int*, double*, int*, double*, double*, int*, int*, void>)Required("dgeqrf_");
        Dorgqr = (delegate* unmanaged<int*, int*, int*, double*, int*, double*, double*, int*, int*, void>)Required("dorgqr_");
        Dgesdd =
            (delegate* unmanaged<byte*, int*, int*, double*, int*, double*, double*, int*, double*, int*, double*, int*, int*, int*, nint, void>)
            Required("dgesdd_");
        Vendor.Prepare(this);
        RefuseWideIntegers();
        (Name, Core) = Vendor.Describe(this);
        Warning = FindInBlas("openblas_get_corename") != 0 ? OpenBlasCore.Warning(Core) : Vendor.Warning(this);
        var (setter, perThread) = Vendor.ThreadSetter(this);
        Gate = new ThreadGate(setter, perThread);
    }

    /// <summary>Library and version.</summary>
    public string Name { get; }

    /// <summary>The core: the processor its code was made for.</summary>
    public string Core { get; }

    /// <summary>See <see cref="Backend.Warning"/>.</summary>
    public string? Warning { get; }

    /// <summary>The thread count of the library.</summary>
    public ThreadGate Gate { get; }

    /// <summary>What its routines were asked, in order.</summary>
    public IReadOnlyList<RoutineCheck> Checks { get; set; } = [];

    /// <summary>What tells it apart from other libraries, however it was named.</summary>
    public nint Key => (nint)Dgemm;

    /// <summary>The files it was loaded from.</summary>
    public string Files => _files;

    /// <summary>Binds the entry points of libraries that are already loaded.</summary>
    /// <exception cref="BackendException">A symbol is missing, or integers have 64 bits.</exception>
    public static BlasLibrary Bind(string files, nint[] handles) => new(files,
        symbol => handles.Select(handle => Export(handle, symbol)).FirstOrDefault(address => address != 0), symbol => Export(handles[0], symbol));

    /// <summary>The address of a symbol, or 0.</summary>
    public nint Find(string symbol) => _find(symbol);

    /// <summary>The address of a symbol of the BLAS itself (not of a LAPACK loaded beside it), or 0.</summary>
    public nint FindInBlas(string symbol) => _findInBlas(symbol);

    private static nint Export(nint handle, string symbol) => NativeLibrary.TryGetExport(handle, symbol, out nint address) ? address : 0;

    private nint Required(string symbol)
    {
        if (Find(symbol) is var address and not 0) return address;
        foreach (string wide in (string[])[symbol + "64_", symbol.TrimEnd('_') + "64_"])
        {
            if (Find(wide) != 0) throw WideIntegers(wide);
        }
        throw new BackendException($"{_files} has no symbol '{symbol}': a library with both BLAS and LAPACK is needed (Debian: libopenblas0); "
            + "or use the backend 'managed'.") { Found = true };
    }

    /// <summary>Factors a 2×2 matrix with swapped rows: with 32-bit integers both pivots land in the first eight bytes.</summary>
    private void RefuseWideIntegers()
    {
        // Every integer has room for 64 bits, so the call is safe with either width.
        long n = 2, info = 0;
        long* pivots = stackalloc long[2] { -1, -1 };
        double* a = stackalloc double[4] { 0, 2, 4, 0 };
        Dgetrf((int*)&n, (int*)&n, a, (int*)&n, (int*)pivots, (int*)&info);
        if (pivots[1] != -1) throw WideIntegers("dgetrf_");
        if (((int*)pivots)[0] != 2 || ((int*)pivots)[1] != 2 || a[0] != 2 || a[3] != 4 || (int)info != 0)
            throw new BackendException($"{_files}: dgetrf_ factored a 2x2 matrix wrongly; the library is not a usable LAPACK.") { Found = true };
    }

    private BackendException WideIntegers(string symbol) =>
        new($"{_files} is a build with 64-bit integers (ILP64; symbol '{symbol}'): install the usual 32-bit-integer (LP64) build, "
            + "or use the backend 'managed'.") { Found = true };
}
