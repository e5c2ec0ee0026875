using System.Reflection;

namespace KernelFlow.Reporting.Content;

/// <summary>One word of the glossary.</summary>
/// <param name="Word">The word, with its symbol.</param>
/// <param name="Meaning">What it means, in a sentence.</param>
/// <param name="Anchor">Where the report shows it: the id of a figure or a section.</param>
/// <param name="Page">The page of the theory, in docs/theory.</param>
/// <param name="OfOperators">Whether only an analysis that formed the operators shows it.</param>
internal sealed record GlossaryLine(string Word, string Meaning, string Anchor, string Page, bool OfOperators = false);

/// <summary>The ten words without which a report cannot be read.</summary>
internal static class Glossary
{
    /// <summary>The heading.</summary>
    public const string Title = "Glossary";

    /// <summary>The paper whose theory is tested.</summary>
    public const string Paper = "arXiv:2605.01172", PaperAddress = "https://arxiv.org/abs/2605.01172";

    /// <summary>Where the pages of the theory can be read; null where the build was not told.</summary>
    public static string? TheoryAddress { get; } = typeof(Glossary).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .FirstOrDefault(a => a.Key == "TheoryAddress")?.Value;

    /// <summary>The lines that a report needs.</summary>
    public static IEnumerable<GlossaryLine> Of(ReservoirAnalysis analysis) =>
        Lines.Where(line => analysis.Options.Extent == AnalysisExtent.Whole || !line.OfOperators);

    /// <summary>All lines, each of which builds on those before it.</summary>
    public static IReadOnlyList<GlossaryLine> Lines { get; } =
    [
        new("Flow time t", "The sum of the learning rates of the steps so far; the window from s to T is what this report looks at.",
            "training-loss", "setting.md"),
        new("Kernel K", "How much a step that changes the output of one example changes the output of another: products of their Jacobians, at one time.",
            "kernel-drift", "setting.md"),
        new("Propagator P(T,s)", "What becomes of the training gradient g(s) by time T along the recorded kernels.", "transport-defect", "operators.md"),
        new("Dissipation W_S", "How much of each direction of the training gradient training worked off over the window.", "spectrum", "operators.md", true),
        new("Mode ψ_j", "An eigenvector of W_S; its eigenvalue λ_j says how much was dissipated along it.", "gradient-energy", "spectrum.md", true),
        new("Signal channel and reservoir", "The modes at or above the threshold δ, and those below it: what training used, and what it left.",
            "threshold", "spectrum.md", true),
        new("Transfer operator G_Q", "How far each direction of the training gradient moved the test outputs.", "outputs", "operators.md"),
        new("Inclusion ker W_S ⊆ ker G_Q", "What was not dissipated cannot move the test outputs: what sits in the reservoir stays unseen.",
            "slack", "inclusion.md", true),
        new("Claim and error budget", "A statement that could fail, and the sum of the errors known to be in its check: an error beyond three budgets "
            + "violates it.", "claims", "budgets.md"),
        new("Kernel drift", "How far K moved from its start: near 0 the network is linear in its parameters, from about 1 on it learns features.",
            "kernel-density", "claims.md", true),
    ];

    /// <summary>Where more is to be read, in words.</summary>
    public const string More = "The theory is explained page by page in docs/theory of KernelFlow; it comes from the paper";
}
