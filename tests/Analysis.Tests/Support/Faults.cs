using KernelFlow.Integrators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Analysis.Tests.Support;

/// <summary>Faults put into the operators of an analysis before its checks see them: what a bug in an integrator would look like.</summary>
internal static class Faults
{
    public static ReservoirAnalysis Analyse(CheckpointSequence run, AnalysisOptions options, Func<RunModel, RunModel>? fault = null) =>
        ReservoirPipeline.Run(run, options, null, default, fault);

    /// <summary>The model with other operators.</summary>
    public static RunModel With(this RunModel model, DenseMatrix? P = null, DenseMatrix? W_S = null, DenseMatrix? G_S = null, DenseMatrix? G_Q = null,
        IReadOnlyList<PartialGramian>? partial = null)
    {
        var p = model.Propagation;
        return model with
        {
            Propagation = new Propagation
            {
                P = P ?? p.P, W_S = W_S ?? p.W_S, G_S = G_S ?? p.G_S, G_Q = G_Q ?? p.G_Q, Nodes = p.Nodes, StepsPerInterval = p.StepsPerInterval,
                Transported = p.Transported, IntervalTransported = p.IntervalTransported, Error = p.Error, Report = p.Report,
            },
            PartialGramians = partial ?? model.PartialGramians,
        };
    }

    public static DenseMatrix Times(this DenseMatrix a, double factor) => (DenseMatrix)(factor * a);

    /// <summary>A with one row and column (or, for a matrix that is not square, one column) of another sign.</summary>
    public static DenseMatrix Flipped(this DenseMatrix a, int index)
    {
        var b = (DenseMatrix)a.Clone();
        b.SetColumn(index, -b.Column(index));
        if (a.RowCount == a.ColumnCount) b.SetRow(index, -b.Row(index));
        return b;
    }
}
