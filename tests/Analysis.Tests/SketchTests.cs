using KernelFlow.Numerics;

namespace KernelFlow.Analysis.Tests;

/// <summary>Sketched Jacobians: the part of the budget bounds what the sketch changes, and a sketch that is none is seen.</summary>
public sealed class SketchTests
{
    private static readonly Backend s_backend = Backend.Managed(1);

    private static readonly RecordingOptions s_training = new()
    {
        Data = DataKind.TeacherStudent, InputSize = 6, Train = 20, Test = 10, Layers = [LayerSpec.Dense(12)], Steps = 400, LearningRate = 0.05,
        Checkpoints = 24, Factors = FactorRecording.Never, DType = StorageType.Float64, Seed = 3,
    };

    private static CheckpointSequence With(CheckpointSequence run, IEnumerable<Checkpoint> checkpoints) =>
        new(checkpoints, run.Loss, run.Test, 97) { Optimizer = run.Optimizer, RunTensors = run.RunTensors };

    private static ReservoirAnalysis Analyzed(CheckpointSequence run) => Analyze.Reservoir(run, new AnalysisOptions
    {
        Backend = s_backend, Mode = AnalysisMode.Flow, Extent = AnalysisExtent.ClaimsOnly,
    });

    private static CheckpointSequence Sketched(CheckpointSequence run, int columns, long seed) =>
        With(run, SketchedJacobians.Convert(run, columns, seed, s_backend));

    [Theory]
    [InlineData(64)]
    [InlineData(1024)]
    public void ThePartOfTheSketchBoundsWhatItChanges(int columns)
    {
        var run = Recorder.InMemory(s_training, s_backend);
        var whole = Analyzed(run);
        var sketched = Analyzed(Sketched(run, columns, 11));
        foreach (string id in (string[])["C1", "C2", "C3", "C4"])
        {
            Assert.Null(whole.Claim(id).Budget!.Sketch);
            var claim = sketched.Claim(id);
            double part = claim.Budget!.Sketch!.Value.Value, error = claim.RelativeError.Value, without = whole.Claim(id).RelativeError.Value;
            Assert.True(error - without <= 3 * part, $"{id}, k = {columns}: the error goes from {without:G3} to {error:G3}, the part is {part:G3}");
            // The part is not a blank cheque: it falls as 1/√k, and is of the size of what relative errors of √(2/k) in K make.
            Assert.True(part <= 20 / Math.Sqrt(columns), $"{id}, k = {columns}: part {part:G3}");
            Assert.NotEqual(Verdict.Violated, claim.Verdict);
        }
    }

    [Fact]
    public void AMatrixOfItsOwnForTestOutputsIsViolated()
    {
        var run = Recorder.InMemory(s_training, s_backend);
        var first = Sketched(run, 16384, 1);
        var second = Sketched(run, 16384, 2);
        var mixed = With(run, first.Select((c, k) => c with
        {
            Tensors = c.Tensors.ToDictionary(t => t.Key, t => t.Key == TensorName.J_Q.Name ? second[k].Tensors[t.Key] : t.Value),
        }));
        var sound = Analyzed(first).Claim("C4");
        var claim = Analyzed(mixed).Claim("C4");
        Assert.True(sound.Verdict == Verdict.Holds, $"one matrix: {sound}");
        Assert.True(claim.Verdict == Verdict.Violated, $"two matrices: {claim}");
    }

    /// <summary>A sketch that is zero, as one that was never filled, or scaled by something else than 1/√k.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(8)]
    public void ASketchThatLostItsNormsIsRefused(double factor)
    {
        var run = Recorder.InMemory(s_training, s_backend);
        var spoilt = With(run, Sketched(run, 256, 1).Select(c => c with
        {
            Tensors = c.Tensors.ToDictionary(t => t.Key, t => t.Key == TensorName.J_S.Name ? Scaled(t.Value, factor) : t.Value),
        }));
        var error = Assert.Throws<InvalidRunException>(() => Analyzed(spoilt));
        Assert.Contains("J_S: row 0 of the sketch has the square", error.Message);
        Assert.Contains("K_SS_diagonal is", error.Message);
    }

    [Fact]
    public void FewerColumnsThanOutputsQualifyTheInclusion()
    {
        var run = Recorder.InMemory(s_training, s_backend);
        var few = Analyze.Reservoir(Sketched(run, 16, 1), new AnalysisOptions { Backend = s_backend, Mode = AnalysisMode.Flow });
        Assert.Contains("16 columns for 20 training outputs: 4 directions or more are a reservoir of the sketch", few.Claim("C5").Reason);
    }

    /// <summary>Kernel blocks of a sketch say nothing of how far it is off.</summary>
    [Fact]
    public void KernelBlocksOfASketchAreUndecided()
    {
        var run = Recorder.InMemory(s_training, s_backend);
        var blocks = With(run, KernelBlocks.Convert(Sketched(run, 4096, 1), s_backend));
        var claim = Analyzed(blocks).Claim("C4");
        Assert.True(claim.Verdict == Verdict.Undecided, claim.ToString());
        Assert.False(claim.Budget!.Sketch!.Value.IsKnown);
    }

    private static StreamedTensor Scaled(TensorSource tensor, double factor) => new(tensor.Name, tensor.Type, tensor.Shape, (first, destination) =>
    {
        tensor.Read(first, destination);
        VectorRoutines.Scale(factor, destination, destination);
    });
}
