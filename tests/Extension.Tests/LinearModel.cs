using KernelFlow;
using MathNet.Numerics.LinearAlgebra;

namespace Extension.Tests;

/// <summary>u = X w, whose Jacobians are its inputs and never move: what happens to it in training has a closed form.</summary>
internal sealed class LinearModel(Matrix<double> train, Matrix<double> test)
{
    public const int Train = 8, Test = 4, Parameters = 12;

    /// <summary>K_SS = 1.5·I: every training output moves by itself.</summary>
    public static LinearModel Orthogonal() => new(Math.Sqrt(1.5) * Directions(), Matrix<double>.Build.Random(Test, Parameters, seed: 2));

    /// <summary>Singular values of X from 2 down to 0.25.</summary>
    public static LinearModel General()
    {
        var sizes = Vector<double>.Build.Dense(Train, i => 2 / (1 + i));
        var turn = Matrix<double>.Build.Random(Train, Train, seed: 3).QR().Q;
        return new(turn * Matrix<double>.Build.DenseOfDiagonalVector(sizes) * Directions(), Matrix<double>.Build.Random(Test, Parameters, seed: 2));
    }

    public Matrix<double> TrainInputs => train;

    public Matrix<double> TestInputs => test;

    /// <summary>K_SS.</summary>
    public Matrix<double> Kernel => train.TransposeAndMultiply(train);

    public TensorSource[] Tensors(Vector<double> w) =>
    [
        new MemoryTensor("U_S", (train * w).ToArray(), Train, 1), new MemoryTensor("U_Q", (test * w).ToArray(), Test, 1),
        MemoryTensor.FromMatrix("J_S", train), MemoryTensor.FromMatrix("J_Q", test),
    ];

    /// <summary>The exact gradient flow of the mean squared loss from w = 0: the residual decays by exp(−K t/n).</summary>
    public IEnumerable<Checkpoint> Flow(double[] targets, IEnumerable<double> times)
    {
        var spectrum = Kernel.Evd();
        var start = spectrum.EigenVectors.Transpose() * Vector<double>.Build.Dense(targets);
        foreach (var (time, step) in times.Select((t, k) => (t, k)))
        {
            // w(t) = Xᵀ K⁻¹ u(t), because w starts at 0 and moves in the range of Xᵀ.
            var moved = start.MapIndexed((j, y) => y * (1 - Math.Exp(-spectrum.EigenValues[j].Real * time / Train)) / spectrum.EigenValues[j].Real);
            yield return new Checkpoint(time, step, Tensors(train.Transpose() * (spectrum.EigenVectors * moved)));
        }
    }

    private static Matrix<double> Directions() => Matrix<double>.Build.Random(Parameters, Train, seed: 1).QR(
        MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q.Transpose();
}
