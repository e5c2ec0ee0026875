using KernelFlow.Numerics;
using System.Buffers;

namespace KernelFlow.Operators;

/// <summary>B(t) on the intervals of a grid.</summary>
internal abstract class HessianPath
{
    /// <summary>Writes B at the relative position θ of an interval.</summary>
    public abstract void At(int interval, double theta, OutputHessian B);

    /// <summary>B linear in t between the chosen checkpoints.</summary>
    public static HessianPath Linear(IReadOnlyList<OutputHessian> hessians) => new LinearPath(hessians);

    /// <summary>B = ∇²Φ at outputs interpolated like J, so it stays positive semidefinite.</summary>
    public static HessianPath FromOutputs(LossModel loss, IReadOnlyList<double[]> outputs, IReadOnlyList<JacobianInterpolant> intervals) =>
        new OutputPath(loss, outputs, intervals);

    /// <summary>B = βI, for blocks of order 1.</summary>
    public static HessianPath Multiple(double beta) => new MultiplePath(beta);

    private sealed class MultiplePath(double beta) : HessianPath
    {
        public override void At(int interval, double theta, OutputHessian B) => Array.Fill(B.Blocks, beta);
    }

    private sealed class LinearPath(IReadOnlyList<OutputHessian> hessians) : HessianPath
    {
        public override void At(int interval, double theta, OutputHessian B) => B.Interpolate(hessians[interval], hessians[interval + 1], theta);
    }

    private sealed class OutputPath(LossModel loss, IReadOnlyList<double[]> outputs, IReadOnlyList<JacobianInterpolant> intervals) : HessianPath
    {
        public override void At(int interval, double theta, OutputHessian B)
        {
            var interpolant = intervals[interval];
            double[] rented = ArrayPool<double>.Shared.Rent(outputs[0].Length);
            var u = rented.AsSpan(0, outputs[0].Length);
            u.Clear();
            for (int a = 0; a < interpolant.Checkpoints.Count; a++)
                VectorRoutines.Axpy(interpolant.At(a, theta), outputs[interpolant.Checkpoints[a]], u);
            loss.Hessian(u, B);
            ArrayPool<double>.Shared.Return(rented);
        }
    }
}
