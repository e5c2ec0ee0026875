using KernelFlow.Numerics.Registration;
using MathNet.Numerics.Providers.LinearAlgebra;

namespace KernelFlow.Numerics;

public abstract partial class Backend
{
    /// <summary>Makes MathNet.Numerics compute float64 products, Cholesky, LU, QR, singular value and symmetric
    /// eigenvalue decompositions with this backend.</summary>
    /// <remarks>
    /// Process-wide: it changes what every <c>Matrix&lt;double&gt;</c> of the process does, from the next operation on, in all threads. Nothing in this toolkit
    /// needs it or does it (a backend is an argument everywhere); it is for programs whose own MathNet code should be faster, and it belongs into
    /// their start, not into a library. Other number types, vector operations, unsymmetric eigenvalues and what MathNet itself never calls stay with
    /// MathNet's managed provider. Results agree with MathNet's to rounding; signs of factors (columns of Q, singular and eigenvectors) may differ.
    /// </remarks>
    /// <returns>Disposing it puts back the provider that was registered before, unless another one has been registered since.</returns>
    public IDisposable RegisterWithMathNet()
    {
        var before = LinearAlgebraControl.Provider;
        var provider = new BackendProvider(this);
        LinearAlgebraControl.Provider = provider;
        return new Registered(provider, before);
    }

    /// <summary>Makes MathNet.Numerics compute on the calling thread.</summary>
    /// <remarks>Process-wide, like <see cref="RegisterWithMathNet"/>: sums and maps over its matrices otherwise use every processor, whatever a backend's
    /// <see cref="Threads"/> are. For programs that were told how many threads to use.</remarks>
    public static void KeepMathNetOnOneThread() => MathNet.Numerics.Control.MaxDegreeOfParallelism = 1;

    private sealed class Registered(ILinearAlgebraProvider provider, ILinearAlgebraProvider before) : IDisposable
    {
        public void Dispose()
        {
            if (ReferenceEquals(LinearAlgebraControl.Provider, provider)) LinearAlgebraControl.Provider = before;
        }
    }
}
