using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>What one step (or two halves) adds to W and G, for the full X or for the probe columns alone.</summary>
internal sealed class StepSums
{
    /// <param name="n">N.</param>
    /// <param name="m">M.</param>
    /// <param name="c">Columns of P, or of P times the start block; 0 for the probe columns alone.</param>
    /// <param name="testOnly">W and G_S follow from P: only the rows of G_Q are summed.</param>
    public StepSums(int n, int m, int c, bool testOnly)
    {
        TestOnly = testOnly;
        int columns = c == 0 ? ColumnLayout.Probes : new ColumnLayout(c).Count;
        W = testOnly ? default : Buffers.Zero(c, c);
        GS = testOnly ? default : Buffers.Zero(n, columns);
        GQ = Buffers.Zero(m, columns);
        ProbeW = Buffers.Zero(ColumnLayout.Probes, ColumnLayout.Probes);
        Cross = Buffers.Zero(ColumnLayout.Probes, ColumnLayout.Probes);
        Motion = Buffers.Zero(n, ColumnLayout.Probes);
    }

    public bool TestOnly { get; }

    /// <summary>Σ ω Y_iᵀ K_SS Y_i, c×c.</summary>
    public MatrixView W { get; }

    /// <summary>Σ ω K_SS Y_i, N×columns; not summed with <see cref="TestOnly"/>.</summary>
    public MatrixView GS { get; }

    /// <summary>Σ ω K_QS Y_i, M×columns.</summary>
    public MatrixView GQ { get; }

    /// <summary>Σ ω (Y_i V)ᵀ K_SS (Y_i V), ℓ×ℓ.</summary>
    public MatrixView ProbeW { get; }

    /// <summary>Σ ω (Y_i V)ᵀ K_SS (Y_i E V), ℓ×ℓ.</summary>
    public MatrixView Cross { get; }

    /// <summary>Σ ω B K_SS Y_i V, N×ℓ, where nodes are independent of P.</summary>
    public MatrixView Motion { get; }
}
