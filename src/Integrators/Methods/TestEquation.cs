using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Integrators;

/// <summary>One step of a method on ẋ = −(z/h)x, taken by the method itself: R(z) and 2z∫x², for a method that does not say them in closed form.</summary>
internal static class TestEquation
{
    /// <summary>R(z) and 2z∫x² over the step, x = 1 at its start; not numbers where the method refuses the step.</summary>
    public static (double Stability, double Dissipated) Step(IntegrationMethod method, double z)
    {
        try
        {
            var trajectory = new Decay(z);
            var backend = Backend.Managed(threads: 1);
            var steps = method.Start(trajectory, ColumnLayout.Probes, backend);
            MatrixView x = Buffers.Zero(1, ColumnLayout.Probes), next = Buffers.Zero(1, ColumnLayout.Probes);
            x.Fill(1);
            var step = new FlowStep(0, 0, 1);
            steps.Step(step, x, next);
            var sums = new StepContribution(trajectory, default, full: false, testOnly: false,
                new StepScratch(Buffers.Zero(1, 1), Buffers.Zero(0, 1), Buffers.Zero(1, ColumnLayout.Probes)), backend, new Workspace(backend.Buffers));
            sums.Begin();
            steps.Contribute(step, sums);
            sums.End();
            return (next[0, 0], 2 * sums.ProbeW[0, 0]);
        }
        catch (NumericalException)
        {
            return (double.NaN, double.NaN);
        }
    }

    /// <summary>The largest |R(z)² + 2z∫x² − 1| over small and large z: zero to rounding for a method that keeps energy.</summary>
    public static double EnergyDefect(IntegrationMethod method)
    {
        double largest = 0;
        foreach (double z in (double[])[0.1, 1, 10])
        {
            var (r, dissipated) = Step(method, z);
            double defect = Math.Abs(r * r + dissipated - 1);
            if (!(defect <= largest)) largest = defect;
        }
        return largest;
    }

    private sealed class Decay(double z) : KernelTrajectory(1, 0, 1, [0, 1])
    {
        public override double? Beta => 1;

        public override DenseMatrix TestKernelIntegral(IEnumerable<QuadratureNode> nodes) => new(0, 0);

        protected override void KernelsCore(int interval, double time, in MatrixView kernels) => kernels[0, 0] = z;

        protected override void HessianCore(int interval, double time, OutputHessian B) => B.Blocks[0] = 1;
    }
}
