namespace KernelFlow;

/// <summary>The few examples of a training that an <see cref="AdaptiveRule"/> looks at, at the parameters w where the training is now. Whoever records
/// implements it; each value is computed only when it is asked for.</summary>
public interface IScheduleProbes
{
    /// <summary>Keeps the present parameters as w_k and what <see cref="Predicted"/> needs of J_k.</summary>
    void Refer();

    /// <summary>U(w): the outputs of all probes.</summary>
    double[] Outputs();

    /// <summary>J_k(w − w_k), by the last <see cref="Refer"/>: how the outputs would have moved if J stood still.</summary>
    double[] Predicted();

    /// <summary>g(w): the loss's derivative by the outputs of the training probes, up to a constant factor.</summary>
    double[] OutputGradient();

    /// <summary>K(w)v for the vectors v of <see cref="AdaptiveSchedule.ProbeVectors"/>, with K over all probes.</summary>
    double[] KernelProducts();
}
