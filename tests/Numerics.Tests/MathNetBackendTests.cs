using KernelFlow.Numerics.Registration;
using MathNet.Numerics.LinearAlgebra;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics.Tests;

/// <summary>The backend "mathnet", whose provider is a matter of the whole process: these tests run alone. Its results are those of
/// <see cref="ProductConformance"/>, <see cref="SolveConformance"/> and <see cref="DecompositionConformance"/>.</summary>
[Collection(nameof(RegistrationTests))]
public sealed class MathNetBackendTests : IDisposable
{
    private readonly ILinearAlgebraProvider _before = LinearAlgebraControl.Provider;

    public MathNetBackendTests() => LinearAlgebraControl.Provider = ManagedLinearAlgebraProvider.Instance;

    public void Dispose() => LinearAlgebraControl.Provider = _before;

    [Theory]
    [InlineData("mathnet")]
    [InlineData(" MathNet ")]
    public void TheProviderOfTheProcessIsUsedAndNamed(string name)
    {
        var backend = Backend.Resolve(name, 1);
        Assert.Equal($"MathNet.Numerics, provider {ManagedLinearAlgebraProvider.Instance}", backend.Name);
        Assert.True(backend.Checks.Count > 50, $"{backend.Checks.Count} checks");
        Assert.All(backend.Checks, check => Assert.True(check.Passed, check.ToString()));
    }

    /// <summary>A backend that is registered with MathNet is what "mathnet" then stands for: through the provider it would call itself for ever.</summary>
    [Fact]
    public void BehindARegisteredBackendStandsThatBackend()
    {
        var managed = Backend.Managed(1);
        using var registration = managed.RegisterWithMathNet();
        Assert.Same(managed, Backend.Resolve("mathnet", 1));
    }

    [Fact]
    public void RegisteringItDoesNotLeadBackToIt()
    {
        var counting = CountingProvider.Make(out var calls);
        LinearAlgebraControl.Provider = counting;
        var backend = Backend.Resolve("mathnet", 1);
        using var registration = backend.RegisterWithMathNet();
        Assert.Same(backend, Backend.Resolve("mathnet", 1));
        var spd = Matrix<double>.Build.Random(30, 30, 3);
        spd = spd * spd.Transpose() + 30 * Matrix<double>.Build.DenseIdentity(30);
        calls.Clear();
        // Recursion would overflow the stack, or call the provider more than once.
        Check.Small((spd * spd.Inverse() - Matrix<double>.Build.DenseIdentity(30)).FrobeniusNorm(), 1e-12, "A·A⁻¹ − I through the registered backend");
        Assert.Equal(1, calls.Count(call => call == nameof(ILinearAlgebraProvider.LUFactor)));
        Assert.Equal(1, calls.Count(call => call == nameof(ILinearAlgebraProvider.MatrixMultiplyWithUpdate)));
        calls.Clear();
        Check.Small(spd.Evd(Symmetricity.Symmetric).EigenValues.Real().Sum() - spd.Trace(), 1e-11, "the trace");
        Assert.Equal([nameof(ILinearAlgebraProvider.EigenDecomp)], calls);
        calls.Clear();
        spd.Cholesky();
        spd.QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin);
        Assert.Equal([nameof(ILinearAlgebraProvider.CholeskyFactor), nameof(ILinearAlgebraProvider.ThinQRFactor)], calls);
    }

    [Fact]
    public void AProviderThatComputesSomethingElseIsRefused()
    {
        LinearAlgebraControl.Provider = CountingProvider.Make(out _, wrong: nameof(ILinearAlgebraProvider.CholeskyFactor));
        var refused = Assert.Throws<BackendException>(() => Backend.Resolve("mathnet", 1));
        Assert.True(refused.Found && refused.Checks[^1].Routine == "dpotrf", refused.Message);
        Assert.Contains("The provider '", refused.Message);
        Assert.Contains("dpotrf at order 3", refused.Message);
        var finding = Backend.Available(1).Single(f => f.Name == "mathnet");
        Assert.Equal((BackendState.Refused, refused.Message), (finding.State, finding.Text));
    }
}
