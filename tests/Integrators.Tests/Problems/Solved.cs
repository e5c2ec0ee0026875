namespace KernelFlow.Integrators.Tests.Problems;

/// <summary>A trajectory with its exact P, W_S, G_S and G_Q over the whole of it.</summary>
internal sealed record Solved(string Name, KernelTrajectory Trajectory, Matrix<double> P, Matrix<double> W, Matrix<double> G_S, Matrix<double> G_Q)
{
    public override string ToString() => Name;

    /// <summary>Relative Frobenius errors.</summary>
    public (double P, double W, double G_S, double G_Q) Errors(Propagation found) =>
        (Check.Relative(found.P, P), Check.Relative(found.W_S, W), Check.Relative(found.G_S, G_S), Check.Relative(found.G_Q, G_Q));

    public void AssertClose(Propagation found, double bound)
    {
        var (p, w, gs, gq) = Errors(found);
        Check.Small(p, bound, $"{Name}: P");
        Check.Small(w, bound, $"{Name}: W_S");
        Check.Small(gs, bound, $"{Name}: G_S");
        Check.Small(gq, bound, $"{Name}: G_Q");
    }
}
