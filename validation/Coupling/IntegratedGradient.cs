using KernelFlow.Numerics;

namespace KernelFlow.Validation.Coupling;

/// <summary>−∫K_QS(τ) g(τ) dτ with the <i>recorded</i> g: no propagator and no theory of its own, only the definition of U̇_Q;
/// J and g linear between checkpoints.</summary>
/// <remarks>It shows what a high correlation is worth: this has one, too.</remarks>
internal static class IntegratedGradient
{
    /// <summary>The displacement of the test outputs, length M.</summary>
    public static double[] TestDisplacement(CheckpointSequence run)
    {
        var moved = new double[run.TestSize];
        var before = new Moment(run[0]);
        double offset = 0.5 / Math.Sqrt(3);
        for (int k = 1; k < run.Count; k++)
        {
            var after = new Moment(run[k]);
            double length = run[k].Time - run[k - 1].Time;
            // J_Q J_Sᵀ g is a cubic in time: two Gauss nodes integrate it exactly.
            foreach (double theta in (double[])[0.5 - offset, 0.5 + offset]) Add(-length / 2, theta, before, after, moved);
            before = after;
        }
        return moved;
    }

    /// <summary>Relative error and correlation against the recorded displacement.</summary>
    public static (double Error, double? Correlation) Compare(CheckpointSequence run)
    {
        double[] recorded = run[^1][TensorName.U_Q].ReadAll(), predicted = TestDisplacement(run);
        VectorRoutines.Axpy(-1, run[0][TensorName.U_Q].ReadAll(), recorded);
        return (VectorRoutines.Distance(predicted, recorded) / VectorRoutines.Norm(recorded), VectorRoutines.Correlation(predicted, recorded));
    }

    private static void Add(double weight, double theta, Moment a, Moment b, double[] moved)
    {
        int N = a.Gradient.Length, D = a.Train.Length / N;
        var z = new double[D];
        for (int i = 0; i < N; i++)
        {
            double g = (1 - theta) * a.Gradient[i] + theta * b.Gradient[i];
            VectorRoutines.Axpy((1 - theta) * g, a.Train.AsSpan(i * D, D), z);
            VectorRoutines.Axpy(theta * g, b.Train.AsSpan(i * D, D), z);
        }
        for (int i = 0; i < moved.Length; i++)
            moved[i] += weight * ((1 - theta) * VectorRoutines.Dot(a.Test.AsSpan(i * D, D), z) + theta * VectorRoutines.Dot(b.Test.AsSpan(i * D, D), z));
    }

    private sealed class Moment(Checkpoint c)
    {
        public double[] Train { get; } = c[TensorName.J_S].ReadAll();

        public double[] Test { get; } = c[TensorName.J_Q].ReadAll();

        public double[] Gradient { get; } = c[TensorName.g].ReadAll();
    }
}
