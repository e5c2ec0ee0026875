using KernelFlow.Numerics;

namespace KernelFlow;

/// <summary>The factors of a part of a layer for some examples, in memory.</summary>
internal readonly ref struct LayerPiece
{
    private readonly LayerPart _part;
    private readonly double[] _deltas;
    private readonly int _rows, _p, _width, _shift;

    private LayerPiece(in LayerPart part, int p, int examples, double[] inputs, double[] deltas)
    {
        (_part, _deltas, _rows, _p) = (part, deltas, examples * p, p);
        (_width, _shift) = part.IsPlain ? (part.Count, 0) : ((int)part.Layer.Outputs, (int)part.FirstOutput);
        Inputs = part.InputCount == 0 ? default : new(inputs, part.FirstInput, part.InputCount, examples * part.Positions, (int)part.Layer.Inputs);
    }

    /// <summary>A: the inputs of the part × examples and positions.</summary>
    public MatrixView Inputs { get; }

    public static LayerPiece Read(in LayerPart part, int p, int first, int examples, double[] inputs, double[] deltas)
    {
        var factors = part.Factors;
        if (part.IsPlain)
        {
            long columns = part.Layer.Columns;
            int rows = examples * p, count = part.Count;
            if (count == columns) factors.Columns!.Read(first * p * columns, deltas.AsSpan(0, rows * count));
            else
                for (int r = 0; r < rows; r++) factors.Columns!.Read(((long)first * p + r) * columns + part.FirstOutput, deltas.AsSpan(r * count, count));
        }
        else
        {
            long a = part.InputElements, d = part.DeltaElements(p);
            if (a > 0) factors.Inputs!.Read(first * a, inputs.AsSpan(0, (int)(a * examples)));
            factors.Deltas!.Read(first * d, deltas.AsSpan(0, (int)(d * examples)));
        }
        return new LayerPiece(part, p, examples, inputs, deltas);
    }

    /// <summary>target_ic += factor·Σ_t δ_ictᵀ x: x is one vector for biases and plain columns, else one for every example and position.</summary>
    public void AddProducts(ReadOnlySpan<double> x, double factor, Span<double> target)
    {
        int T = _part.Positions, q = _part.IsPlain ? _width : _part.Outputs;
        bool every = _part.InputCount > 0;
        for (int r = 0; r < _rows; r++)
        {
            double sum = 0;
            int from = r * T * _width + _shift, at = every ? r / _p * T * q : 0;
            if (every && q == _width) sum = VectorRoutines.Dot(_deltas.AsSpan(from, T * q), x.Slice(at, T * q));
            else
                for (int t = 0; t < T; t++) sum += VectorRoutines.Dot(_deltas.AsSpan(from + t * _width, q), x.Slice(every ? at + t * q : 0, q));
            target[r] += factor * sum;
        }
    }

    /// <summary>target += factor·Σ_ict b_ic δ_ict, of all examples or of one.</summary>
    public void AddCombination(ReadOnlySpan<double> b, double factor, Span<double> target, int firstExample = 0)
    {
        int T = _part.Positions;
        for (int r = 0; r < b.Length; r++)
            for (int t = 0; t < T; t++)
                VectorRoutines.Axpy(factor * b[r], _deltas.AsSpan(((firstExample * _p + r) * T + t) * _width + _shift, target.Length), target);
    }

    /// <summary>target_it ← factor·Σ_c b_ic δ_ict: outputs × examples and positions.</summary>
    public void Combine(ReadOnlySpan<double> b, double factor, double[] target)
    {
        int T = _part.Positions, q = _part.Outputs;
        target.AsSpan(0, _rows / _p * T * q).Clear();
        for (int r = 0; r < _rows; r++)
        {
            int from = r * T * _width + _shift, at = r / _p * T * q;
            if (q == _width) VectorRoutines.Axpy(factor * b[r], _deltas.AsSpan(from, T * q), target.AsSpan(at, T * q));
            else
                for (int t = 0; t < T; t++) VectorRoutines.Axpy(factor * b[r], _deltas.AsSpan(from + t * _width, q), target.AsSpan(at + t * q, q));
        }
    }
}
