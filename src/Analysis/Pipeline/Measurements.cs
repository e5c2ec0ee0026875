namespace KernelFlow.Analysis;

/// <summary>What was measured on a window beside its operators; what costs and is not always needed is computed when asked for, or beside other work.</summary>
/// <param name="Spectrum">The spectrum of W_S and what the threshold makes of it.</param>
/// <param name="Schedule">How it builds up over the window, or why that is not known.</param>
/// <param name="Evolution">How far the kernel moved.</param>
/// <param name="Noise">Where label noise went.</param>
/// <param name="Gate">The population-risk gate.</param>
/// <param name="Inclusion">The checks of the inclusion.</param>
/// <param name="Carry">The second carry.</param>
/// <param name="Relative">The spectrum of relative dissipation.</param>
internal sealed record Measurements(SpectrumResult Spectrum, Known<SpectralSchedule> Schedule, Pending<KernelEvolution> Evolution, Known<NoisePlacement> Noise,
    Pending<Known<RiskGate>> Gate, InclusionResult Inclusion, Pending<Known<SecondCarry>> Carry,
    Pending<Known<RelativeDissipation>> Relative);
