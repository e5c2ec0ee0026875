using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using KernelFlow.Bridges;
using KernelFlow.Numerics;
using KernelFlow.Operators;

namespace KernelFlow.Hardening.Studies;

/// <summary><c>memory</c>: products from runs whose files are larger than the ceiling, than the heap and than the address space that the process has.</summary>
/// <remarks>The same bits must come out as without any limit.</remarks>
internal static class MemoryCommand
{
    private const int Vectors = 19;

    private static readonly string[] s_kinds = ["jacobians", "factors", "blocks"];

    /// <summary>Runs it; the exit code.</summary>
    public static int Run(Arguments arguments, TextWriter log)
    {
        if (arguments.Text("child") is { } folder) return Child(folder, MemoryCeiling.Parse(arguments.Text("memory") ?? "none"), arguments, log);
        int megabytes = arguments.Whole("megabytes", 1500), ceiling = arguments.Whole("ceiling", 96), heap = arguments.Whole("heap", 256);
        string? only = arguments.Text("kind");
        if (only is not null && !s_kinds.Contains(only)) throw new ArgumentException($"--kind {only}: expected {string.Join(", ", s_kinds)}");
        using var work = new WorkFolder(arguments.Text("folder"));
        arguments.RequireAllRead();
        var findings = new Findings(log);
        foreach (string kind in only is null ? s_kinds : [only])
        {
            string run = work.Of(kind);
            long bytes = Write(kind, run, megabytes * 1_000_000L);
            long space = bytes * 4 / 5;
            string text = string.Create(CultureInfo.InvariantCulture, $"{ceiling}M");
            var free = Start(run, "100T", null, null);
            findings.Count("processes");
            Report(log, kind, bytes, "no limit", free);
            foreach (long? limit in (long?[])[null, space])
            {
                string name = string.Create(CultureInfo.InvariantCulture, $"--memory {text}, heap {heap} MB") + (limit is null ? ""
                    : string.Create(CultureInfo.InvariantCulture, $", address space {limit / 1_000_000} MB"));
                var ended = Start(run, text, heap * (1L << 20), limit);
                findings.Count("processes");
                Report(log, kind, bytes, name, ended);
                if (ended.ExitCode != 0) findings.Defect(kind, $"{name}: exit {ended.ExitCode}", ended.Error);
                else if (ended.Sum != free.Sum) findings.Defect(kind, $"{name}: another result", $"{ended.Sum}, not {free.Sum}");
            }
            Directory.Delete(run, recursive: true);
        }
        log.WriteLine(findings.Summary("memory"));
        return findings.Defects.Count == 0 ? 0 : 1;
    }

    /// <summary>Writes a run of two checkpoints; its bytes.</summary>
    public static long Write(string kind, string folder, long bytes)
    {
        const int p = 10;
        int n, m;
        IReadOnlyList<JacobianLayer>? layers = null;
        long? parameters = null;
        if (kind == s_kinds[2])
        {
            // (N + M)·N numbers of four bytes, twice.
            n = (int)Math.Sqrt(bytes / 8.4) / p;
            m = n / 20;
        }
        else if (kind == s_kinds[1])
        {
            const int Inputs = 100, Outputs = 1000;
            double each = 2 * sizeof(float) * (Inputs + (double)p * Outputs);
            (n, m) = ((int)(bytes / each / 1.1), (int)(bytes / each / 11));
            layers = [JacobianLayer.Dense("a", Inputs, Outputs, bias: true)];
            parameters = layers[0].Columns;
        }
        else
        {
            (n, m) = (80, 8);
            parameters = bytes / 2 / 4 / ((n + m) * p);
        }
        int N = n * p, M = m * p;
        var loss = LossModel.Squared(new double[N], p);
        using (var writer = RunWriter.Create(folder, new RunDescription(loss, m) { Parameters = parameters, Layers = layers }))
        for (int k = 0; k < 2; k++)
        {
            long seed = 10 * k;
            List<TensorSource> tensors = [new MemoryTensor("U_S", new double[N], n, p), new MemoryTensor("U_Q", new double[M], m, p)];
            if (kind == s_kinds[2])
                tensors.AddRange([new GeneratedTensor("K_SS", seed + 1, [N, N], diagonal: true), new GeneratedTensor("K_QS", seed + 2, [M, N])]);
            else if (layers is not null)
                tensors.AddRange([Factored(TensorName.J_S, layers, n, p, seed), Factored(TensorName.J_Q, layers, m, p, seed)]);
            else
                tensors.AddRange([new GeneratedTensor("J_S", seed + 7, [n, p, parameters!.Value]),
                    new GeneratedTensor("J_Q", seed + 8, [m, p, parameters.Value])]);
            writer.Append(k, k, tensors);
        }
        return Directory.EnumerateFiles(folder).Sum(f => new FileInfo(f).Length);
    }

