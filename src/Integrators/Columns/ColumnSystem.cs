using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>The stage equations X_i + h Σ_j a_ij B_j K_j X_j = X(t) of columns that are carried together. K_j is applied term by term, each stored block read
/// once for all nodes, columns and models; nothing is formed.</summary>
internal sealed class ColumnSystem
{
    // From so many columns on a sum of stored blocks is formed and multiplied once: its terms cost less than a product of each with so many columns.
    private const int Summed = 8;

    private readonly Backend _backend;
    private readonly ColumnModel[] _models;
    private readonly List<(KernelTerm Term, List<(int First, int Last)> Runs)> _terms = [];
    private readonly List<HeldKernels> _held = []; // the kernels of the terms, for as long as the interval lasts
    private readonly int[,] _index; // of a model and a distinct term, the number of the model's term; −1 for none
    private readonly int _n, _columns, _most;
    private readonly MatrixView _scaled, _slopes;
    private readonly double[] _factors;
    private ColumnNodes _nodes = ColumnNodes.Levels[0];
    private MatrixView[] _blocks = []; // the stored blocks of an interval, and their weights by number of nodes
    private double[]?[] _sumWeights = [];

    public ColumnSystem(ColumnModel[] models, int n, int most, Backend backend)
    {
        (_models, _n, _most, _backend) = (models, n, most, backend);
        _columns = models.Sum(m => m.Columns);
        MostTerms = models.Sum(m => m.Trajectory.IsApplied ? 0 : Enumerable.Range(0, m.Trajectory.Intervals).Max(k => m.Trajectory.Terms(k)!.Count));
        _index = new int[models.Length, MostTerms];
        (_scaled, _slopes, _factors) = (Buffers.Zero(n, _columns), Buffers.Zero(n, _columns * most), new double[_columns * most]);
    }

    /// <summary>How many times a stored block was multiplied with a column, or would have been had sums of blocks not been formed.</summary>
    public double Products { get; private set; }

    /// <summary>How many such products there may be.</summary>
    public double MostProducts { get; set; } = double.PositiveInfinity;

    /// <summary>Whether there were more.</summary>
    public bool IsSpent => Products > MostProducts;

    /// <summary>Collects the distinct terms of an interval.</summary>
    public void BeginInterval(int interval)
    {
        Release();
        _terms.Clear();
        foreach (var model in _models) model.BeginInterval(interval, _most);
        for (int v = 0; v < _models.Length; v++)
            for (int t = 0; t < _models[v].Terms.Count; t++)
            {
                var term = _models[v].Terms[t].Term;
                int found = _terms.FindIndex(x => ReferenceEquals(x.Term, term));
                if (found < 0)
                {
                    found = _terms.Count;
                    _terms.Add((term, []));
                    _held.Add(term.Hold());
                    for (int w = 0; w < _models.Length; w++) _index[w, found] = -1;
                }
                _index[v, found] = t;
                var runs = _terms[found].Runs;
                if (runs.Count > 0 && runs[^1].Last == v) runs[^1] = (runs[^1].First, v + 1);
                else runs.Add((v, v + 1));
            }
    }

    /// <summary>Gives the kernels of the interval back.</summary>
    public void Release()
    {
        foreach (var held in _held) held.Dispose();
        _held.Clear();
        Array.Clear(_blocks);
    }

    /// <summary>No interval has more distinct terms.</summary>
    public int MostTerms { get; }

    /// <summary>The number of distinct terms of the interval.</summary>
    public int Terms => _terms.Count;

    /// <summary>Places the nodes of a step.</summary>
    public void Place(int interval, double from, double share, ColumnNodes nodes)
    {
        _nodes = nodes;
        Place(interval, from, share, nodes.C);
    }

    /// <summary>Places the stages of a step.</summary>
    public void Place(int interval, double from, double share, ReadOnlySpan<double> nodes)
    {
        foreach (var model in _models) model.Place(interval, from, share, nodes);
    }

    /// <summary>y_i ← K_i x_i at all nodes.</summary>
    public void ApplyKernel(in MatrixView x, in MatrixView y) => ApplyKernel(0, _nodes.Count, x, y);

    /// <summary>y ← K_i x at one node.</summary>
    public void ApplyKernelAt(int i, in MatrixView x, in MatrixView y) => ApplyKernel(i, 1, x, y);

    private void ApplyKernel(int node, int q, in MatrixView x, in MatrixView y)
    {
        y.Fill(0);
        foreach (var model in _models)
            if (model.Trajectory.IsApplied) model.Apply(node, q, x, y);
        if (_models is [{ Columns: >= Summed, Trajectory.IsApplied: false } one])
        {
            ApplySums(one, node, q, x, y);
            return;
        }
        for (int t = 0; t < _terms.Count; t++)
            foreach (var (from, to) in _terms[t].Runs)
            {
                int first = _models[from].First * q, count = 0;
                for (int v = from; v < to; v++)
                    for (int i = node; i < node + q; i++)
                        for (int j = 0; j < _models[v].Columns; j++) _factors[count++] = _models[v].Weights[_index[v, t]][i];
                _backend.AddTransposed(_held[t].Train, x.ColumnRange(first, count), _factors.AsSpan(0, count), y.ColumnRange(first, count));
                Products += count;
            }
    }

