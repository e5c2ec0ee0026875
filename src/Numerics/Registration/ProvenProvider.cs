using System.Runtime.CompilerServices;
using KernelFlow.Numerics.Native;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics.Registration;

/// <summary>A provider of MathNet.Numerics with what its routines showed, asked once per process.</summary>
internal sealed class ProvenProvider
{
    private static readonly ConditionalWeakTable<ILinearAlgebraProvider, ProvenProvider> s_known = [];

    private readonly string _name;
    private readonly Proof _proof;

    private ProvenProvider(ILinearAlgebraProvider provider)
    {
        _name = provider.ToString() ?? provider.GetType().Name;
        // MathNet's own eigenvalues are slow, and the first time they are compiled.
        _proof = new Proof(_ => new MathNetBackend(provider, 1), TimeSpan.FromSeconds(60));
    }

    /// <summary>What is known of a provider.</summary>
    public static ProvenProvider Of(ILinearAlgebraProvider provider) => s_known.GetValue(provider, p => new ProvenProvider(p));

    /// <summary>The checks so far.</summary>
    public IReadOnlyList<RoutineCheck> Done => _proof.Done;

    /// <summary>Returns when every routine computes what it should.</summary>
    /// <exception cref="BackendException">One does not.</exception>
    public void Prove()
    {
        lock (_proof)
        {
            if (_proof.Failure(1) is { } failed)
                throw _proof.Refusal($"The provider '{_name}' of MathNet.Numerics", failed, "register another one");
        }
    }
}
