using KernelFlow.Numerics.Managed;

namespace KernelFlow.Numerics.Selection;

/// <summary>Products of one library, factorizations and spectra of others. All parts take their threads from one number.</summary>
internal sealed class ComposedBackend : Backend
{
    private readonly Backend _products, _factorizations, _spectra;

    public ComposedBackend(Backend products, Backend factorizations, Backend spectra, BackendChoice choice)
    {
        (_products, _factorizations, _spectra) = (products, factorizations, spectra);
        Choice = choice;
        // The managed code keeps the number that it was made with.
        var source = Distinct().FirstOrDefault(part => part is ManagedBackend) ?? products;
        TakeThreadsOf(source);
        foreach (var part in Distinct()) part.TakeThreadsOf(source);
    }

    public override string Name => Parts(part => part.Name);

    public override string Core => Parts(part => part.Core);

    public override int Threads => _products.Threads;

    public override string? Warning => Distinct().Select(part => part.Warning).FirstOrDefault(warning => warning is not null);

    public override IReadOnlyList<RoutineCheck> Checks => [.. Distinct().SelectMany(part => part.Checks)];

    public override IReadOnlyList<BackendFinding> Refused =>
        [.. Choice!.Refused.Select(left => new BackendFinding(left.Name, BackendState.Refused, left.Reason, []))];

    public override BackendChoice? Choice { get; }

    protected override void GemmCore(Op opA, Op opB, double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) =>
        _products.Gemm(opA, opB, alpha, a, b, beta, c);

    protected override void SyrkCore(Op op, double alpha, in MatrixView a, double beta, in MatrixView c) => _products.Syrk(op, alpha, a, beta, c);

    protected override void SymmetricProductCore(double alpha, in MatrixView a, in MatrixView b, double beta, in MatrixView c) =>
        _products.SymmetricProduct(alpha, a, b, beta, c);

    protected override int CholeskyCore(in MatrixView a) => _factorizations.Cholesky(a);

    protected override void CholeskySolveCore(in MatrixView factor, in MatrixView x) => _factorizations.CholeskySolve(factor, x);

    protected override void CholeskyInverseCore(in MatrixView factor) => _factorizations.CholeskyInverse(factor);

    protected override int LuCore(in MatrixView a, int[] pivots) => _factorizations.Lu(a, pivots);

    protected override void LuSolveCore(Op op, in MatrixView lu, int[] pivots, in MatrixView x) => _factorizations.LuSolve(op, lu, pivots, x);

    protected override void QrCore(in MatrixView a, in MatrixView r) => _factorizations.Qr(a, r);

    protected override void SymmetricEigenCore(in MatrixView a, Span<double> values, bool vectors) => _spectra.SymmetricEigen(a, values, vectors);

    protected override void SvdCore(in MatrixView a, Span<double> sigma, in MatrixView u, in MatrixView vt) => _spectra.Svd(a, sigma, u, vt);

    private IEnumerable<Backend> Distinct() => new[] { _products, _factorizations, _spectra }.Distinct();

    /// <summary>One text where all parts agree, otherwise one for each kind of work.</summary>
    private string Parts(Func<Backend, string> text)
    {
        string products = text(_products), factorizations = text(_factorizations), spectra = text(_spectra);
        if (factorizations == spectra) return products == spectra ? products : $"{products} (products) + {spectra} (factorizations, eigenvalues)";
        return products == factorizations ? $"{products} (products, factorizations) + {spectra} (eigenvalues)"
            : $"{products} (products) + {factorizations} (factorizations) + {spectra} (eigenvalues)";
    }
}
