using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>The kernels of an interpolant, multiplied with vectors and never formed.</summary>
/// <remarks>Every column has a moment of its own, so that what is recorded is read once for all of them. Calls from several threads take turns: what is read
/// goes through buffers that they share.</remarks>
internal abstract class AppliedKernels
{
    /// <summary>y ← K_SS(θ_c) x_c for every column c.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="thetas">θ_c, one for every column.</param>
    /// <param name="x">N rows.</param>
    /// <param name="y">N rows.</param>
    public abstract void Train(int interval, ReadOnlySpan<double> thetas, in MatrixView x, in MatrixView y);

    /// <summary>y ← K_QS(θ_c) x_c for every column c.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="thetas">θ_c, one for every column.</param>
    /// <param name="x">N rows.</param>
    /// <param name="y">M rows.</param>
    public abstract void Test(int interval, ReadOnlySpan<double> thetas, in MatrixView x, in MatrixView y);

    /// <summary>x ← K_QS(θ)ᵀ y.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="theta">θ.</param>
    /// <param name="y">M rows.</param>
    /// <param name="x">N rows.</param>
    public abstract void TestTransposed(int interval, double theta, in MatrixView y, in MatrixView x);

    /// <summary>y ← [J̄_S; J̄_Q] J_S(θ₀)ᵀ x, J̄ the mean of J over [θ₀, θ₁], each column over a step of its own.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="steps">θ₀ and θ₁ of every column.</param>
    /// <param name="x">N rows.</param>
    /// <param name="y">N + M rows.</param>
    public abstract void Chords(int interval, ReadOnlySpan<(double From, double To)> steps, in MatrixView x, in MatrixView y);

    /// <summary>An upper bound of tr K_SS(θ) over an interval.</summary>
    /// <param name="interval">Index of the interval.</param>
    public abstract double TraceBound(int interval);

    /// <summary>Flops of <see cref="Train"/> for one vector.</summary>
    /// <param name="interval">Index of the interval.</param>
    public abstract double Flops(int interval);

    /// <summary>Columns with a factor each, in a scratch of their own.</summary>
    protected static MatrixView Scaled(in MatrixView x, ReadOnlySpan<double> factors)
    {
        var scaled = new MatrixView(new double[ArraySize.Of(x.Rows, x.Columns)], x.Rows, x.Columns);
        for (int c = 0; c < x.Columns; c++) VectorRoutines.Scale(factors[c], x.Column(c), scaled.Column(c));
        return scaled;
    }

    /// <summary>y ← y + factor_c x_c.</summary>
    protected static void AddScaled(ReadOnlySpan<double> factors, in MatrixView x, in MatrixView y)
    {
        for (int c = 0; c < x.Columns; c++) VectorRoutines.Axpy(factors[c], x.Column(c), y.Column(c));
    }
}
