using System.Runtime.InteropServices;
using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>A tensor of the run that is filled piece by piece along its first dimension and held in memory of libtorch, on the host, in the stored
/// type.</summary>
internal sealed class HostRows : IDisposable
{
    // A span has at most 2³¹ bytes.
    private const long LargestPiece = 1L << 30;

    private readonly List<(long First, Tensor Values)> _pieces = [];
    private readonly StorageType _type;
    private readonly long _row;
    private long _filled;

    public HostRows(string name, StorageType type, params long[] shape)
    {
        _type = type;
        _row = shape[1..].Aggregate(1L, (product, extent) => checked(product * extent));
        Source = new StreamedTensor(name, type, shape, Fill);
    }

    /// <summary>As the run has it. To be read before this is disposed.</summary>
    public TensorSource Source { get; }

    /// <summary>Adds rows, from whatever device; the tensor itself is not changed and may be disposed.</summary>
    public void Add(Tensor rows)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        var type = _type == StorageType.Float32 ? torch.ScalarType.Float32 : torch.ScalarType.Float64;
        var host = rows.detach().to(type).cpu().contiguous();
        long n = host.shape[0], each = Math.Max(1, LargestPiece / (_row * _type.Size()));
        for (long first = 0; first < n; first += each)
        {
            long count = Math.Min(each, n - first);
            var piece = host.narrow(0, first, count);
            _pieces.Add((_filled, piece.DetachFromDisposeScope()));
            _filled += count * _row;
        }
    }

    public void Dispose()
    {
        foreach (var (_, values) in _pieces) values.Dispose();
        _pieces.Clear();
    }

    private void Fill(long first, Span<double> destination)
    {
        int index = _pieces.Count - 1;
        while (_pieces[index].First > first) index--;
        while (destination.Length > 0)
        {
            var (begin, values) = _pieces[index++];
            int taken;
            if (_type == StorageType.Float32)
            {
                var from = MemoryMarshal.Cast<byte, float>(values.bytes)[(int)(first - begin)..];
                taken = Math.Min(from.Length, destination.Length);
                for (int i = 0; i < taken; i++) destination[i] = from[i];
            }
            else
            {
                var from = MemoryMarshal.Cast<byte, double>(values.bytes)[(int)(first - begin)..];
                taken = Math.Min(from.Length, destination.Length);
                from[..taken].CopyTo(destination);
            }
            destination = destination[taken..];
            first += taken;
        }
    }
}
