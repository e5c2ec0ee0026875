using KernelFlow.Numerics;

namespace KernelFlow.Integrators;

/// <summary>The recursion of descent: X ← X − B̄_k T_k(X) for the steps k = 0, 1, …, whatever X holds: P with vectors beside it, a block of columns,
/// or one vector (theory, section 8).</summary>
internal static class DescentLoop
{
    /// <summary>Receives X before a step, or adds to it.</summary>
    internal delegate void StepAction(int step, in MatrixView x);

    /// <summary>Runs all steps; X moves in place.</summary>
    /// <param name="map">The steps.</param>
    /// <param name="x">X at the start, N rows; at the end on return.</param>
    /// <param name="observer">Gathers what is wanted.</param>
    /// <param name="cancellation">Honoured between steps.</param>
    public static void Run(DescentMap map, in MatrixView x, DescentObserver observer, CancellationToken cancellation)
    {
        var t = Buffers.Zero(map.Rows, x.Columns);
        var train = t.Slice(0, 0, map.TrainSize, x.Columns);
        for (long k = 0; k < map.Steps; k++)
        {
            cancellation.ThrowIfCancellationRequested();
            observer.Before(k, x);
            map.Respond(k, x, t);
            observer.Responded(k, x, t);
            map.Move(train, x);
            observer.Moved(k, x);
        }
    }

    /// <summary>The same with a visit to X before every step and nothing gathered.</summary>
    public static void Run(DescentMap map, in MatrixView x, StepAction visit) => Run(map, x, new Visits(visit), CancellationToken.None);

    /// <summary>The transposed steps, last one first: X̄ ← X̄ − T_kᵀ B̄_k X̄, then what <paramref name="give"/> adds at step k.</summary>
    /// <param name="map">The steps.</param>
    /// <param name="x">X̄ at the end; at the start on return.</param>
    /// <param name="give">Adds its part at each step.</param>
    public static void RunBackwards(TransposableDescentMap map, in MatrixView x, StepAction give)
    {
        var product = Buffers.Zero(x.Rows, x.Columns);
        for (long k = map.Steps - 1; k >= 0; k--)
        {
            map.MoveTo(k);
            map.Average.Apply(1, x, 0, product);
            map.AddTransposed(k, -1, product, x);
            give((int)k, x);
        }
    }

    private sealed class Visits(StepAction visit) : DescentObserver
    {
        public override void Before(long step, in MatrixView x) => visit((int)step, x);

        public override void Responded(long step, in MatrixView x, in MatrixView t) { }
    }
}
