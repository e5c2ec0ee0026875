namespace KernelFlow.Analysis.Tests.Support;

/// <summary>Choices by their names, for theories whose data are words.</summary>
internal static class Named
{
    public static AnalysisMode Mode(string name) => Of<AnalysisMode>(name);

    public static EigenSolver Solver(string name) => Of<EigenSolver>(name);

    public static Interpolation Interpolation(string name) => KernelFlow.Interpolation.All.Single(i => i.Name == name);

    private static T Of<T>(string name) where T : struct, Enum => ChoiceNames.TryParse<T>(name, out var value) ? value : throw new ArgumentException(name);
}
