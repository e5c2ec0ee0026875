// Evidence for the TorchSharp recorder, at full length (docs/recording-torchsharp.md has the numbers); tests/TorchSharp.Tests runs short ones.
//     dotnet run -c Release --project benchmarks/TorchSharpRuns -- acceptance|pytorch RECORDER|kill [COUNT]|record FOLDER
// acceptance: does the theory explain recorded trainings? pytorch: does examples/pytorch/kernelflow_record.py record the same? kill: kill -9 at random moments.
// The exit code is 0 when everything is as it must be, 1 when something is not, 2 for bad usage or where libtorch does not load.
using System.Globalization;
using KernelFlow.Recording;
using KernelFlow.TorchSharpRuns;

if (TorchRuntime.Obstacle is { } obstacle)
{
    Console.Error.WriteLine($"error: {obstacle}");
    return 2;
}
TorchSharp.torch.set_num_threads(1);
switch (args)
{
    case ["acceptance"]:
        return Acceptance.Run(Console.Out);
    case ["pytorch", var recorder]:
        return PyTorchTwin.Run(recorder, Console.Out);
    case ["kill"]:
        return Kills.Run(20, seed: 1, Console.Out);
    case ["kill", var count] when int.TryParse(count, NumberStyles.None, CultureInfo.InvariantCulture, out int kills):
        return Kills.Run(kills, seed: 1, Console.Out);
    case ["record", var folder]:
        Kills.Record(folder, Console.Out);
        return 0;
    default:
        Console.Error.WriteLine("usage: TorchSharpRuns acceptance | pytorch RECORDER.py | kill [COUNT] | record FOLDER");
        return 2;
}
