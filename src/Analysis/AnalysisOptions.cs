using KernelFlow.Integrators;
using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>Options of an analysis; every default is sound.</summary>
public sealed record AnalysisOptions
{
    /// <summary>Gradient flow or the recorded steps themselves; auto is descent where every step was recorded and the optimizer has a recursion, flow
    /// otherwise.</summary>
    public AnalysisMode Mode { get; init; } = AnalysisMode.Auto;

    /// <summary>How the kernels between checkpoints follow from those at them: <see cref="Interpolation.Linear"/>, <see cref="Interpolation.Cubic"/> or one of
    /// your own.</summary>
    public Interpolation Interpolation { get; init; } = Interpolation.Linear;

    /// <summary>The integration method: left to the tool, built in (<see cref="Methods"/>), one of your own, or the name of a built-in one.</summary>
    public MethodChoice Method { get; init; } = MethodChoice.Auto;

    /// <summary>The smallest <see cref="RelativeTolerance"/> that is accepted.</summary>
    public const double TightestTolerance = 1e-13;

    /// <summary>The largest <see cref="RelativeTolerance"/> that is accepted.</summary>
    public const double LoosestTolerance = 1e-3;

    /// <summary>Bound on the estimated relative Frobenius error of P, W_S and G_Q at the end of the window, in [1e-13, 1e-3]; auto is a share of what
    /// interpolation and finite steps leave unknown, and tighter where an answer hangs on it.</summary>
    public ToleranceChoice RelativeTolerance { get; init; } = ToleranceChoice.Auto;

    /// <summary>Whether the flow is integrated on the range that the kernels have in common, to a proved bound; auto does where that bound is below the
    /// tolerance of the integration and the range is small enough to save time.</summary>
    public ReductionChoice Reduction { get; init; } = ReductionChoice.Auto;

    /// <summary>How the eigenpairs of W_S are computed; auto is dense, or matrix-free where the matrices of a dense analysis do not fit into
    /// <see cref="Memory"/> (docs/matrix-free.md).</summary>
    public EigenSolver Solver { get; init; } = EigenSolver.Auto;

    /// <summary>How much memory the analysis may hold; null for what the machine has. It decides what auto solves by, and how much of the files a
    /// matrix-free analysis keeps.</summary>
    public MemoryCeiling? Memory { get; init; }

    /// <summary>k: number of largest eigenpairs of W_S that are reported; null for all N (matrix-free: for 50 of them).</summary>
    public int? Modes { get; init; }

    /// <summary>δ: modes whose measure (2βλ_j, or λ_j/λ_1) is below it are the reservoir, in (0, 1).</summary>
    public double Threshold { get; init; } = 1e-3;

    /// <summary>Limit on the budget of a data claim above which it cannot hold, and twice of which leaves it undecided.</summary>
    public double Tolerance { get; init; } = 0.1;

    /// <summary>Whether the inclusion's check 2 integrates a second time by another method (flow only): coarse, and finer only when the verdict hangs on
    /// it.</summary>
    public bool IndependentCheck { get; init; } = true;

    /// <summary>How much is computed. With <see cref="AnalysisExtent.ClaimsOnly"/> C1 to C4 and the claims about the recording are checked on vectors, and
    /// no operator is formed: options that ask for something made of operators (<see cref="Solver"/>, <see cref="Modes"/>,
    /// <see cref="ScheduleOverStart"/>) are refused beside it.</summary>
    public AnalysisExtent Extent { get; init; } = AnalysisExtent.Whole;

    /// <summary>Start of the window in flow time; null for the first checkpoint.</summary>
    public double? From { get; init; }

    /// <summary>End of the window in flow time; null for the last checkpoint.</summary>
    public double? To { get; init; }

    /// <summary>Also the spectra of W_S(t_k, T) (<see cref="SpectralSchedule.OverStart"/>): costs about one more integration.</summary>
    public bool ScheduleOverStart { get; init; }

    /// <summary>Claims of your own, checked after those of the theory; they appear in the results and reports as those do.</summary>
    public IReadOnlyList<Claim> Claims { get; init; } = [];

    /// <summary>Whether every interval between checkpoints is integrated on its own, from the identity, and the window composed of them (docs/windows.md):
    /// the same operators to the tolerance, at more cost, of parts that can be kept and put together in other ways. A cache and a list of windows imply
    /// it.</summary>
    public bool ByInterval { get; init; }

    /// <summary>Where operators of intervals and other costly parts are kept for the next analysis; null for nowhere.</summary>
    public AnalysisCache? Cache { get; init; }

    /// <summary>Further windows, each inside the one that is analysed, that are composed from the same intervals.</summary>
    public IReadOnlyList<TimeWindow> Windows { get; init; } = [];

    /// <summary>Whether anything asks for intervals on their own.</summary>
    internal bool IsByInterval => ByInterval || Cache is not null || Windows.Count > 0;

    /// <summary>Rows of a kernel, of training and of test outputs each, that are formed together from Jacobians; larger kernels are formed in blocks. Kernels
    /// agree to rounding whatever it is.</summary>
    public int KernelRows { get; init; } = Operators.KernelForming.DefaultRows;

    /// <summary>Where blocks of kernels are that were formed before.</summary>
    internal Operators.KernelStore? Kernels { get; init; }

    /// <summary>Seed of everything random.</summary>
    public long Seed { get; init; }

    /// <summary>The dense linear algebra to use; null for the one of <see cref="Numerics.Backend.ResolveFor"/> and the size of the run.</summary>
    public Backend? Backend { get; init; }
}

/// <summary>Where an analysis stands.</summary>
/// <param name="Stage">"reading", "integrating", "spectrum", "budget".</param>
/// <param name="Fraction">Share of the stage that is done, 0 to 1.</param>
public readonly record struct AnalysisProgress(string Stage, double Fraction);
