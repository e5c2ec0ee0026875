using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace KernelFlow.Numerics;

/// <summary>Products of small matrices with vectors that lie beside each other number by number: number i of all vectors, then number i + 1 of all.</summary>
/// <remarks>For blocks too small or too thin for a matrix product, which would pack them first: nothing is packed, every number of the matrix is read once for
/// all vectors, and sums stay in registers. One vector, or any multiple of <see cref="Lanes"/>. The order of every sum depends on shapes only.</remarks>
public static class InterleavedProducts
{
    /// <summary>Several vectors are a multiple of so many.</summary>
    public const int Lanes = 4;

    /// <summary>target_i ← target_i + Σ_k b_ki·x_k, each of x_k and target_i being one number of every vector.</summary>
    /// <param name="vectors">How many vectors: 1, or a multiple of <see cref="Lanes"/>.</param>
    /// <param name="x">Of every k, <paramref name="vectors"/> numbers.</param>
    /// <param name="inner">How many k.</param>
    /// <param name="b">The matrix.</param>
    /// <param name="innerStride">Distance of b_ki and b_{k+1,i}.</param>
    /// <param name="outerStride">Distance of b_ki and b_{k,i+1}.</param>
    /// <param name="outer">How many i.</param>
    /// <param name="target">Of every i, <paramref name="vectors"/> numbers.</param>
    /// <param name="add">Whether what is in the target is added to, or replaced.</param>
    /// <exception cref="ArgumentException">A span is too short, or the number of vectors is none of those.</exception>
    public static void Multiply(int vectors, ReadOnlySpan<double> x, int inner, ReadOnlySpan<double> b, int innerStride, int outerStride, int outer,
        Span<double> target, bool add)
    {
        if (vectors < 1 || (vectors > 1 && vectors % Lanes != 0))
            throw new ArgumentException($"Found {vectors} vectors, expected 1 or a multiple of {Lanes}.", nameof(vectors));
        if (outer == 0) return;
        if (x.Length < (long)inner * vectors || target.Length < (long)outer * vectors
            || (inner > 0 && b.Length <= (inner - 1L) * innerStride + (outer - 1L) * outerStride))
            throw new ArgumentException($"{inner} by {outer} numbers with {vectors} vectors: found {x.Length}, {b.Length} and {target.Length}.", nameof(x));
        if (!add) target[..(outer * vectors)].Clear();
        if (inner == 0) return;
        if (vectors == 1)
        {
            One(x[..inner], b, innerStride, outerStride, target[..outer]);
            return;
        }
        ref double px = ref MemoryMarshal.GetReference(x), pb = ref MemoryMarshal.GetReference(b), pt = ref MemoryMarshal.GetReference(target);
        int lane = 0;
        for (; lane + 16 <= vectors; lane += 16)
            Sixteen(vectors, ref Unsafe.Add(ref px, lane), inner, ref pb, innerStride, outerStride, outer, ref Unsafe.Add(ref pt, lane));
        if (lane + 8 <= vectors)
        {
            Few<Eight, Vector512<double>>(vectors, ref Unsafe.Add(ref px, lane), inner, ref pb, innerStride, outerStride, outer, ref Unsafe.Add(ref pt, lane));
            lane += 8;
        }
        if (lane < vectors)
            Few<Four, Vector256<double>>(vectors, ref Unsafe.Add(ref px, lane), inner, ref pb, innerStride, outerStride, outer, ref Unsafe.Add(ref pt, lane));
    }

    /// <summary>target_i ← target_i + w∘x_i, with a weight for each vector.</summary>
    /// <param name="weights">w, as many as there are vectors.</param>
    /// <param name="x">Of every i, one number of each vector.</param>
    /// <param name="target">Of every i, one number of each vector.</param>
    /// <exception cref="ArgumentException">The spans are not of one length, or no multiple of the number of weights.</exception>
    public static void AddWeighted(ReadOnlySpan<double> weights, ReadOnlySpan<double> x, Span<double> target)
    {
        int vectors = weights.Length;
        if (vectors == 0 || x.Length != target.Length || x.Length % vectors != 0)
            throw new ArgumentException($"{vectors} weights for {x.Length} and {target.Length} numbers.", nameof(weights));
        for (int first = 0; first < x.Length; first += vectors)
        {
            int j = 0;
            for (; j + 8 <= vectors; j += 8)
            {
                var sum = Vector512.MultiplyAddEstimate(Vector512.Create(weights.Slice(j, 8)), Vector512.Create(x.Slice(first + j, 8)),
                    Vector512.Create<double>(target.Slice(first + j, 8)));
                sum.CopyTo(target.Slice(first + j, 8));
            }
            for (; j < vectors; j++) target[first + j] = double.MultiplyAddEstimate(weights[j], x[first + j], target[first + j]);
        }
    }

