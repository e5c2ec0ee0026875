using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>NumPy, in a process of its own, reading the same bytes.</summary>
internal sealed class NumPyJudge : IDisposable
{
    private readonly Process _process;
    private readonly BinaryWriter _pipe;
    private readonly Task<string> _output, _error;

    private NumPyJudge(Process process)
    {
        _process = process;
        _pipe = new BinaryWriter(new BufferedStream(process.StandardInput.BaseStream, 1 << 16));
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it; null where this Python or its NumPy is not there.</summary>
    public static NumPyJudge? Start(string python)
    {
        if (!File.Exists(python)) return null;
        using (var probe = Process.Start(new ProcessStartInfo(python, ["-c", "import numpy"]) { RedirectStandardError = true })!)
        {
            probe.StandardError.ReadToEnd();
            probe.WaitForExit();
            if (probe.ExitCode != 0) return null;
        }
        using var script = new StreamReader(typeof(NumPyJudge).Assembly.GetManifestResourceStream("numpy_reference.py")!);
        var start = new ProcessStartInfo(python, ["-c", script.ReadToEnd()])
            { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        return new NumPyJudge(Process.Start(start)!);
    }

    /// <summary>Shows it a file and what was read from it.</summary>
    public void Show(int number, byte[] bytes, IReadOnlyDictionary<string, double[]?> tensors)
    {
        _pipe.Write((byte)'F');
        _pipe.Write(number);
        _pipe.Write(bytes.Length);
        _pipe.Write(bytes);
        _pipe.Write(tensors.Count);
        foreach (var (name, numbers) in tensors)
        {
            byte[] text = Encoding.UTF8.GetBytes(name);
            _pipe.Write(text.Length);
            _pipe.Write(text);
            _pipe.Write(numbers is null ? -1L : numbers.LongLength);
            foreach (double x in numbers ?? []) _pipe.Write(x);
        }
    }

    /// <summary>Its judgement of everything that it was shown.</summary>
    public void Finish(Findings findings)
    {
        _pipe.Write((byte)'E');
        _pipe.Dispose();
        string[] lines = _output.Result.Split('\n', StringSplitOptions.RemoveEmptyEntries);
        _process.WaitForExit();
        string[] end = lines.Length > 0 ? lines[^1].Split(' ') : [];
        if (end is not ["END", _, _, _])
        {
            findings.Defect("NumPy", "its process ended early", _error.Result);
            return;
        }
        foreach (string line in lines[..^1]) findings.Defect("safetensors, input " + line.Split(' ')[0], "not what NumPy takes", line);
        findings.Count("files shown to NumPy", long.Parse(end[1], CultureInfo.InvariantCulture));
        findings.Count("tensors compared with NumPy", long.Parse(end[2], CultureInfo.InvariantCulture));
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.Dispose();
    }
}
