using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>Where columns that are carried together stand, and what their steps have in common.</summary>
internal sealed class ColumnState
{
    public ColumnState(ColumnModel[] models, ColumnSystem system, int n, int m)
    {
        (Models, System) = (models, system);
        int columns = models.Sum(x => x.Columns);
        (X, Next, Train, TrainSum) = (Buffers.Zero(n, columns), Buffers.Zero(n, columns), Buffers.Zero(n, columns), Buffers.Zero(n, columns));
        (Test, TestSum) = (Buffers.Zero(m, columns), Buffers.Zero(m, columns));
    }

    public ColumnModel[] Models { get; }

    public ColumnSystem System { get; }

    /// <summary>The columns at the start of the step.</summary>
    public MatrixView X { get; }

    /// <summary>The columns at its end.</summary>
    public MatrixView Next { get; }

    /// <summary>What the step does to the training outputs, and what all steps did.</summary>
    public MatrixView Train { get; }

    public MatrixView TrainSum { get; }

    /// <summary>The same of the test outputs.</summary>
    public MatrixView Test { get; }

    public MatrixView TestSum { get; }

    /// <summary>Back to the start of the window.</summary>
    public void Start(IReadOnlyList<ColumnStart> starts)
    {
        for (int v = 0; v < Models.Length; v++)
        {
            starts[v].Block.CopyTo(X.ColumnRange(Models[v].First, Models[v].Columns));
            Models[v].Errors.Clear();
            Models[v].Gramian.Clear();
        }
        TrainSum.Fill(0);
        TestSum.Fill(0);
    }

    /// <summary>The largest error found in a step, each relative to what it is an error of.</summary>
    public double LargestRelative()
    {
        double largest = 0;
        foreach (var m in Models)
        {
            var norms = new OperatorNorms(Math.Max(MatrixNorms.Frobenius(m.Of(Next)), OperatorNorms.SmallestPropagator),
                MatrixNorms.OfSum(m.Gramian, m.Increment), MatrixNorms.OfSum(m.Of(TrainSum), m.Of(Train)), MatrixNorms.OfSum(m.Of(TestSum), m.Of(Test)));
            double error = norms.LargestRelative(m.Found);
            if (!(error <= largest)) largest = error;
        }
        return largest;
    }

    /// <summary>Takes the step tried last.</summary>
    public void Accept()
    {
        foreach (var m in Models)
        {
            m.Errors.Add(m.Found, new OperatorNorms(MatrixNorms.Frobenius(m.Of(X)), MatrixNorms.Frobenius(m.Increment),
                MatrixNorms.Frobenius(m.Of(Train)), MatrixNorms.Frobenius(m.Of(Test))));
            VectorRoutines.Axpy(1, m.Increment.Array, m.Gramian.Values);
        }
        VectorRoutines.Axpy(1, Train.Array, TrainSum.Array);
        VectorRoutines.Axpy(1, Test.Array, TestSum.Array);
        Next.CopyTo(X);
    }

    /// <summary>The errors at the end of the window.</summary>
    public IntegrationError[] Errors() => [.. Models.Select(m => m.Errors.RelativeTo(new OperatorNorms(MatrixNorms.Frobenius(m.Of(X)),
        MatrixNorms.Frobenius(m.Gramian), MatrixNorms.Frobenius(m.Of(TrainSum)), MatrixNorms.Frobenius(m.Of(TestSum)))))];
}
