using System.Diagnostics;
using System.Globalization;
using System.Text;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>NumPy, in a process of its own, reading the same bytes.</summary>
internal sealed class NumPyJudge : IDisposable
{
    private readonly string _name;
    private readonly Process _process;
    private readonly BinaryWriter _pipe;
    private readonly Task<string> _output, _error;

    private NumPyJudge(Process process, string name)
    {
        (_process, _name) = (process, name);
        _pipe = new BinaryWriter(new BufferedStream(process.StandardInput.BaseStream, 1 << 16));
        _output = process.StandardOutput.ReadToEndAsync();
        _error = process.StandardError.ReadToEndAsync();
    }

    /// <summary>Starts it; null where this Python or its NumPy is not there.</summary>
    /// <param name="python">The interpreter.</param>
    /// <param name="name">What messages call the files.</param>
    /// <param name="script">The program that reads and compares.</param>
    /// <param name="module">What it needs.</param>
    public static NumPyJudge? Start(string python, string name = "safetensors", string script = "numpy_reference.py", string module = "numpy")
    {
        if (!File.Exists(python)) return null;
        using (var probe = Process.Start(new ProcessStartInfo(python, ["-c", "import " + module]) { RedirectStandardError = true })!)
        {
            probe.StandardError.ReadToEnd();
            probe.WaitForExit();
            if (probe.ExitCode != 0) return null;
        }
        using var text = new StreamReader(typeof(NumPyJudge).Assembly.GetManifestResourceStream(script)!);
        var start = new ProcessStartInfo(python, ["-c", text.ReadToEnd(), name])
            { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["OPENBLAS_NUM_THREADS"] = "1";
        start.Environment["OMP_NUM_THREADS"] = "1";
        return new NumPyJudge(Process.Start(start)!, name);
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
        foreach (string line in lines[..^1]) findings.Defect($"{_name}, input {line.Split(' ')[0]}", "not what NumPy or PyTorch takes", line);
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
