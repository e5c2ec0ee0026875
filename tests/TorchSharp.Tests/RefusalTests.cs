using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.Recording.Tests;

/// <summary>What cannot be recorded is refused with the reason; what ends a process in the native library is an exception.</summary>
public sealed class RefusalTests
{
    private static readonly JacobianRecorderOptions s_options = new(CheckpointSteps.Every(3));

    private static string Refused(Func<Training, nn.Module<Tensor, Tensor>> model, Func<nn.Module<Tensor, Tensor>, optim.Optimizer>? optimizer = null,
        Func<Tensor, Tensor, Tensor>? loss = null, bool step = false)
    {
        using var folder = new RunFolder();
        using var training = new Training();
        var made = model(training);
        made.to(ScalarType.Float64);
        using var steps = optimizer?.Invoke(made) ?? optim.SGD(made.parameters(), 0.1);
        var refused = Assert.Throws<RecordingRefusedException>(() =>
        {
            using var recorder = JacobianRecorder.Attach(made, loss ?? Training.HalfSquares, steps, training.X_S, training.Y_S, training.X_Q, folder.Path,
                s_options);
            if (step) recorder.Step();
        });
        if (!step) Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        return refused.Message;
    }

    private static void Names(string expected, string message) => Assert.Contains(expected, message, StringComparison.Ordinal);

    [TorchFact]
    public void BatchNormInTrainingMode() => Names("norm: batch normalisation in training mode",
        Refused(_ => nn.Sequential(("in", nn.Linear(3, 4)), ("norm", nn.BatchNorm1d(4)), ("out", nn.Linear(4, 1)))));

    [TorchFact]
    public void DropoutInTrainingMode() => Names("drop: dropout in training mode",
        Refused(_ => nn.Sequential(("in", nn.Linear(3, 4)), ("drop", nn.Dropout(0.5)), ("out", nn.Linear(4, 1)))));

    [TorchFact]
    public void AForwardPassThatDiffersWhenRepeated() => Names("differs when it is repeated", Refused(_ => new Ended((x, u) => u + rand_like(u))));

    [TorchFact]
    public void OutputsThatDependOnOtherExamples() => Names("depend on the other examples", Refused(_ => new Ended((x, u) => u - u.mean())));

    /// <summary>Two examples that are far from the first ones, and neighbours in the order of the examples.</summary>
    [TorchFact]
    public void OutputsThatDependOnOneOtherExample() => Names("outputs of example", Refused(_ => new Ended((x, u) =>
    {
        if (x.shape[0] < 15) return u;
        var mixed = u.clone();
        mixed[13] = u[13] + u[14];
        return mixed;
    })));

    [TorchFact]
    public void ALossInWhichExamplesMeet() => Names("The loss is no sum over the examples", Refused(t => t.Model, loss: (u, y) => (u - y).mean().square()));

    [TorchFact]
    public void AForecastAboveTheMemory()
    {
        using var folder = new RunFolder();
        using var training = new Training();
        using var optimizer = optim.SGD(training.Model.parameters(), 0.1);
        var options = s_options with { Memory = 10_000 };
        Names("found 0.01 MB", Assert.Throws<RecordingRefusedException>(() => training.Attach(folder.Path, optimizer, options)).Message);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
    }

    /// <summary>A module that once was called and then is not, or by another way: a hook that stays silent would leave old numbers.</summary>
    [TorchFact]
    public void ALayerThatIsNoLongerCalled()
    {
        using var folder = new RunFolder();
        using var training = new Training();
        var model = new Leaving();
        model.to(ScalarType.Float64);
        using var optimizer = optim.SGD(model.parameters(), 0.1);
        using var recorder = JacobianRecorder.Attach(model, Training.HalfSquares, optimizer, training.X_S, training.Y_S, training.X_Q, folder.Path, s_options);
        model.Called = false;
        Names("found 0 calls in a forward pass", Assert.Throws<RecordingRefusedException>(() => recorder.Step()).Message);
    }

    [TorchFact]
    public void OptionsWithoutCheckpointsByName()
    {
        Assert.Equal("Checkpoints", Assert.Throws<ArgumentNullException>(() => new JacobianRecorderOptions(null!)).ParamName);
        Assert.Equal("Checkpoints", Assert.Throws<ArgumentNullException>(() => s_options with { Checkpoints = null! }).ParamName);
        Assert.Equal("Setting", Assert.Throws<ArgumentNullException>(() => s_options with { Setting = null! }).ParamName);
    }

    [TorchFact]
    public void ABatchThatIsNotTheFirstDimension() => Names("first dimension", Refused(_ => new Ended((x, u) => u.sum().reshape(1))));

