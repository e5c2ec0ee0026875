using KernelFlow.Numerics;

namespace KernelFlow.Operators;

/// <summary>Some columns of J, as J and Jᵀ are applied to interleaved vectors: number i of all vectors, then number i + 1.</summary>
/// <remarks>A product goes by way of Jᵀx for these columns only, so that what lies between is small whatever D is. <see cref="Collect"/> is done tile by tile
/// of the columns and <see cref="Spread"/> piece by piece of the examples: no sum is shared by threads, and the order of every sum depends on shapes
/// alone, not on what is kept in memory.</remarks>
internal abstract class ProductUnit
{
    /// <summary>Examples in one piece; a unit may divide it by a power of 2.</summary>
    public const int PieceExamples = 128;

    /// <summary>Numbers of Jᵀx of one vector.</summary>
    public abstract int Columns { get; }

    /// <summary>Tiles for so many vectors.</summary>
    public abstract int Tiles(int vectors);

    /// <summary>The examples that are bound.</summary>
    public abstract (int First, int Count) Bound { get; }

    /// <summary>How many examples <see cref="Spread"/> takes at a time at least, counted from a multiple of it.</summary>
    public abstract int Granule { get; }

    /// <summary>The tensors that are read of a checkpoint.</summary>
    public abstract IEnumerable<TensorSource> Tensors(int checkpoint, bool test);

    /// <summary>Takes the numbers of a mixture, of all examples or, where they are not all in memory, of those of one chunk.</summary>
    /// <param name="test">J_Q, otherwise J_S.</param>
    /// <param name="mixture">Checkpoints and weights.</param>
    /// <param name="chunk">0, 1, …</param>
    /// <returns>False when there is no such chunk.</returns>
    public abstract bool Bind(bool test, Mixture mixture, int chunk);

    /// <summary>Whether all that was bound is in memory as it is, so that other units may be bound beside it.</summary>
    public abstract bool IsKept { get; }

    /// <summary>What is worth doing once for all tiles and pieces of a product with what is bound.</summary>
    /// <param name="vectors">How many vectors.</param>
    public virtual void Prepare(int vectors)
    {
    }

    /// <summary>v ← v + Jᵀx for one tile and the examples that are bound.</summary>
    /// <param name="tile">The tile.</param>
    /// <param name="vectors">How many vectors.</param>
    /// <param name="x">x of all examples, interleaved; where vectors have weights of their own, one for each checkpoint of the mixture, weighted.</param>
    /// <param name="v">Holds v.</param>
    /// <param name="offset">Where v of this unit begins.</param>
    /// <param name="scratch">Buffers.</param>
    public abstract void Collect(int tile, int vectors, double[][] x, double[] v, int offset, ProductScratch scratch);

    /// <summary>y ← y + Jv for some examples.</summary>
    /// <param name="first">The first example.</param>
    /// <param name="count">How many.</param>
    /// <param name="vectors">How many vectors.</param>
    /// <param name="v">Holds v.</param>
    /// <param name="offset">Where v of this unit begins.</param>
    /// <param name="y">y of all examples, interleaved.</param>
    /// <param name="scratch">Buffers.</param>
    public abstract void Spread(int first, int count, int vectors, double[] v, int offset, double[] y, ProductScratch scratch);

    /// <summary>Copies v to the rows of D×c that these columns of J are, or from them.</summary>
    /// <param name="vectors">How many vectors, with those that only fill up.</param>
    /// <param name="v">Holds v.</param>
    /// <param name="offset">Where v of this unit begins.</param>
    /// <param name="parameters">D rows, and as many columns as are wanted.</param>
    /// <param name="back">From the parameters to v.</param>
    public abstract void Exchange(int vectors, double[] v, int offset, in MatrixView parameters, bool back);

    /// <summary>‖J‖_F² of these columns for the examples that are bound.</summary>
    public abstract double SquaredNorm(ProductScratch scratch);

    /// <summary>Flops of J or Jᵀ for one vector and one mixture of so many checkpoints.</summary>
    public abstract double Flops(long examples, int[] checkpoints, bool test);
}
