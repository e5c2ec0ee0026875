using System.Text.RegularExpressions;
using TorchSharp;
using TorchSharp.Modules;

namespace KernelFlow.Recording;

/// <summary>The modules of a model that own trained parameters, in the order of the columns of J: that of the modules.</summary>
internal static partial class ModelLayers
{
    /// <summary>The layers; a parameter of several modules belongs to the first.</summary>
    public static TrainedLayer[] Of(torch.nn.Module model)
    {
        (string Path, torch.nn.Module Module)[] modules = [("", model), .. model.named_modules()];
        var owners = modules.SelectMany(m => m.Module.named_parameters(recurse: false).Select(p => (p.parameter.Handle, m.Path)))
            .GroupBy(p => p.Handle).ToDictionary(g => g.Key, g => g.Select(p => p.Path).Distinct().Count());
        var taken = new HashSet<IntPtr>();
        var names = new HashSet<string>(StringComparer.Ordinal);
        var layers = new List<TrainedLayer>();
        foreach (var (path, module) in modules)
        {
            (string, Parameter)[] own = [.. module.named_parameters(recurse: false).Where(p => p.parameter.requires_grad && taken.Add(p.parameter.Handle))
                .Select(p => (p.name, p.parameter))];
            if (own.Length == 0) continue;
            string first = path.Length == 0 ? "model" : NotInNames().Replace(path, "_"), name = first;
            for (int i = 2; !names.Add(name); i++) name = FormattableString.Invariant($"{first}-{i}");
            layers.Add(new TrainedLayer(name, module, own, own.Any(p => owners[p.Item2.Handle] > 1)) { Path = path });
        }
        return [.. layers];
    }

    [GeneratedRegex("[^A-Za-z0-9._-]")]
    private static partial Regex NotInNames();
}
