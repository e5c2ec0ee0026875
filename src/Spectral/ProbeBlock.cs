using KernelFlow.Numerics;
using KernelFlow.Operators;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Spectral;

/// <summary>Nodes, ascending, and weights (of sum 1) of a quadrature rule.</summary>
internal sealed record ProbeRule(double[] Nodes, double[] Weights);

/// <summary>Single-vector Lanczos from several probes side by side, so that the operator sees blocks. Each is fully
/// reorthogonalised against its own basis.</summary>
internal sealed class ProbeBlock
{
    private readonly LinearOperator _a;
    private readonly Backend _backend;
    private readonly MatrixView[] _bases;
    private readonly List<double>[] _diagonal, _off;
    private readonly int _steps;
    private readonly double[] _scale;
    private List<int> _running;

    public ProbeBlock(LinearOperator a, int probes, int steps, Backend backend, Random random)
    {
        (_a, _backend, _steps) = (a, backend, steps);
        _bases = new MatrixView[probes];
        (_diagonal, _off, _scale) = (new List<double>[probes], new List<double>[probes], new double[probes]);
        double entry = 1 / Math.Sqrt(a.Rows);
        for (int p = 0; p < probes; p++)
        {
            _bases[p] = KrylovStorage.Allocate(a.Rows, steps);
            foreach (ref double v in _bases[p].Column(0)) v = random.Next(2) == 0 ? entry : -entry;
            (_diagonal[p], _off[p]) = ([], []);
        }
        _running = [.. Enumerable.Range(0, probes)];
    }

    public int Applications { get; private set; }

    /// <summary>One step of every probe that has not found an invariant subspace; false when there was none to do.</summary>
    public bool Step(CancellationToken cancellation)
    {
        if (_running.Count == 0) return false;
        cancellation.ThrowIfCancellationRequested();
        int n = _a.Rows, size = _diagonal[_running[0]].Count + 1;
        int count = _running.Count, elements = ArraySize.Of(n, count);
        MatrixView x = new(new double[elements], n, count), z = new(new double[elements], n, count);
        for (int i = 0; i < _running.Count; i++) _bases[_running[i]].Column(size - 1).CopyTo(x.Column(i));
        _a.Apply(x, z);
        Applications += _running.Count;
        var next = new List<int>();
        for (int i = 0; i < _running.Count; i++)
        {
            int p = _running[i];
            if (!VectorRoutines.AllFinite(z.Column(i)))
                throw new NumericalException($"Stochastic quadrature: the operator returned a value that is not finite (step {size}).");
            if (Extend(p, size, z.ColumnRange(i, 1)) && size < _steps) next.Add(p);
        }
        _running = next;
        return true;
    }

    /// <summary>The rules of the first <paramref name="share"/> of the steps of each probe.</summary>
    public IEnumerable<ProbeRule> Rules(double share)
    {
        for (int p = 0; p < _bases.Length; p++)
        {
            int size = _diagonal[p].Count;
            // A rule that ended in an invariant subspace is exact and has no shorter one.
            int kept = size < _steps ? size : Math.Max(1, (int)(share * size));
            var t = new DenseMatrix(kept, kept);
            for (int i = 0; i < kept; i++)
            {
                t.At(i, i, _diagonal[p][i]);
                if (i + 1 < kept) (t[i, i + 1], t[i + 1, i]) = (_off[p][i], _off[p][i]);
            }
            var nodes = new double[kept];
            _backend.SymmetricEigen(t, nodes, vectors: true);
            yield return new ProbeRule(nodes, [.. Enumerable.Range(0, kept).Select(k => t.At(0, k) * t.At(0, k))]);
        }
    }

    // False when the Krylov space of this probe is exhausted.
    private bool Extend(int p, int size, in MatrixView z)
    {
        var q = _bases[p].ColumnRange(0, size);
        var column = z.Column(0);
        double alpha = VectorRoutines.Dot(q.Column(size - 1), column);
        _scale[p] = Math.Max(_scale[p], VectorRoutines.Norm(column));
        VectorRoutines.Axpy(-alpha, q.Column(size - 1), column);
        if (size > 1) VectorRoutines.Axpy(-_off[p][size - 2], q.Column(size - 2), column);
        var h = new MatrixView(new double[size], size, 1);
        for (int pass = 0; pass < 2; pass++)
        {
            BasisProducts.Project(_backend, q, z, h);
            BasisProducts.Subtract(_backend, q, h, z);
            alpha += h[size - 1, 0];
        }
        _diagonal[p].Add(alpha);
        double beta = VectorRoutines.Norm(column);
        if (size == _steps || beta <= 4 * Math.Sqrt(column.Length) * Tolerances.Epsilon * _scale[p]) return false;
        _off[p].Add(beta);
        VectorRoutines.Scale(1 / beta, column, _bases[p].Column(size));
        return true;
    }
}