    private void ApplySums(ColumnModel model, int node, int q, in MatrixView x, in MatrixView y)
    {
        // Kept from step to step: of one length for each number of nodes.
        if (_blocks.Length != _held.Count) (_blocks, _sumWeights) = (new MatrixView[_held.Count], new double[_most + 1][]);
        for (int t = 0; t < _blocks.Length; t++) _blocks[t] = _held[t].Train;
        double[] weights = _sumWeights[q] ??= new double[q * _terms.Count];
        for (int i = 0; i < q; i++)
            for (int t = 0; t < _terms.Count; t++) weights[i * _terms.Count + t] = model.Weights[_index[0, t]][node + i];
        int count = q * model.Columns;
        _backend.AddTransposedSums(_blocks, weights, x.ColumnRange(0, count), y.ColumnRange(0, count));
        Products += (double)count * _terms.Count;
    }

    /// <summary>sum ← sum + weight·h·c_t·x for the columns of the models that have term t, c_t its coefficient at a node: what the test outputs get of
    /// it.</summary>
    public void AddWeighted(int t, int i, double weight, in MatrixView x, in MatrixView sum)
    {
        foreach (var (from, to) in _terms[t].Runs)
            for (int v = from; v < to; v++)
                for (int j = _models[v].First; j < _models[v].First + _models[v].Columns; j++)
                    VectorRoutines.Axpy(weight * _models[v].Length * _models[v].Weights[_index[v, t]][i], x.Column(j), sum.Column(j));
    }

    /// <summary>test ← test + K_QS,t·sum.</summary>
    public void AddTest(int t, in MatrixView sum, in MatrixView test)
    {
        foreach (var (from, to) in _terms[t].Runs)
        {
            int first = _models[from].First, count = _models[to - 1].First + _models[to - 1].Columns - first;
            _backend.Gemm(Op.None, Op.None, 1, _held[t].TestTrain, sum.ColumnRange(first, count), 1, test.ColumnRange(first, count));
        }
    }

    /// <summary>target_i ← target_i + factor·h Σ_j a_ij B_j y_j.</summary>
    public void AddStages(double factor, in MatrixView y, in MatrixView target)
    {
        int q = _nodes.Count;
        var transposed = new MatrixView(_nodes.Transposed, q, q);
        foreach (var model in _models)
        {
            bool scalar = model.Trajectory.Beta is not null;
            for (int i = 0; i < q && !scalar; i++) model.ApplyHessian(i, model.At(y, q, i), model.At(_slopes, q, i));
            _backend.Gemm(Op.None, Op.None, factor * model.Length * (model.Trajectory.Beta ?? 1), model.Stacked(scalar ? y : _slopes, q), transposed, 1,
                model.Stacked(target, q));
        }
    }

    /// <summary>Adds h Σ_i b_i K_QS,i x_i, what the step does to the test outputs: weighted columns first, so that each block is read once.</summary>
    public void AddTest(in MatrixView x, in MatrixView test)
    {
        if (test.Rows == 0) return;
        int q = _nodes.Count;
        foreach (var model in _models)
            if (model.Trajectory.IsApplied) model.AddTest(_nodes.B, x, test);
        for (int t = 0; t < _terms.Count; t++)
        {
            _scaled.Fill(0);
            foreach (var (from, to) in _terms[t].Runs)
                for (int v = from; v < to; v++)
                {
                    var (model, weights) = (_models[v], _models[v].Weights[_index[v, t]]);
                    for (int i = 0; i < q; i++)
                        for (int j = 0; j < model.Columns; j++)
                            VectorRoutines.Axpy(model.Length * _nodes.B[i] * weights[i], model.At(x, q, i).Column(j), _scaled.Column(model.First + j));
                }
            AddTest(t, _scaled, test);
        }
    }

    /// <summary>h Σ_i b_i y_i: what the step does to the training outputs.</summary>
    public void SumTrain(in MatrixView y, in MatrixView train)
    {
        int q = _nodes.Count;
        train.Fill(0);
        foreach (var model in _models)
            for (int i = 0; i < q; i++)
                for (int j = 0; j < model.Columns; j++)
                    VectorRoutines.Axpy(model.Length * _nodes.B[i], model.At(y, q, i).Column(j), train.Column(model.First + j));
    }

    /// <summary>h Σ_i b_i X_iᵀK_iX_i of every model.</summary>
    public void SumGramians(in MatrixView x, in MatrixView y)
    {
        int q = _nodes.Count;
        foreach (var model in _models)
        {
            model.Increment.Fill(0);
            for (int i = 0; i < q; i++) AddGramian(model, _nodes.B[i], model.At(x, q, i), model.At(y, q, i), model.Increment);
        }
    }

    /// <summary>target ← target + weight·h·XᵀY.</summary>
    public void AddGramian(ColumnModel model, double weight, in MatrixView x, in MatrixView y, in MatrixView target)
    {
        if (weight != 0) _backend.Gemm(Op.Transpose, Op.None, weight * model.Length, x, y, 1, target);
    }
}
