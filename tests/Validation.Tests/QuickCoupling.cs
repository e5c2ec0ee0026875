using KernelFlow.Numerics;

namespace KernelFlow.Validation.Tests;

/// <summary>The quick coupling experiment, run once for all tests.</summary>
public sealed class QuickCoupling
{
    public ExperimentReport Report { get; } = Experiments.All.Single(e => e.Id == "coupling")
        .Run(new ExperimentOptions { Quick = true, Backend = Backend.Resolve("auto", 1) });

    public ExperimentRow[] Rows(string group) => [.. Report.Rows.Where(r => r.Group == group)];
}

[CollectionDefinition(nameof(QuickCoupling))]
public sealed class QuickCouplingCollection : ICollectionFixture<QuickCoupling>;
