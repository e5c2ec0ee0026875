using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Consistency;

/// <summary>λ_max(BK) by a few power steps: a lower bound that is right to some percent.</summary>
internal static class KernelSharpness
{
    private const int Iterations = 60;

    /// <summary>λ_max(BK).</summary>
    /// <param name="kernel">K_SS.</param>
    /// <param name="hessian">B.</param>
    public static double Of(in MatrixView kernel, OutputHessian hessian)
    {
        var matrix = kernel;
        return Of(hessian, (x, y) =>
        {
            Array.Clear(y);
            VectorRoutines.AddProduct(matrix, x, y);
        });
    }

    /// <summary>The same of a kernel that is applied to vectors.</summary>
    /// <param name="hessian">B.</param>
    /// <param name="apply">y ← K x.</param>
    public static double Of(OutputHessian hessian, Action<double[], double[]> apply)
    {
        int n = hessian.Examples * hessian.Outputs;
        double[] x = new double[n], y = new double[n];
        // No two entries alike, so that no mode is missed by symmetry.
        for (int i = 0; i < n; i++) x[i] = 1 + 0.5 * Math.Sin(1.7 * i + 0.3);
        for (int i = 0; i < Iterations; i++)
        {
            double size = VectorMath.Norm(x);
            if (size == 0) return 0;
            VectorRoutines.Scale(1 / size, x, x);
            apply(x, y);
            hessian.Apply(1, new MatrixView(y, n, 1), 0, new MatrixView(x, n, 1));
        }
        return VectorMath.Norm(x);
    }
}
