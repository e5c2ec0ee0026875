using KernelFlow.Hardening.Studies;
using KernelFlow.Hardening.Writers;

namespace KernelFlow.Hardening.Tests;

/// <summary>The commands that write, with both outputs of each, made once for all tests.</summary>
public sealed class WriterFixture : IDisposable
{
    private readonly WorkFolder _work = new();
    private readonly Writer[] _writers;

    public WriterFixture()
    {
        var tool = new Tool();
        _writers = WriterStudy.Writers(tool, new Inputs(tool, _work.Of("inputs")));
        foreach (var writer in _writers) writer.Prepare();
    }

    internal Writer Of(string command) => _writers.Single(w => w.Name == command);

    /// <summary>A folder for one case.</summary>
    public string Folder(string name) => _work.Of(name);

    public void Dispose() => _work.Dispose();
}