    // The inputs are the same at every checkpoint, as those of a first layer are.
    private static FactoredJacobian Factored(TensorName name, IReadOnlyList<JacobianLayer> layers, int examples, int p, long seed) => new(name, "generated",
        examples, p, [.. layers.Select(l => LayerFactors.Of(name, l, examples, p, factor => factor[0] == 'A'
            ? new GeneratedTensor(factor, 3, [examples, l.Inputs]) : new GeneratedTensor(factor, seed + 4, [examples, p, l.Outputs])))]);

    /// <summary>The sum over the bits of products of a run, with what was held of the ceiling.</summary>
    public static (string Sum, long Held) Products(string folder, MemoryCeiling ceiling, Backend backend)
    {
        using var run = RecordedRun.Open(folder);
        var account = new MemoryAccount(ceiling);
        var products = ProductsBuilder.Read(run.Checkpoints, OutputRecord.Read(run.Checkpoints), account, backend).Linear([0, 1]);
        int N = products.TrainSize, M = products.TestSize;
        MatrixView x = new(new double[N * Vectors], N, Vectors), y = new(new double[N * Vectors], N, Vectors), z = new(new double[M * Vectors], M, Vectors);
        for (int j = 0; j < Vectors; j++)
            for (int i = 0; i < N; i++) x[i, j] = Math.Sin(i + 0.1 * j);
        products.ApplyBoth(0, 0.3, x, y, z);
        products.ApplyTestTransposed(0, 0.6, z, x);
        var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var view in (MatrixView[])[x, y, z]) hash.AppendData(MemoryMarshal.AsBytes(view.Array.AsSpan()));
        return (Convert.ToHexString(hash.GetHashAndReset())[..16], account.Largest);
    }

    private static int Child(string folder, MemoryCeiling ceiling, Arguments arguments, TextWriter log)
    {
        arguments.RequireAllRead();
        var clock = Stopwatch.StartNew();
        var (sum, held) = Products(folder, ceiling, Backend.Managed(2));
        log.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{sum} {held / 1_000_000} {clock.Elapsed.TotalSeconds:F1}"));
        return 0;
    }

    private static Ended Start(string run, string memory, long? heap, long? addressSpace)
    {
        string[] command = [Environment.ProcessPath is { } host && Path.GetFileNameWithoutExtension(host) == "dotnet" ? host : "dotnet",
            typeof(MemoryCommand).Assembly.Location, "memory", "--child", run, "--memory", memory];
        if (addressSpace is { } limit) command = ["prlimit", string.Create(CultureInfo.InvariantCulture, $"--as={limit}"), .. command];
        var start = new ProcessStartInfo(command[0], command[1..]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        if (heap is { } most) start.Environment["DOTNET_GCHeapHardLimit"] = most.ToString("X", CultureInfo.InvariantCulture);
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        string[] words = process.StandardOutput.ReadToEnd().Split(' ', StringSplitOptions.TrimEntries);
        process.WaitForExit();
        return new Ended(process.ExitCode, words[0], words.Length > 2 ? words[1] : "", words.Length > 2 ? words[2] : "", error.Result.Trim());
    }

    private static void Report(TextWriter log, string kind, long bytes, string limits, Ended ended) => log.WriteLine(string.Create(
        CultureInfo.InvariantCulture,
        $"{kind}, files of {bytes / 1_000_000} MB, {limits}: exit {ended.ExitCode}, sum {ended.Sum}, {ended.Held} MB held, {ended.Seconds} s"));

    private sealed record Ended(int ExitCode, string Sum, string Held, string Seconds, string Error);
}
