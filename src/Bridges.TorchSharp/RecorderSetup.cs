using TorchSharp;

namespace KernelFlow.Recording;

/// <summary>Everything that is looked at and chosen before a recording begins.</summary>
internal sealed record RecorderSetup(CheckpointMaker Maker, Leniency Leniency, MemoryForecast Forecast, RunRecording Writer)
{
    public static RecorderSetup Of(TensorModule model, Func<Tensor, Tensor, Tensor> loss, torch.optim.Optimizer optimizer, RecordedExamples examples,
        string? folder, JacobianRecorderOptions options)
    {
        var leniency = new Leniency(options.RecordAnyway);
        ModelChecks.Modules(model, leniency.Refuse);
        var parameters = TrainedParameters.Of(model, optimizer);
        var type = parameters.StoredType(options.DType, options.Store);
        using var scope = torch.NewDisposeScope();
        long activations;
        using (new Undisturbed(model))
        {
            ModelChecks.Forward(model, examples.Train, parameters.IsSingle, leniency);
            activations = StrategyChoice.Look(model, parameters.Layers, examples.Train);
        }
        int n = (int)examples.Train.shape[0], m = (int)examples.Test.shape[0];
        int all = CountOutputs(model, examples.Train);
        int[] outputs = RecordedExamples.Outputs(options, all);
        int p = outputs.Length;
        var pass = new JacobianPass(model, parameters.Layers, outputs, leniency);
        StrategyChoice.Compare(pass, options.Strategy, leniency, examples.Train, parameters.IsSingle);
        var forecast = MemoryForecast.Of(new ForecastSizes(n, m, p, activations, examples.Train.numel() / n)
        {
            Layers = parameters.Layers,
            Store = options.Store,
            Item = parameters.Type.Size(),
            Stored = type.Size(),
            Midpoints = options.Midpoints,
            Preconditioner = TorchOptimizer.IsAdam(optimizer),
            Joint = leniency.IsJoint,
        }, options.Memory, options.Chunk);

        var found = TrainingLoss.Of(loss, pass.OutputsOf(examples.Train, forecast.Chunk), examples.Targets, n, all, parameters.IsSingle);
        // Some of the outputs have no formula of their own.
        bool part = !outputs.SequenceEqual(Enumerable.Range(0, all)), custom = found.Model.IsCustom || part;
        var stepping = TorchOptimizer.Of(optimizer, parameters, options.BatchSize, found.Factor);
        var description = stepping.Description;
        var maker = new CheckpointMaker
        {
            Model = model,
            Parameters = parameters,
            Optimizer = stepping,
            Loss = found,
            Examples = examples,
            Pass = pass,
            Form = options.Store switch
            {
                JacobianStore.Jacobians => new PlainForm(type, p, parameters.Count),
                JacobianStore.Factors => new FactorForm(type, p, [.. parameters.Layers.Select(l => l.Layer)]),
                JacobianStore.KernelBlocks => new KernelForm(type, parameters.Type, p),
                _ => throw new ArgumentException($"Store: found {options.Store}, expected one of {string.Join(", ", Enum.GetNames<JacobianStore>())}."),
            },
            Chunk = forecast.Chunk,
            IsCustom = custom,
            StoresParameters = options.Parameters || (description.WeightDecay > 0 && options.Store != JacobianStore.KernelBlocks),
        };
        var run = new RunDescription(custom ? LossModel.Custom(n, p) : found.Model, m)
        {
            Parameters = maker.Form.HasColumns ? parameters.Count : null,
            Layers = maker.Form.Layers,
            Optimizer = description,
            Setting = RunTexts.Setting(leniency, examples, part, options),
            Targets = RunTexts.Targets(found, examples, custom, p),
            Metadata = RunTexts.Metadata(parameters, found, maker.Form, options),
        };
        RunRecording writer = folder is null ? MemoryRun.Create(run) : RunWriter.Create(folder, run, options.Overwrite);
        return new RecorderSetup(maker, leniency, forecast, writer);
    }

    private static int CountOutputs(TensorModule model, Tensor inputs)
    {
        using var scope = torch.NewDisposeScope();
        using var none = torch.no_grad();
        using var undisturbed = new Undisturbed(model);
        long n = Math.Min(inputs.shape[0], 2);
        return (int)(model.forward(inputs.narrow(0, 0, n)).numel() / n);
    }
}