    private static void One(ReadOnlySpan<double> x, ReadOnlySpan<double> b, int innerStride, int outerStride, Span<double> target)
    {
        if (innerStride == 1)
        {
            for (int i = 0; i < target.Length; i++) target[i] += VectorRoutines.Dot(x, b.Slice(i * outerStride, x.Length));
            return;
        }
        if (outerStride == 1)
        {
            for (int k = 0; k < x.Length; k++) VectorRoutines.Axpy(x[k], b.Slice(k * innerStride, target.Length), target);
            return;
        }
        for (int i = 0; i < target.Length; i++)
            for (int k = 0; k < x.Length; k++) target[i] = double.MultiplyAddEstimate(x[k], b[k * innerStride + i * outerStride], target[i]);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Sixteen(int vectors, ref double x, int inner, ref double b, int innerStride, int outerStride, int outer, ref double target)
    {
        int i = 0;
        for (; i + 8 <= outer; i += 8)
        {
            ref double t = ref Unsafe.Add(ref target, (nint)i * vectors);
            Vector512<double> s0 = At(ref t, 0), s1 = At(ref t, vectors), s2 = At(ref t, 2 * vectors), s3 = At(ref t, 3 * vectors),
                s4 = At(ref t, 4 * vectors), s5 = At(ref t, 5 * vectors), s6 = At(ref t, 6 * vectors), s7 = At(ref t, 7 * vectors);
            Vector512<double> u0 = At(ref t, 8), u1 = At(ref t, vectors + 8), u2 = At(ref t, 2 * vectors + 8), u3 = At(ref t, 3 * vectors + 8),
                u4 = At(ref t, 4 * vectors + 8), u5 = At(ref t, 5 * vectors + 8), u6 = At(ref t, 6 * vectors + 8), u7 = At(ref t, 7 * vectors + 8);
            ref double row = ref Unsafe.Add(ref b, (nint)i * outerStride);
            ref double from = ref x;
            nint o = outerStride;
            for (int k = 0; k < inner; k++)
            {
                Vector512<double> x0 = At(ref from, 0), x1 = At(ref from, 8);
                var f = Vector512.Create(row);
                s0 = Vector512.MultiplyAddEstimate(f, x0, s0);
                u0 = Vector512.MultiplyAddEstimate(f, x1, u0);
                f = Vector512.Create(Unsafe.Add(ref row, o));
                s1 = Vector512.MultiplyAddEstimate(f, x0, s1);
                u1 = Vector512.MultiplyAddEstimate(f, x1, u1);
                f = Vector512.Create(Unsafe.Add(ref row, 2 * o));
                s2 = Vector512.MultiplyAddEstimate(f, x0, s2);
                u2 = Vector512.MultiplyAddEstimate(f, x1, u2);
                f = Vector512.Create(Unsafe.Add(ref row, 3 * o));
                s3 = Vector512.MultiplyAddEstimate(f, x0, s3);
                u3 = Vector512.MultiplyAddEstimate(f, x1, u3);
                f = Vector512.Create(Unsafe.Add(ref row, 4 * o));
                s4 = Vector512.MultiplyAddEstimate(f, x0, s4);
                u4 = Vector512.MultiplyAddEstimate(f, x1, u4);
                f = Vector512.Create(Unsafe.Add(ref row, 5 * o));
                s5 = Vector512.MultiplyAddEstimate(f, x0, s5);
                u5 = Vector512.MultiplyAddEstimate(f, x1, u5);
                f = Vector512.Create(Unsafe.Add(ref row, 6 * o));
                s6 = Vector512.MultiplyAddEstimate(f, x0, s6);
                u6 = Vector512.MultiplyAddEstimate(f, x1, u6);
                f = Vector512.Create(Unsafe.Add(ref row, 7 * o));
                s7 = Vector512.MultiplyAddEstimate(f, x0, s7);
                u7 = Vector512.MultiplyAddEstimate(f, x1, u7);
                row = ref Unsafe.Add(ref row, (nint)innerStride);
                from = ref Unsafe.Add(ref from, (nint)vectors);
            }
            Put(s0, ref t, 0);
            Put(s1, ref t, vectors);
            Put(s2, ref t, 2 * vectors);
            Put(s3, ref t, 3 * vectors);
            Put(s4, ref t, 4 * vectors);
            Put(s5, ref t, 5 * vectors);
            Put(s6, ref t, 6 * vectors);
            Put(s7, ref t, 7 * vectors);
            Put(u0, ref t, 8);
            Put(u1, ref t, vectors + 8);
            Put(u2, ref t, 2 * vectors + 8);
            Put(u3, ref t, 3 * vectors + 8);
            Put(u4, ref t, 4 * vectors + 8);
            Put(u5, ref t, 5 * vectors + 8);
            Put(u6, ref t, 6 * vectors + 8);
            Put(u7, ref t, 7 * vectors + 8);
        }
        if (i == outer) return;
        Few<Eight, Vector512<double>>(vectors, ref x, inner, ref Unsafe.Add(ref b, (nint)i * outerStride), innerStride, outerStride,
            outer - i, ref Unsafe.Add(ref target, (nint)i * vectors));
        Few<Eight, Vector512<double>>(vectors, ref Unsafe.Add(ref x, 8), inner, ref Unsafe.Add(ref b, (nint)i * outerStride), innerStride, outerStride,
            outer - i, ref Unsafe.Add(ref target, (nint)i * vectors + 8));
    }

    // Eight vectors or four: as many as one register holds.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Few<TRegister, T>(int vectors, ref double x, int inner, ref double b, int innerStride, int outerStride, int outer, ref double target)
        where TRegister : struct, IRegister<T>
        where T : struct
    {
        int i = 0;
        nint o = outerStride;
        for (; i + 4 <= outer; i += 4)
        {
            ref double t = ref Unsafe.Add(ref target, (nint)i * vectors);
            T s0 = TRegister.Load(ref t, 0), s1 = TRegister.Load(ref t, vectors), s2 = TRegister.Load(ref t, 2 * vectors),
                s3 = TRegister.Load(ref t, 3 * vectors);
            ref double row = ref Unsafe.Add(ref b, (nint)i * outerStride);
            ref double from = ref x;
            for (int k = 0; k < inner; k++)
            {
                var x0 = TRegister.Load(ref from, 0);
                s0 = TRegister.MultiplyAdd(row, x0, s0);
                s1 = TRegister.MultiplyAdd(Unsafe.Add(ref row, o), x0, s1);
                s2 = TRegister.MultiplyAdd(Unsafe.Add(ref row, 2 * o), x0, s2);
                s3 = TRegister.MultiplyAdd(Unsafe.Add(ref row, 3 * o), x0, s3);
                row = ref Unsafe.Add(ref row, (nint)innerStride);
                from = ref Unsafe.Add(ref from, (nint)vectors);
            }
            TRegister.Store(s0, ref t, 0);
            TRegister.Store(s1, ref t, vectors);
            TRegister.Store(s2, ref t, 2 * vectors);
            TRegister.Store(s3, ref t, 3 * vectors);
        }
        for (; i < outer; i++)
        {
            ref double t = ref Unsafe.Add(ref target, (nint)i * vectors);
            var sum = TRegister.Load(ref t, 0);
            ref double row = ref Unsafe.Add(ref b, (nint)i * outerStride);
            ref double from = ref x;
            for (int k = 0; k < inner; k++)
            {
                sum = TRegister.MultiplyAdd(row, TRegister.Load(ref from, 0), sum);
                row = ref Unsafe.Add(ref row, (nint)innerStride);
                from = ref Unsafe.Add(ref from, (nint)vectors);
            }
            TRegister.Store(sum, ref t, 0);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<double> At(ref double from, nint offset) => Vector512.LoadUnsafe(ref Unsafe.Add(ref from, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Put(in Vector512<double> value, ref double to, nint offset) => value.StoreUnsafe(ref Unsafe.Add(ref to, offset));

    // One number of as many vectors as a register holds.
    private interface IRegister<T>
    {
        static abstract T Load(ref double from, nint offset);

        static abstract T MultiplyAdd(double factor, T x, T sum);

        static abstract void Store(T value, ref double to, nint offset);
    }

    private readonly struct Eight : IRegister<Vector512<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<double> Load(ref double from, nint offset) => At(ref from, offset);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector512<double> MultiplyAdd(double factor, Vector512<double> x, Vector512<double> sum) =>
            Vector512.MultiplyAddEstimate(Vector512.Create(factor), x, sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector512<double> value, ref double to, nint offset) => Put(value, ref to, offset);
    }

    private readonly struct Four : IRegister<Vector256<double>>
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<double> Load(ref double from, nint offset) => Vector256.LoadUnsafe(ref Unsafe.Add(ref from, offset));

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static Vector256<double> MultiplyAdd(double factor, Vector256<double> x, Vector256<double> sum) =>
            Vector256.MultiplyAddEstimate(Vector256.Create(factor), x, sum);

        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        public static void Store(Vector256<double> value, ref double to, nint offset) => value.StoreUnsafe(ref Unsafe.Add(ref to, offset));
    }
}
