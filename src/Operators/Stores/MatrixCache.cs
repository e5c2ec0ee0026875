using KernelFlow.Numerics;
using MathNet.Numerics.LinearAlgebra.Double;

namespace KernelFlow.Operators;

/// <summary>The matrices of a large run that were wanted last, in buffers that are used again.</summary>
/// <remarks>What is held is never given up: the cache is larger than its limit where more is held at a time. Buffers are not left to the garbage collector,
/// which would let several times their size gather before it takes them back.</remarks>
/// <param name="bytes">How much it keeps.</param>
internal sealed class MatrixCache(long bytes)
{
    private readonly Lock _gate = new();
    private readonly Dictionary<StoredMatrix, Place> _places = new(ReferenceEqualityComparer.Instance);
    private long _held, _clock;

    /// <summary>The matrix, read unless it is here.</summary>
    public HeldMatrix Hold(StoredMatrix matrix, MatrixReader reader)
    {
        Place? place;
        lock (_gate)
        {
            if (!_places.TryGetValue(matrix, out place)) _places.Add(matrix, place = new Place(this, matrix, Room(matrix)));
            place.Users++;
            place.Used = ++_clock;
        }
        try
        {
            return new HeldMatrix(place.Read(reader), place);
        }
        catch
        {
            lock (_gate)
            {
                // Nobody is to find numbers of which only a part was read.
                if (_places.GetValueOrDefault(matrix) == place && place.Users == 1) Remove(place);
                place.Users--;
            }
            throw;
        }
    }

    // The array of what was not wanted for longest, of this very size if there is one; a new one while there is room.
    private double[] Room(StoredMatrix matrix)
    {
        int length = ArraySize.Of(matrix.Rows, matrix.Columns);
        long size = (long)length * sizeof(double);
        while (_held + size > bytes)
        {
            var idle = _places.Values.Where(p => p.Users == 0).OrderBy(p => p.Used).ToArray();
            if (idle.Length == 0) break;
            var taken = idle.FirstOrDefault(p => p.Values.Length == length) ?? idle[0];
            Remove(taken);
            if (taken.Values.Length != length) continue;
            _held += size;
            return taken.Values;
        }
        _held += size;
        return new double[length];
    }

    private void Remove(Place place)
    {
        _places.Remove(place.Matrix);
        _held -= (long)place.Values.Length * sizeof(double);
    }

    /// <summary>Where a matrix lies.</summary>
    internal sealed class Place(MatrixCache cache, StoredMatrix matrix, double[] values)
    {
        private readonly Lock _reading = new();
        private DenseMatrix? _read;

        public StoredMatrix Matrix => matrix;

        public double[] Values => values;

        public int Users { get; set; }

        public long Used { get; set; }

        // Two that want the same matrix wait for one reading of it.
        public DenseMatrix Read(MatrixReader reader)
        {
            lock (_reading)
            {
                if (_read is not null) return _read;
                var target = new DenseMatrix(matrix.Rows, matrix.Columns, values);
                reader(target);
                return _read = target;
            }
        }

        public void Release()
        {
            lock (cache._gate) Users--;
        }
    }
}
