namespace KernelFlow;

/// <summary>What is taken for training: its continuous limit, or the recorded steps. In results.json and on the command line in lower case.</summary>
public enum AnalysisMode
{
    /// <summary>Descent where every step was recorded and the optimizer has a recursion, flow otherwise. Results never hold it: it is resolved
    /// before.</summary>
    Auto,

    /// <summary>Gradient flow along the recorded kernel trajectory.</summary>
    Flow,

    /// <summary>The recorded steps themselves.</summary>
    Descent,
}

/// <summary>How much of an analysis is done; in results.json and on the command line "whole", "claims-only", "matrix-free".</summary>
public enum AnalysisExtent
{
    /// <summary>Everything: the operators, their spectrum, the inclusion and all claims.</summary>
    Whole,

    /// <summary>C1 to C4 and the consistency of the recording, from vectors: no operator is formed, and everything else is not computed.</summary>
    ClaimsOnly,

    /// <summary>C1 to C4, and of the operators what can be told by applying them to vectors (<see cref="ReservoirAnalysis.MatrixFree"/>): no matrix over the
    /// training outputs is formed. Results of <see cref="EigenSolver.MatrixFree"/> have it; it is not asked for by itself.</summary>
    MatrixFree,
}

/// <summary>How eigenpairs of W_S are computed; in results.json and on the command line "auto", "dense", "lanczos", "golub-kahan",
/// "matrix-free".</summary>
public enum EigenSolver
{
    /// <summary>The dense solver, or matrix-free where the matrices do not fit. Results never hold it: it is resolved before.</summary>
    Auto,

    /// <summary>A dense decomposition of W_S.</summary>
    Dense,

    /// <summary>Thick-restart Lanczos on W_S.</summary>
    Lanczos,

    /// <summary>The singular values of the factor F, W_S = FᵀF.</summary>
    GolubKahan,

    /// <summary>Lanczos on W_S as it is applied to vectors: nothing of order N×N is formed, and the largest modes are found.</summary>
    MatrixFree,
}

/// <summary>The rule for the average of the Jacobian along a step of descent; in results.json "trapezium", "midpoint", "interpolated".</summary>
public enum DescentQuadrature
{
    /// <summary>The trapezium rule from the two ends of a step.</summary>
    Trapezium,

    /// <summary>Simpson's rule with the recorded midpoint of a step.</summary>
    Midpoint,

    /// <summary>The Jacobian at each step's time, interpolated between sparse checkpoints.</summary>
    Interpolated,
}

/// <summary>The names of choices in results.json and on the command line.</summary>
public static class ChoiceNames
{
    /// <summary>The lower-case name, words joined by hyphens: "golub-kahan".</summary>
    /// <param name="value">A value of one of the enumerations of results.</param>
    public static string Name<T>(this T value) where T : struct, Enum =>
        string.Concat(value.ToString().Select((c, i) => i > 0 && char.IsAsciiLetterUpper(c) ? $"-{char.ToLowerInvariant(c)}" : $"{char.ToLowerInvariant(c)}"));

    /// <summary>The value with the given name.</summary>
    /// <param name="name">A name as <see cref="Name"/> makes it.</param>
    /// <param name="value">The value.</param>
    /// <returns>False when no value has that name.</returns>
    public static bool TryParse<T>(string name, out T value) where T : struct, Enum
    {
        foreach (var candidate in Enum.GetValues<T>())
        {
            value = candidate;
            if (candidate.Name() == name) return true;
        }
        value = default;
        return false;
    }

    /// <summary>The names of all values, in order.</summary>
    public static IReadOnlyList<string> All<T>() where T : struct, Enum => [.. Enum.GetValues<T>().Select(v => v.Name())];
}
