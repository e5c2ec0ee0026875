using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Integrators;

/// <summary>B(t)K_SS(t) and its transpose applied to blocks, with the buffers of a sweep.</summary>
/// <remarks>Not thread-safe.</remarks>
internal sealed class SweepRates(KernelProducts products, Backend backend)
{
    private readonly OutputHessian? _hessian = products.Beta is null ? new OutputHessian(products.TrainSize / products.Outputs, products.Outputs) : null;
    private readonly BlockProduct _blocks = new();
    private readonly List<double[]> _buffers = [];
    private (int Interval, double Time) _loaded = (-1, double.NaN);
    private MatrixView _product;

    public KernelProducts Products => products;

    public int Size => products.TrainSize;

    /// <summary>Products with K_SS taken so far, one for each vector.</summary>
    public long Count { get; private set; }

    /// <summary>A buffer of N rows; the same slot gives the same memory.</summary>
    public MatrixView Buffer(int slot, int columns)
    {
        while (_buffers.Count <= slot) _buffers.Add([]);
        if (_buffers[slot].Length < ArraySize.Of(Size, columns)) _buffers[slot] = new double[ArraySize.Of(Size, columns)];
        return new MatrixView(_buffers[slot], Size, columns);
    }

    /// <summary>Y ← factor·B(t)K_SS(t)·X.</summary>
    public void Apply(int interval, double time, double factor, in MatrixView x, in MatrixView y)
    {
        Count += x.Columns;
        products.ApplyTrain(interval, time, x, y);
        if (products.Beta is { } beta)
        {
            Share(y.Columns, new ColumnsScaled(factor * beta, y));
            return;
        }
        Load(interval, time);
        _blocks.Apply(_hessian!, y, 0, y, backend.Spare);
        Scale(factor, y);
    }

    /// <summary>Y ← factor·K_SS(t)B(t)·X.</summary>
    public void ApplyTransposed(int interval, double time, double factor, in MatrixView x, in MatrixView y)
    {
        Count += x.Columns;
        if (products.Beta is { } beta)
        {
            products.ApplyTrain(interval, time, x, y);
            Share(y.Columns, new ColumnsScaled(factor * beta, y));
            return;
        }
        Load(interval, time);
        if (_product.Columns != x.Columns) _product = Buffers.Zero(Size, x.Columns);
        x.CopyTo(_product);
        _blocks.Apply(_hessian!, _product, 0, _product, backend.Spare);
        products.ApplyTrain(interval, time, _product, y);
        Scale(factor, y);
    }

    /// <summary>Work on the columns of a block, by all threads where that pays.</summary>
    public void Share<T>(int columns, in T work)
        where T : struct, IColumnWork => SharedColumns.Run(backend.Spare, columns, (double)Size * columns, work);

    public static void Scale(double factor, in MatrixView x)
    {
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Scale(factor, x.Column(j), x.Column(j));
    }

    public static void Add(double factor, in MatrixView x, in MatrixView y)
    {
        for (int j = 0; j < x.Columns; j++) VectorRoutines.Axpy(factor, x.Column(j), y.Column(j));
    }

    private void Load(int interval, double time)
    {
        if (_loaded == (interval, time)) return;
        products.Hessian(interval, time, _hessian!);
        _loaded = (interval, time);
    }
}
