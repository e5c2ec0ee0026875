using KernelFlow.Numerics;

namespace KernelFlow.Validation.Calibration;

/// <summary>λ_max(B K) of checkpoints with Jacobians, by power iteration: what decides how large a learning rate is.</summary>
internal static class Sharpness
{
    private const int Iterations = 100;

    /// <summary>λ_max(B J M Jᵀ) at a checkpoint; M is the recorded preconditioner, if there is one.</summary>
    public static double At(Checkpoint checkpoint, LossModel loss, Backend backend)
    {
        double[]? diagonal = checkpoint.Find(TensorName.Preconditioner)?.ReadAll();
        return Of(checkpoint[TensorName.J_S], checkpoint[TensorName.U_S].ReadAll(), loss, diagonal, backend);
    }

    /// <summary>The largest λ_max(B J M Jᵀ) of the checkpoints.</summary>
    public static double Largest(CheckpointSequence run, Backend backend) => run.Max(c => At(c, run.Loss, backend));

    private static double Of(TensorSource jacobian, double[] outputs, LossModel loss, double[]? diagonal, Backend backend)
    {
        int size = outputs.Length, parameters = (int)(jacobian.Count / size);
        var rows = new MatrixView(new double[size * parameters], parameters, size);
        jacobian.ReadTransposed(0, rows);
        if (diagonal is not null)
            for (int i = 0; i < size; i++)
                for (int k = 0; k < parameters; k++) rows[k, i] *= Math.Sqrt(diagonal[k]);
        double[] kernel = new double[size * size], x = new double[size], y = new double[size];
        backend.Syrk(Op.Transpose, 1, rows, 0, new MatrixView(kernel, size, size));
        var hessian = new OutputHessian(loss.Examples, loss.Outputs);
        loss.Hessian(outputs, hessian);
        for (int i = 0; i < size; i++) x[i] = 1 + 0.5 * Math.Sin(1 + 7 * i);
        double largest = 0;
        for (int iteration = 0; iteration < Iterations; iteration++)
        {
            for (int i = 0; i < size; i++) y[i] = VectorRoutines.Dot(kernel.AsSpan(i * size, size), x);
            hessian.Apply(1, new MatrixView(y, size, 1), 0, new MatrixView(x, size, 1));
            largest = Math.Sqrt(VectorRoutines.Dot(x, x));
            if (!(largest > 0)) return 0;
            for (int i = 0; i < size; i++) x[i] /= largest;
        }
        return largest;
    }
}
