using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>One step of columns that are carried together: rules of more and more nodes, each started from the polynomial of the one before, until two agree.
/// The larger one is kept; the difference is the error of the smaller.</summary>
internal sealed class ColumnStep
{
    // Residuals this far below what a step may be off by say nothing about the difference of two rules.
    private const double Residual = 0.05;

    // Two rules that differ by so much are far from agreeing.
    private const double Hopeless = 0.1;

    private readonly ColumnModel[] _models;
    private readonly ColumnSystem _system;
    private readonly ColumnKrylov _krylov;
    private readonly MatrixView _start, _product;
    private MatrixView _stages, _stagesBefore;

    public ColumnStep(ColumnModel[] models, int n, int m, Backend backend)
    {
        _models = models;
        int columns = models.Sum(x => x.Columns), most = ColumnNodes.Levels.Max(l => l.Count);
        _system = new ColumnSystem(models, n, most, backend);
        _krylov = new ColumnKrylov(_system, n, columns * most);
        MatrixView New() => Buffers.Zero(n, columns * most);
        (_start, _product, _stages, _stagesBefore) = (New(), New(), New(), New());
        (X, Next) = (Buffers.Zero(n, columns), Buffers.Zero(n, columns));
        (Train, TrainBefore) = (Buffers.Zero(n, columns), Buffers.Zero(n, columns));
        (Test, TestBefore) = (Buffers.Zero(m, columns), Buffers.Zero(m, columns));
        (TrainSum, TestSum) = (Buffers.Zero(n, columns), Buffers.Zero(m, columns));
    }

    /// <summary>The columns at the start of the step.</summary>
    public MatrixView X { get; }

    /// <summary>The columns at its end.</summary>
    public MatrixView Next { get; }

    /// <summary>What the step does to the outputs, by the rule at hand and by the one before, and what all steps did.</summary>
    public MatrixView Train { get; private set; }

    public MatrixView TrainBefore { get; private set; }

    public MatrixView Test { get; private set; }

    public MatrixView TestBefore { get; private set; }

    public MatrixView TrainSum { get; }

    public MatrixView TestSum { get; }

    /// <summary>How many times a stored block was multiplied with a column.</summary>
    public double Products => _system.Products;

    public void BeginInterval(int interval) => _system.BeginInterval(interval);

    /// <summary>Tries a step; the columns stay where they are.</summary>
    /// <param name="interval">Index of the interval.</param>
    /// <param name="from">Where it begins, as a share of the interval.</param>
    /// <param name="share">Its length, as a share of the interval.</param>
    /// <param name="allowed">Allowed relative error.</param>
    /// <param name="order">Receives the power of the step's length by which its error falls.</param>
    /// <returns>The estimated relative error; infinite where the equations were not solved.</returns>
    public double Try(int interval, double from, double share, double allowed, out int order)
    {
        double error = double.PositiveInfinity, size = MatrixNorms.Frobenius(X);
        order = 1;
        for (int level = 0; level < ColumnNodes.Levels.Count; level++)
        {
            var nodes = ColumnNodes.Levels[level];
            int q = nodes.Count;
            _system.Place(interval, from, share, nodes);
            Guess(level, nodes);
            MatrixView start = Used(_start, q), stages = Used(_stages, q), product = Used(_product, q);
            Repeat(q);
            double least = level == 0 ? size : _models.Min(m => MatrixNorms.Frobenius(Next.ColumnRange(m.First, m.Columns)));
            if (!_krylov.Solve(start, stages, Residual * allowed * least)) return double.PositiveInfinity;
            _system.ApplyKernel(stages, product);
            _system.SumTrain(product, Train);
            Test.Fill(0);
            _system.AddTest(stages, Test);
            _system.SumGramians(stages, product);
            if (level > 0)
            {
                error = Compare(q, stages);
                if (!double.IsFinite(error)) return error;
                order = 2 * ColumnNodes.Levels[level - 1].Count;
            }
            foreach (var model in _models) model.At(stages, q, q - 1).CopyTo(Next.ColumnRange(model.First, model.Columns));
            if (error <= allowed) return error;
            if (level > 1 && error > Hopeless) return error;
            if (level == ColumnNodes.Levels.Count - 1) return error;
            (_stages, _stagesBefore) = (_stagesBefore, _stages);
            (Train, TrainBefore, Test, TestBefore) = (TrainBefore, Train, TestBefore, Test);
            foreach (var model in _models) model.NextRule();
        }
        return error;
    }

    /// <summary>Takes the step tried last.</summary>
    public void Accept()
    {
        foreach (var m in _models)
        {
            m.Errors.Add(m.Found, new OperatorNorms(MatrixNorms.Frobenius(X.ColumnRange(m.First, m.Columns)), MatrixNorms.Frobenius(m.Increment),
                MatrixNorms.Frobenius(Train.ColumnRange(m.First, m.Columns)), MatrixNorms.Frobenius(Test.ColumnRange(m.First, m.Columns))));
            VectorRoutines.Axpy(1, m.Increment.Array, m.Gramian.Values);
        }
        VectorRoutines.Axpy(1, Train.Array, TrainSum.Array);
        VectorRoutines.Axpy(1, Test.Array, TestSum.Array);
        Next.CopyTo(X);
    }

    private double Compare(int q, in MatrixView stages)
    {
        double largest = 0;
        foreach (var m in _models)
        {
            MatrixView Of(in MatrixView all) => all.ColumnRange(m.First, m.Columns);
            var end = m.At(stages, q, q - 1);
            var found = new OperatorNorms(MatrixNorms.Distance(end, Of(Next)), MatrixNorms.Distance(m.Increment, m.IncrementBefore),
                MatrixNorms.Distance(Of(Train), Of(TrainBefore)), MatrixNorms.Distance(Of(Test), Of(TestBefore)));
            var norms = new OperatorNorms(Math.Max(MatrixNorms.Frobenius(end), OperatorNorms.SmallestPropagator), MatrixNorms.OfSum(m.Gramian, m.Increment),
                MatrixNorms.OfSum(Of(TrainSum), Of(Train)), MatrixNorms.OfSum(Of(TestSum), Of(Test)));
            m.Found = found;
            double error = norms.LargestRelative(found);
            if (!(error <= largest)) largest = error;
        }
        return largest;
    }

    // The first rule starts from X at every node, the others from the polynomial of the rule before.
    private void Guess(int level, ColumnNodes nodes)
    {
        int q = nodes.Count, before = level == 0 ? 0 : ColumnNodes.Levels[level - 1].Count;
        foreach (var model in _models)
            for (int i = 0; i < q; i++)
                for (int j = 0; j < model.Columns; j++)
                {
                    var target = model.At(_stages, q, i).Column(j);
                    var x = X.Column(model.First + j);
                    if (level == 0) x.CopyTo(target);
                    else VectorRoutines.Scale(nodes.FromBefore[i][0], x, target);
                    for (int k = 0; k < before; k++) VectorRoutines.Axpy(nodes.FromBefore[i][k + 1], model.At(_stagesBefore, before, k).Column(j), target);
                }
    }

    private void Repeat(int q)
    {
        foreach (var model in _models)
            for (int i = 0; i < q; i++) X.ColumnRange(model.First, model.Columns).CopyTo(model.At(_start, q, i));
    }

    private MatrixView Used(in MatrixView all, int q) => all.ColumnRange(0, X.Columns * q);
}
