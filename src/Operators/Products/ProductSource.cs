using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>A run with Jacobians as its products read it, shared by all products of the run: what is kept in memory, and norms.</summary>
internal sealed class ProductSource
{
    // Parameters of a layer in one unit: bounds what lies between J and Jᵀ.
    private const int UnitParameters = 1 << 19;
    private const int OutputsTogether = 32;
    private const long LargestChunk = 64L << 20, LeastChunk = 1L << 20;

    private readonly Dictionary<int, double> _norms = [];
    private readonly InputIdentity[] _identities;
    private readonly bool _isFactored;

    public ProductSource(CheckpointSequence run, NumberShelf shelf, Backend backend)
    {
        (Run, Shelf, Backend) = (run, shelf, backend);
        // J M Jᵀ does not factor: with a preconditioner rows are expanded.
        _isFactored = run.All(c => c[TensorName.J_S] is FactoredJacobian && c[TensorName.J_Q] is FactoredJacobian
            && (c.Find(TensorName.Preconditioner) is null || c.Find(TensorName.Sketch) is not null));
        _identities = _isFactored ? [.. ((FactoredJacobian)run[0][TensorName.J_S]).Layers.Select((_, l) => new InputIdentity(run, l))] : [];
    }

    public CheckpointSequence Run { get; }

    public MemoryAccount Account => Shelf.Account;

    public Backend Backend { get; }

    public NumberShelf Shelf { get; }

    /// <summary>Units for one instance of products, in the order of the columns.</summary>
    public ProductUnit[] Units()
    {
        var room = new StreamRoom(Account);
        long chunk = Math.Clamp(Account.Ceiling.Bytes / 16, LeastChunk, LargestChunk);
        var units = new List<ProductUnit>();
        void AddColumns(Func<int, bool, TensorSource> tensor, long count, long firstColumn)
        {
            int width = ColumnUnit.Width(Run, Account.Ceiling);
            for (long first = 0; first < count; first += width)
                units.Add(new ColumnUnit(Run, tensor, first, (int)Math.Min(width, count - first), firstColumn + first, Shelf, room));
        }
        if (!_isFactored)
        {
            AddColumns((k, test) => Run[k][test ? TensorName.J_Q : TensorName.J_S], Run.Parameters!.Value, 0);
            return [.. units];
        }
        var jacobian = (FactoredJacobian)Run[0][TensorName.J_S];
        for (int l = 0; l < jacobian.Layers.Count; l++)
        {
            int index = l;
            var layer = jacobian.Layers[l].Layer;
            if (layer.Kind == JacobianLayerKind.Columns)
            {
                AddColumns((k, test) => ((FactoredJacobian)Run[k][test ? TensorName.J_Q : TensorName.J_S]).Layers[index].Columns!, layer.Columns,
                    jacobian.FirstColumn(l));
                continue;
            }
            int together = (int)Math.Max(UnitParameters / (layer.Inputs + 1) / OutputsTogether, 1) * OutputsTogether;
            for (int first = 0; first < layer.Outputs; first += together)
                units.Add(new FactorUnit(Run, l, first, (int)Math.Min(together, layer.Outputs - first), jacobian.FirstColumn(l), _identities[l], Shelf, room,
                    Backend, chunk));
        }
        return [.. units];
    }

    /// <summary>‖J_S‖_F² of a checkpoint, the trace of its K_SS.</summary>
    public double SquaredNorm(int checkpoint, ProductUnit[] units, IReadOnlySet<TensorSource> wanted)
    {
        lock (_norms)
        {
            if (_norms.TryGetValue(checkpoint, out double known)) return known;
            var scratch = new ProductScratch(new MemoryAccount(MemoryCeiling.None));
            var mixture = new Mixture([checkpoint], [1], wanted);
            double sum = 0;
            foreach (var unit in units)
                for (int chunk = 0; unit.Bind(false, mixture, chunk); chunk++) sum += unit.SquaredNorm(scratch);
            return _norms[checkpoint] = sum;
        }
    }
}
