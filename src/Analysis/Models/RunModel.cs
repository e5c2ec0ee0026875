using KernelFlow.Analysis;
using KernelFlow.Analysis.Budgets;
using KernelFlow.Analysis.Intervals;
using KernelFlow.Integrators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow;

/// <summary>The operators of a window, by gradient flow or by the recorded steps, with what the checks need to know of how they were made.</summary>
/// <remarks>Whoever has a question whose answer depends on the mode asks the model: there is one kind of model per mode, and nothing else knows the
/// difference.</remarks>
public abstract record RunModel : PredictionModel
{
    private protected RunModel(Propagation propagation, PredictionSet predictions) : base(predictions)
    {
        Propagation = propagation;
        PartialGramians = propagation.PartialGramians;
    }

    /// <summary>P, W_S, G_S and G_Q.</summary>
    public Propagation Propagation { get; init; }

    /// <summary>W_S(s, t_k) with the checkpoint index k, in order.</summary>
    public IReadOnlyList<PartialGramian> PartialGramians { get; init; }

    /// <summary>W_S(s, t) where the training examples are fitted, if it was kept for that alone.</summary>
    internal PartialGramian? WhenFitted { get; init; }

    /// <summary>What was kept for the schedule, and what was kept beside it.</summary>
    private protected static (IReadOnlyList<PartialGramian> Scheduled, PartialGramian? WhenFitted) Divided(AnalysisInput input,
        IReadOnlyList<PartialGramian> kept) =>
        ([.. kept.Where(p => input.KeptCheckpoints.Contains(p.Knot))], kept.FirstOrDefault(p => !input.KeptCheckpoints.Contains(p.Knot)));

    /// <summary>β where B = βI and 2βλ_j is the fraction of the energy of mode j that is dissipated; otherwise why it is not a fraction.</summary>
    public abstract Known<double> Fraction { get; }

    /// <summary>C with [[C, G_Q], [G_Qᵀ, W_S]] ⪰ 0, M×M, from the same nodes or steps as W_S and G_Q: ∫K_QQ dτ in flow.</summary>
    public abstract DenseMatrix TestKernelIntegral { get; }

    /// <summary>c with ‖G_Q v‖² ≤ c·vᵀW_S v, the largest eigenvalue of <see cref="TestKernelIntegral"/>.</summary>
    public abstract double ResponseBound { get; }

    /// <summary>Whether <see cref="TestKernelIntegral"/> comes from K_QQ (otherwise from K_QS K_SS⁺ K_SQ).</summary>
    public abstract bool HasTestKernel { get; }

    /// <summary>c with ‖P v − v‖² ≤ c·vᵀW_S v.</summary>
    public abstract double MotionBound { get; }

    /// <summary>Relative rounding of the kernels.</summary>
    public abstract double Epsilon { get; }

    /// <summary>P(t_{k+1},t_k) g(t_k) per interval; null where it was not formed.</summary>
    public abstract IReadOnlyList<double[]>? IntervalTransported { get; }

    /// <summary>Why the theory does not imply the coupling of test and training outputs here (claim C8); null where it does.</summary>
    public abstract string? NoCouplingReason { get; }

    /// <summary>Why a part of the window has no propagator of its own, so that vectors cannot be carried through it a second time; null where they
    /// can.</summary>
    internal virtual string? NoCarryReason => null;

    /// <summary>Whether the operators were composed of those of the intervals: the second carry then goes through the window in one piece.</summary>
    internal bool IsComposed => Intervals is not null;

    /// <summary>The intervals that the operators were composed of; null where the window was gone through in one piece.</summary>
    internal IntervalSource? Intervals { get; private protected init; }

    /// <summary>The times between which the quadrature nodes of W_S must fill every interval; null where W_S is a sum over the steps.</summary>
    internal virtual IReadOnlyList<double>? NodeKnots => null;

    /// <summary>Whether the method keeps I − P = βG_S and I − PᵀP = 2βW_S to rounding at any step (<see cref="Fraction"/> known).</summary>
    internal virtual bool KeepsEnergy => false;

    /// <summary>Forms the same operators to the tight tolerance, for an answer that hangs on it; null where the tolerance was not left to the tool. It does
    /// not need this model, which is large and may be given up before.</summary>
    internal virtual Func<SideThread, Action<double>, CancellationToken, RunModel>? Tightening(string reason) => null;

    /// <summary>What a reduction of the range may have changed; null where the whole flow was integrated.</summary>
    internal Truncation? Truncation { get; init; }

    /// <summary>The reduction as it is reported; null where the whole flow was integrated.</summary>
    internal virtual ReductionSummary? Reduction => null;

    /// <summary>The second integration of the inclusion's check 2, or why there is none.</summary>
    internal abstract Known<SecondIntegration> Second { get; }

    /// <summary>g(s), of which the operators predict.</summary>
    private protected abstract double[] StartGradient { get; }

    /// <inheritdoc/>
    internal override PredictionErrors Errors => new OperatorErrors(Propagation, StartGradient);

    /// <summary>Carries V through the window a second time, [s,τ] and [τ,T] each on its own.</summary>
    /// <param name="block">V, N×c: the block to carry.</param>
    /// <param name="split">Checkpoint index of τ; null for one piece.</param>
    /// <param name="cancellation">Honoured within one step.</param>
    internal abstract CarriedBlock Carry(DenseMatrix block, int? split, CancellationToken cancellation);

    /// <summary>R of F = QR, W_S = FᵀF, and s_F, to a multiple ε of which R is known.</summary>
    /// <exception cref="ArgumentException">There is no such factor; the options are refused before it comes to that.</exception>
    internal abstract (DenseMatrix R, double Scale) FactorTriangle(Action<double> progress, CancellationToken cancellation);

    /// <summary>P, W_S and G of a mode of a constant K_SS for B = βI in closed form, as functions of its eigenvalue κ; or why there is none.</summary>
    internal abstract Known<Func<double, FrozenMode>> FrozenModes(double beta);

    /// <summary>The spectra of W_S(t_k, T), or why there are none.</summary>
    internal abstract Known<IReadOnlyList<SchedulePoint>> ScheduleOverStart(AnalysisInput input, CancellationToken cancellation);

    /// <summary>eig(2 B_s^½ W_S B_s^½), or why it is not a fraction of the energy.</summary>
    internal abstract Known<RelativeDissipation> RelativeDissipation(AnalysisInput input);
}

/// <summary>P, W_S and G/K of one mode of a kernel that does not move.</summary>
internal readonly record struct FrozenMode(double P, double W, double G);
