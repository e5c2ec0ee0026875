using KernelFlow.TorchSharpTiming;
using TorchSharp;

// Times of the TorchSharp recorder; docs/recording-torchsharp.md has the tables. One thread, so that ratios are those of the work.
torch.set_num_threads(1);
torch.set_num_interop_threads(1);
switch (args is [var what, ..] ? what : "")
{
    case "digits":
        Checkpoints.Time("64-170-85-10", [64, 170, 85, 10], n: 200, rows: 200, repeats: 3);
        break;
    case "wide":
        Checkpoints.Time("64-960-960-10", [64, 960, 960, 10], n: 200, rows: 10, repeats: 1);
        break;
    case "training":
        TrainingCost.Compare(pairs: args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 24);
        break;
    case "steady":
        Steadiness.Watch(steps: args.Length > 1 ? int.Parse(args[1], System.Globalization.CultureInfo.InvariantCulture) : 2000);
        break;
    default:
        Console.Error.WriteLine("usage: KernelFlow.TorchSharpTiming digits | wide | training [pairs] | steady [steps]");
        return 2;
}
return 0;
