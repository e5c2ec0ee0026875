using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>What a stage of RKC does element by element, in one pass over its vectors: with few flops to a number, the passes of a block of vectors would
/// otherwise take as long as half of its product.</summary>
internal static class StagePasses
{
    /// <summary>older ← a·x + b·older + c·old + d·f + e·first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Continue(double a, ReadOnlySpan<double> x, double b, double c, ReadOnlySpan<double> old, double d, ReadOnlySpan<double> f, double e,
        ReadOnlySpan<double> first, Span<double> older)
    {
        MemoryTraffic.Add(6 * older.Length);
        int n = older.Length;
        ReadOnlySpan<Vector<double>> vx = Vectors(x[..n]), vOld = Vectors(old[..n]), vf = Vectors(f[..n]), vFirst = Vectors(first[..n]);
        var target = MemoryMarshal.Cast<double, Vector<double>>(older);
        Vector<double> va = new(a), vb = new(b), vc = new(c), vd = new(d), ve = new(e);
        for (int i = 0; i < target.Length; i++)
        {
            var sum = Vector.MultiplyAddEstimate(va, vx[i], vb * target[i]);
            sum = Vector.MultiplyAddEstimate(vc, vOld[i], sum);
            sum = Vector.MultiplyAddEstimate(vd, vf[i], sum);
            target[i] = Vector.MultiplyAddEstimate(ve, vFirst[i], sum);
        }
        for (int i = target.Length * Vector<double>.Count; i < n; i++)
        {
            double sum = double.MultiplyAddEstimate(a, x[i], b * older[i]);
            sum = double.MultiplyAddEstimate(c, old[i], sum);
            sum = double.MultiplyAddEstimate(d, f[i], sum);
            older[i] = double.MultiplyAddEstimate(e, first[i], sum);
        }
    }

    /// <summary>The transpose: start += a·now, first += e·now, before += c·now + f, now ← b·now.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Back(double a, Span<double> start, double e, Span<double> first, double c, ReadOnlySpan<double> f, Span<double> before, double b,
        Span<double> now)
    {
        MemoryTraffic.Add(9 * now.Length);
        int n = now.Length;
        Span<Vector<double>> vStart = Writable(start[..n]), vFirst = Writable(first[..n]), vBefore = Writable(before[..n]), vNow = Writable(now);
        var vf = Vectors(f[..n]);
        Vector<double> va = new(a), vb = new(b), vc = new(c), ve = new(e);
        for (int i = 0; i < vNow.Length; i++)
        {
            var value = vNow[i];
            vStart[i] = Vector.MultiplyAddEstimate(va, value, vStart[i]);
            vFirst[i] = Vector.MultiplyAddEstimate(ve, value, vFirst[i]);
            vBefore[i] = Vector.MultiplyAddEstimate(vc, value, vBefore[i]) + vf[i];
            vNow[i] = vb * value;
        }
        for (int i = vNow.Length * Vector<double>.Count; i < n; i++)
        {
            double value = now[i];
            start[i] = double.MultiplyAddEstimate(a, value, start[i]);
            first[i] = double.MultiplyAddEstimate(e, value, first[i]);
            before[i] = double.MultiplyAddEstimate(c, value, before[i]) + f[i];
            now[i] = b * value;
        }
    }

    private static ReadOnlySpan<Vector<double>> Vectors(ReadOnlySpan<double> x) => MemoryMarshal.Cast<double, Vector<double>>(x);

    private static Span<Vector<double>> Writable(Span<double> x) => MemoryMarshal.Cast<double, Vector<double>>(x);
}

/// <summary><see cref="StabilisedStage.Continue"/> for some columns of a block.</summary>
internal readonly struct StageContinued(StabilisedStage stage, MatrixView x, MatrixView first, MatrixView old, MatrixView slope, MatrixView older) : IColumnWork
{
    public void Run(int firstColumn, int last)
    {
        for (int i = firstColumn; i < last; i++) stage.Continue(1, x.Column(i), first.Column(i), old.Column(i), slope.Column(i), older.Column(i));
    }
}

/// <summary>Its transpose.</summary>
internal readonly struct StageReturned(StabilisedStage stage, MatrixView start, MatrixView first, MatrixView f, MatrixView before, MatrixView now) : IColumnWork
{
    public void Run(int firstColumn, int last)
    {
        for (int i = firstColumn; i < last; i++)
            StagePasses.Back(stage.Start, start.Column(i), stage.First, first.Column(i), stage.Old, f.Column(i), before.Column(i), stage.Older, now.Column(i));
    }
}

/// <summary>A factor for all numbers of some columns.</summary>
internal readonly struct ColumnsScaled(double factor, MatrixView x) : IColumnWork
{
    public void Run(int first, int last)
    {
        for (int i = first; i < last; i++) VectorRoutines.Scale(factor, x.Column(i), x.Column(i));
    }
}
