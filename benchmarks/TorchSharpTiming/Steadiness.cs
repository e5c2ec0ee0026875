using System.Diagnostics;
using KernelFlow.Recording;
using TorchSharp;
using static TorchSharp.torch;

namespace KernelFlow.TorchSharpTiming;

/// <summary>Live tensors and memory of the process over many recorded steps.</summary>
internal static class Steadiness
{
    public static void Watch(int steps)
    {
        foreach (var store in Enum.GetValues<JacobianStore>())
        {
            using var dense = new Dense([8, 16, 2], 20, 10);
            string folder = Directory.CreateTempSubdirectory("kernelflow-timing-").FullName;
            try
            {
                using var optimizer = optim.Adam(dense.Model.parameters(), 1e-3);
                using var recorder = dense.Attach(folder, optimizer, new(CheckpointSteps.Every(steps)) { Store = store, Midpoints = true });
                for (int s = 0; s < steps; s++)
                {
                    dense.Gradient(optimizer);
                    recorder.Step();
                    if (s % (steps / 8) != steps / 8 - 1) continue;
                    GC.Collect();
                    GC.WaitForPendingFinalizers();
                    using var process = Process.GetCurrentProcess();
                    Console.WriteLine($"{store}: step {s + 1}: {DisposeScopeManager.Statistics.ThreadTotalLiveCount} live tensors, "
                        + $"{process.WorkingSet64 >> 10} kB resident, {GC.GetTotalMemory(false) >> 10} kB managed");
                }
            }
            finally
            {
                Directory.Delete(folder, recursive: true);
            }
        }
    }
}
