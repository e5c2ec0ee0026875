using System.Reflection;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics.Tests;

/// <summary>MathNet's managed provider as one of somebody else's, which notes what is asked of it, and does nothing in one routine when told to.</summary>
public class CountingProvider : DispatchProxy
{
    private readonly List<string> _calls = [];
    private string _wrong = "";

    /// <summary>Makes one.</summary>
    /// <param name="calls">The routines that were called, in order.</param>
    /// <param name="wrong">The routine that does nothing.</param>
    public static ILinearAlgebraProvider Make(out List<string> calls, string wrong = "")
    {
        var provider = Create<ILinearAlgebraProvider, CountingProvider>();
        var proxy = (CountingProvider)(object)provider;
        proxy._wrong = wrong;
        calls = proxy._calls;
        return provider;
    }

    /// <inheritdoc/>
    protected override object? Invoke(MethodInfo? method, object?[]? arguments)
    {
        _calls.Add(method!.Name);
        if (method.Name == _wrong) return null;
        try
        {
            return method.Invoke(ManagedLinearAlgebraProvider.Instance, arguments);
        }
        catch (TargetInvocationException failure)
        {
            throw failure.InnerException!;
        }
    }
}
