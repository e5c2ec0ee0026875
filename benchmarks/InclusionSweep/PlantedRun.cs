using KernelFlow;
using MathNet.Numerics.LinearAlgebra;

/// <summary>A kernel-block run in which K_SS has the same kernel at every checkpoint and K_QS leaks into it by a given share of its own
/// spectral norm; K_QQ is left as it was.</summary>
internal static class PlantedRun
{
    private const int Train = 60, Test = 30, Kernel = 5, Parameters = 200;
    private static readonly double[] s_times = [0, 0.5, 1, 2, 4, 8, 16, 30];

    /// <param name="leak">e: the leak has spectral norm e·‖K_QS‖₂.</param>
    /// <param name="single">Stored as float32 instead of float64.</param>
    public static CheckpointSequence Make(double leak, bool single)
    {
        var random = new Random(20260501);
        var basis = Gaussian(random, Train, Train).QR().Q;
        Matrix<double> range = basis.SubMatrix(0, Train, 0, Train - Kernel), projector = range * range.Transpose();
        Matrix<double> z = basis.SubMatrix(0, Train, Train - Kernel, Kernel), u = Gaussian(random, Test, Kernel)
            .QR(MathNet.Numerics.LinearAlgebra.Factorization.QRMethod.Thin).Q;
        Matrix<double> A = Gaussian(random, Train, Parameters), C = Gaussian(random, Train, Parameters), E = Gaussian(random, Test, Parameters),
            F = Gaussian(random, Test, Parameters);
        double[] Outputs(int count) => Gaussian(random, count, 1).Column(0).ToArray();
        var checkpoints = s_times.Select((t, k) =>
        {
            Matrix<double> J_S = 3 * projector * (A + 0.1 * t * C), J_Q = 3 * (E + 0.1 * t * F);
            Matrix<double> K_SS = J_S * J_S.Transpose(), K_QS = J_Q * J_S.Transpose();
            K_QS += leak * K_QS.L2Norm() * u * z.Transpose();
            return new Checkpoint(t, k,
            [
                Tensor("K_SS", 0.5 * (K_SS + K_SS.Transpose()), single), Tensor("K_QS", K_QS, single), Tensor("K_QQ", J_Q * J_Q.Transpose(), single),
                new MemoryTensor("U_S", Outputs(Train), Train, 1), new MemoryTensor("U_Q", Outputs(Test), Test, 1),
            ]);
        }).ToArray();
        return new CheckpointSequence(checkpoints, LossModel.Squared(Outputs(Train), 1));
    }

    private static TensorSource Tensor(string name, Matrix<double> matrix, bool single) => single
        ? new MemoryTensor(name, Array.ConvertAll(matrix.ToRowMajorArray(), v => (float)v), matrix.RowCount, matrix.ColumnCount)
        : MemoryTensor.FromMatrix(name, matrix);

    private static Matrix<double> Gaussian(Random random, int rows, int columns) =>
        Matrix<double>.Build.Dense(rows, columns,
            (_, _) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble()) / columns) * Math.Cos(2 * Math.PI * random.NextDouble()));
}