    [TorchFact]
    public void OutputsWithoutAGradient() => Names("do not depend on the parameters", Refused(_ => new Ended((x, u) => u.detach())));

    [TorchFact]
    public void AGraphThatIsGone() => Names("The backward pass through the model failed", Refused(_ => new Keeping(), step: true));

    [TorchFact]
    public void ALossOfSeveralValues() => Names("20 values, expected one", Refused(t => t.Model, loss: (u, y) => (u - y).square()));

    [TorchFact]
    public void ALossThatIsDetached() => Names("loss does not depend", Refused(t => t.Model, loss: (u, y) => (u - y).square().sum().detach()));

    [TorchFact]
    public void AParameterThatTheOptimizerLacks() => Names("hidden.weight: the optimizer does not hold",
        Refused(t => t.Model, m => optim.SGD(m.parameters().Skip(1), 0.1)));

    [TorchFact]
    public void AParameterThatTheModelLacks() => Names("not one of the model's",
        Refused(t => t.Model, m => optim.SGD([.. m.parameters(), .. new Training().Model.parameters()], 0.1)));

    [TorchFact]
    public void GroupsOfDifferentLearningRates() => Names("2 parameter groups of different constants", Refused(t => t.Model, m => optim.SGD(
        [new TorchSharp.Modules.SGD.ParamGroup(m.parameters().Take(2), 0.1), new TorchSharp.Modules.SGD.ParamGroup(m.parameters().Skip(2), 0.2)], 0.1)));

    [TorchFact]
    public void AnOptimizerThatHasStepped() => Names("has taken steps", Refused(t => t.Model, m =>
    {
        var adam = optim.Adam(m.parameters(), 0.1);
        m.forward(randn(2, 3, dtype: ScalarType.Float64)).sum().backward();
        adam.step();
        return adam;
    }));

    [TorchFact]
    public void AnOptimizerThatMaximises() => Names("maximises", Refused(t => t.Model, m => optim.SGD(m.parameters(), 0.1, maximize: true)));

    [TorchFact]
    public void AModeThatChangesBetweenSteps()
    {
        using var folder = new RunFolder();
        using var training = new Training();
        var model = nn.Sequential(nn.Linear(3, 4), nn.Dropout(0.5), nn.Linear(4, 1));
        model.to(ScalarType.Float64);
        model.eval();
        using var optimizer = optim.SGD(model.parameters(), 0.1);
        using (var recorder = JacobianRecorder.Attach(model, Training.HalfSquares, optimizer, training.X_S, training.Y_S, training.X_Q, folder.Path, s_options))
        {
            for (int step = 0; step < 2; step++)
            {
                optimizer.zero_grad();
                Training.HalfSquares(model.forward(training.X_S), training.Y_S).backward();
                recorder.Step();
            }
            model.train();
            Assert.Throws<RecordingRefusedException>(() => recorder.Step());
        }
        using var run = RecordedRun.Open(folder.Path);
        Assert.Equal(2, run.Checkpoints.Count);
    }

    [TorchFact]
    public void OptionsThatContradictEachOther()
    {
        using var folder = new RunFolder();
        using var training = new Training();
        using var optimizer = optim.SGD(training.Model.parameters(), 0.1);
        Names("every step", Assert.Throws<ArgumentException>(() => training.Attach(folder.Path, optimizer,
            new(CheckpointSteps.Uniform(10, 3)) { Midpoints = true })).Message);
        Names("found 21, expected 1 to 20", Assert.Throws<ArgumentException>(() => training.Attach(folder.Path, optimizer,
            s_options with { BatchSize = 21 })).Message);
        using var recorder = training.Attach(folder.Path, optimizer, s_options with { BatchSize = 4 });
        Names("found none", Assert.Throws<ArgumentException>(() => recorder.Step()).Message);
    }

    private sealed class Leaving : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _first = nn.Linear(3, 3), _last = nn.Linear(3, 1);

        public Leaving() : base("leaving") => RegisterComponents();

        public bool Called { get; set; } = true;

        public override Tensor forward(Tensor x) => _last.call(Called ? _first.call(x) : x);
    }

    /// <summary>Keeps a tensor of its first forward pass, whose graph a backward pass has used up.</summary>
    private sealed class Keeping : nn.Module<Tensor, Tensor>
    {
        private readonly nn.Module<Tensor, Tensor> _layer = nn.Linear(3, 1);
        private Tensor? _kept;

        public Keeping() : base("keeping") => RegisterComponents();

        public override Tensor forward(Tensor x)
        {
            if (_kept is null)
            {
                using var enabled = enable_grad();
                _kept = _layer.forward(x).exp().mean().DetachFromDisposeScope();
                _kept.backward();
            }
            return _layer.forward(x) + _kept;
        }
    }
}
