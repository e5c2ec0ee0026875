using System.Reflection;

namespace KernelFlow.Architecture.Tests;

/// <summary>
/// What must not be null is refused where it is given, by the name of the parameter, and not by a failure somewhere below. Outside are what the
/// compiler writes (the constructors of records that only hold data) and exceptions, which must not fail while something else is being told.
/// </summary>
public sealed class NullArgumentTests
{
    private static readonly string[] _libraries =
    [
        "KernelFlow.Files", "KernelFlow.Numerics", "KernelFlow.Recording", "KernelFlow.Results", "KernelFlow.Operators", "KernelFlow.Integrators",
        "KernelFlow.Spectral", "KernelFlow.Bridges", "KernelFlow.Networks", "KernelFlow.Analysis", "KernelFlow.Reporting", "KernelFlow.Bridges.TorchSharp",
        "KernelFlow.Bridges.DataAnalysis",
    ];

    private static readonly PublicCalls _calls = new([.. _libraries.Select(Assembly.Load)]);

    public static TheoryData<string> Libraries() => [.. _libraries];

    [Theory]
    [MemberData(nameof(Libraries))]
    public void NullIsRefusedByTheNameOfTheParameter(string library)
    {
        int asked = 0;
        var accepted = new List<string>();
        foreach (var member in PublicCalls.Members(Assembly.Load(library)).Where(m => !m.DeclaringType!.IsSubclassOf(typeof(Exception))))
            foreach (var parameter in PublicCalls.Required(member))
            {
                asked++;
                var thrown = _calls.Call(member, parameter);
                if (thrown is ArgumentException refused && refused.ParamName == parameter.Name) continue;
                string parameters = string.Join(",", member.GetParameters().Select(p => p.Name));
                accepted.Add($"{member.DeclaringType}|{member.Name}|{parameters}|{parameter.Name}|{thrown?.GetType().Name ?? "nothing"}"
                    + $" {(thrown as ArgumentException)?.ParamName}");
            }
        Assert.True(asked > 0, $"no member of {library} was found");
        Assert.True(accepted.Count == 0, $"{accepted.Count} of {asked} parameters of {library} take null (thrown instead):\n" + string.Join('\n', accepted));
    }
}
