namespace KernelFlow.Numerics;

/// <summary>One routine of a library, computed at one order and compared with the managed code.</summary>
/// <param name="Routine">Its name in BLAS and LAPACK, such as dgemm.</param>
/// <param name="Order">The order of the matrices.</param>
/// <param name="Case">Which transposes, factors or shapes.</param>
/// <param name="Defect">The largest distance of an element from what it should be, in units of the operands; infinite where something that is not the
/// result was written, NaN where the result is not a number.</param>
/// <param name="Limit">What rounding can make of it.</param>
/// <param name="Failure">What the routine said instead of computing, or null.</param>
public sealed record RoutineCheck(string Routine, int Order, string Case, double Defect, double Limit, string? Failure = null)
{
    /// <summary>Whether the routine may be used.</summary>
    public bool Passed => Failure is null && Defect <= Limit;

    /// <summary>Whether it was not waited for any longer: that says nothing about what the routine computes.</summary>
    internal bool TimedOut { get; init; }

    /// <summary>The check in words.</summary>
    public override string ToString() => FormattableString.Invariant($"{Routine} at order {Order}, {Case}: ")
        + (Failure ?? FormattableString.Invariant($"off by {Defect:0.#e+0}, at most {Limit:0.#e+0} is rounding"));
}
