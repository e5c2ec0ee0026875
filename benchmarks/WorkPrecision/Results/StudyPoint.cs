using System.Text.Json.Serialization;

namespace KernelFlow.WorkPrecision;

/// <summary>One method at one tolerance on one problem.</summary>
internal sealed record StudyPoint(string Problem, string Method, double Rtol)
{
    /// <summary>"done", "over the limit", or why the integration failed.</summary>
    public required string Status { get; init; }

    /// <summary>Method that "auto" stood for; otherwise the method itself.</summary>
    public string Resolved { get; init; } = "";

    public Errors Errors { get; init; } = new(double.NaN, double.NaN, double.NaN);

    /// <summary>The method's own estimate of the largest error.</summary>
    public double Estimated { get; init; } = double.NaN;

    /// <summary>Medians over rounds.</summary>
    public Times Seconds { get; init; } = new(double.NaN, double.NaN);

    public int Rounds { get; init; }

    public int Steps { get; init; }

    public int Rejected { get; init; }

    public int Passes { get; init; }

    /// <summary>Evaluations of K(t), all passes and rejected steps included.</summary>
    public long KernelEvaluations { get; init; }

    /// <summary>Matrices of order N decomposed: one per stage solve of an implicit method, per exponential of the others.</summary>
    public long Factorizations { get; init; }

    /// <summary>Nominal flops of the dense routines.</summary>
    public double Flops { get; init; }

    /// <summary>0 for whole operators; otherwise the program computed only so many columns of P and G_Q and that block of W_S.</summary>
    public int Columns { get; init; }

    [JsonIgnore]
    public bool Done => Status == "done";
}
