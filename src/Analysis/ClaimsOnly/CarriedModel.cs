using KernelFlow.Analysis.Budgets;
using KernelFlow.Integrators;

namespace KernelFlow.Analysis.ClaimsOnly;

/// <summary>A model that predicts by vectors alone.</summary>
internal abstract record CarriedModel : PredictionModel
{
    private protected CarriedModel(PredictionSet predictions) : base(predictions) { }

    /// <summary>How the carry went.</summary>
    public abstract SolveReport Report { get; }

    /// <summary>The same to the tight tolerance, for a claim that hangs on it; null where the tolerance was not left to the tool, or there is none.</summary>
    public virtual CarriedModel? Tightened(string reason, CancellationToken cancellation) => null;

    /// <summary>Carries what the plan says.</summary>
    public static CarriedModel Build(AnalysisPlan plan, AnalysisInput input, SideThread second, Action<double> progress, CancellationToken cancellation) =>
        plan.Mode == AnalysisMode.Flow ? CarriedFlow.Build(input, second, progress, cancellation)
            : plan.Exact ? CarriedDescent.Exact(input, progress, cancellation) : CarriedDescent.Interpolated(input, second, progress, cancellation);
}
