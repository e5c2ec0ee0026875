using System.Globalization;

namespace KernelFlow.Bridges;

/// <summary>The tensors in the dictionaries and lists of a pickle, under the keys that lead to them: <c>model.fc1.weight</c>, <c>optimizer.state.0.exp_avg</c>.
/// A tensor that stands alone has the empty name.</summary>
internal static class TensorTree
{
    // A shared list in a list in a list would be visited more often than there are atoms.
    private const int Deepest = 64, MostVisits = 1_000_000;

    /// <summary>Every tensor and its name, in the order of the file.</summary>
    /// <exception cref="InvalidRunException">The objects are nested too deeply, as those that hold themselves are, or too many.</exception>
    public static List<(string Name, PickleTensor Tensor)> Flatten(object? root, string place)
    {
        var tensors = new List<(string, PickleTensor)>();
        int visits = 0;
        Visit(root, "", 0);
        return tensors;

        void Visit(object? value, string name, int depth)
        {
            if (++visits > MostVisits) throw new InvalidRunException($"{place}: found more than {MostVisits} objects, each counted as often as it is used.");
            if (depth > Deepest)
                throw new InvalidRunException($"{place}: found objects that are nested more than {Deepest} deep, or that hold themselves.");
            switch (value)
            {
                case PickleTensor tensor:
                    tensors.Add((name, tensor));
                    break;
                case PickleDictionary dictionary:
                    foreach (var (key, item) in dictionary.Entries) Visit(item, Under(name, depth, key), depth + 1);
                    break;
                case PickleModule { State: { } state }:
                    Visit(state, name, depth);
                    break;
                case PickleList list:
                    for (int i = 0; i < list.Items.Count; i++) Visit(list.Items[i], Under(name, depth, (long)i), depth + 1);
                    break;
            }
        }
    }

    private static string Under(string name, int depth, object key)
    {
        string last = key as string ?? ((long)key).ToString(CultureInfo.InvariantCulture);
        return depth == 0 ? last : $"{name}.{last}";
    }
}
