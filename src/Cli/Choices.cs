using KernelFlow.Integrators;

namespace KernelFlow.Cli;

/// <summary>The objects that names on the command line stand for, in one place.</summary>
internal static class Choices
{
    /// <summary>The option --mode.</summary>
    public static Choice<AnalysisMode> Mode() => Enumeration<AnalysisMode>("--mode", "Gradient flow, or the recorded steps themselves.");

    /// <summary>The option --interpolation.</summary>
    public static Choice<Interpolation> Interpolation() =>
        new("--interpolation", "How J is interpolated between checkpoints.", [.. KernelFlow.Interpolation.All.Select(i => (i.Name, i))]);

    /// <summary>The option --method.</summary>
    public static Choice<MethodChoice> Method() => new("--method", "Integration method.", [.. Methods.Names.Select(n => (n, MethodChoice.Of(n)))]);

    /// <summary>The option --solver.</summary>
    public static Choice<EigenSolver> Solver() => Enumeration<EigenSolver>("--solver", "How the eigenpairs of W_S are computed.");

    private static Choice<T> Enumeration<T>(string name, string description) where T : struct, Enum =>
        new(name, description, [.. Enum.GetValues<T>().Select(v => (v.Name(), v))]);
}
