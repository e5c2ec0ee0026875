using System.Runtime.InteropServices;
using KernelFlow.Numerics.Native;

namespace KernelFlow.Numerics.Tests;

/// <summary>A BLAS and LAPACK made of the managed backend behind the entry points of Fortran, with a fault in one routine when asked for one.</summary>
/// <remarks>Entry points are static, so the fault is as well: tests that use it are in one class.</remarks>
public static unsafe partial class FaultyLibrary
{
    /// <summary>What a routine does wrong.</summary>
    public enum Fault
    {
        None,
        WritesNothing,
        LastElementOff,
        SinglePrecision,
        WritesBeside,
        NotANumber,
        LargeOrdersOff,
        NeverSaysThatThereIsNoFactor,
        TakesNanTimesZero,
        IgnoresTransposes,
        DoesNotComeBack,
    }

    private static readonly Backend s_right = Backend.Managed(1);
    private static readonly Dictionary<nint, MatrixView> s_q = [];
    private static string s_routine = "";
    private static Fault s_fault;

    /// <summary>The routines, without the optional dgemmt.</summary>
    public static readonly string[] Routines =
        ["dgemm", "dsyrk", "dpotrf", "dpotrs", "dpotri", "dgetrf", "dgetrs", "dsyevd", "dgeqrf", "dorgqr", "dgesdd"];

    /// <summary>The library with a fault in one routine.</summary>
    internal static BlasLibrary With(string routine, Fault fault)
    {
        (s_routine, s_fault) = (routine, fault);
        return new BlasLibrary("faulty", Find, Find);
    }

    private static nint Find(string symbol) => symbol switch
    {
        "dgemm_" =>
            (nint)(delegate* unmanaged<byte*, byte*, int*, int*, int*, double*, double*, int*, double*, int*, double*, double*, int*, nint, nint, void>)&Dgemm,
        "dsyrk_" => (nint)(delegate* unmanaged<byte*, byte*, int*, int*, double*, double*, int*, double*, double*, int*, nint, nint, void>)&Dsyrk,
        "dpotrf_" => (nint)(delegate* unmanaged<byte*, int*, double*, int*, int*, nint, void>)&Dpotrf,
        "dpotrs_" => (nint)(delegate* unmanaged<byte*, int*, int*, double*, int*, double*, int*, int*, nint, void>)&Dpotrs,
        "dpotri_" => (nint)(delegate* unmanaged<byte*, int*, double*, int*, int*, nint, void>)&Dpotri,
        "dgetrf_" => (nint)(delegate* unmanaged<int*, int*, double*, int*, int*, int*, void>)&Dgetrf,
        "dgetrs_" => (nint)(delegate* unmanaged<byte*, int*, int*, double*, int*, int*, double*, int*, int*, nint, void>)&Dgetrs,
        "dsyevd_" => (nint)(delegate* unmanaged<byte*, byte*, int*, double*, int*, double*, double*, int*, int*, int*, int*, nint, nint, void>)&Dsyevd,
        "dgeqrf_" => (nint)(delegate* unmanaged<int*, int*, double*, int*, double*, double*, int*, int*, void>)&Dgeqrf,
        "dorgqr_" => (nint)(delegate* unmanaged<int*, int*, int*, double*, int*, double*, double*, int*, int*, void>)&Dorgqr,
        "dgesdd_" =>
            (nint)(delegate* unmanaged<byte*, int*, int*, double*, int*, double*, double*, int*, double*, int*, double*, int*, int*, int*, nint, void>)&Dgesdd,
        _ => 0,
    };

    private static bool Has(string routine, Fault fault) => s_routine == routine && s_fault == fault;

    private static MatrixView In(double* from, int rows, int columns, int ld)
    {
        var matrix = new MatrixView(new double[rows * columns], rows, columns);
        for (int j = 0; j < columns; j++) new Span<double>(from + j * (nint)ld, rows).CopyTo(matrix.Column(j));
        return matrix;
    }

    /// <summary>Writes a result as the routine does that has the fault.</summary>
    private static void Out(string routine, in MatrixView result, double* to, int ld)
    {
        var fault = s_routine == routine ? s_fault : Fault.None;
        if (fault == Fault.WritesNothing) return;
        while (fault == Fault.DoesNotComeBack) Thread.Sleep(100);
        int rows = result.Rows, columns = result.Columns;
        for (int j = 0; j < columns; j++)
        {
            for (int i = 0; i < rows; i++) to[i + j * (nint)ld] = fault == Fault.SinglePrecision ? (float)result[i, j] : result[i, j];
        }
        // The lower left corner belongs to every result, of triangular ones too.
        int last = rows - 1;
        if (fault == Fault.LastElementOff || (fault == Fault.LargeOrdersOff && Math.Max(rows, columns) > 100)) to[last] += 1e-7;
        if (fault == Fault.NotANumber) to[last] = double.NaN;
        if (fault == Fault.WritesBeside) to[rows] = 1;
    }
}
