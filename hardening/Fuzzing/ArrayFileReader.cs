using System.Reflection;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>Files of arrays of NumPy, PyTorch and TorchSharp: every tensor that is read must be the one that these, or a reader of another make, take from
/// the same bytes.</summary>
internal sealed class ArrayFileReader : AttackedReader
{
    // Extents may promise far more than the file has, where one element stands for many; who asks for a tensor has compared its shape before.
    private const long MostElements = 100_000;
    private readonly NumPyJudge? _judge;

    /// <summary>Chooses a format.</summary>
    /// <param name="name">npz, npy, pt, pt-legacy or dat.</param>
    /// <param name="folder">Where the file is written.</param>
    /// <param name="judge">Other readers beside it, or null.</param>
    public ArrayFileReader(string name, string folder, NumPyJudge? judge = null)
    {
        (Name, _judge) = (name, judge);
        File = Path.Combine(folder, "input." + (name == "pt-legacy" ? "pt" : name));
        Mutator = name switch
        {
            "npz" => new ArchiveMutator(Seeds("arrays.npz", "arrays_deflate.npz"), (_, bytes, dice) => HostileArrays.Npy(bytes, dice)),
            "npy" => new PlainMutator(Seeds("f64_c.npy", "f32_f.npy", "f64_big_endian.npy", "f64_v2_header.npy", "i64.npy", "i64_f.npy"), HostileArrays.Npy),
            "pt" => new ArchiveMutator(Seeds("state_dict.pt", "tensors.pt", "checkpoint.pt", "single_tensor.pt", "jacobian.archive.pt"),
                (member, bytes, dice) => member.EndsWith(".pkl", StringComparison.Ordinal) ? HostileArrays.Pickle(bytes, dice)
                    : HostileArrays.Dat(bytes, dice)),
            "pt-legacy" => new PlainMutator(Seeds("state_dict_legacy.pt"), HostileArrays.Pickle),
            "dat" => new PlainMutator(Seeds("mlp.dat", "dtypes.dat", "jacobian.tensor.dat", "scalar.tensor.dat", "empty_dict.dat"), HostileArrays.Dat),
            _ => throw new ArgumentException(name, nameof(name)),
        };
    }

    /// <summary>The formats.</summary>
    public static IReadOnlyList<string> Formats { get; } = ["npz", "npy", "pt", "pt-legacy", "dat"];

    /// <inheritdoc/>
    public override string Name { get; }

    /// <inheritdoc/>
    public override string File { get; }

    /// <inheritdoc/>
    protected override Mutator Mutator { get; }

    /// <inheritdoc/>
    public override bool IsRefusal(Exception exception) => exception is InvalidRunException;

    /// <inheritdoc/>
    public override void Read(int number, byte[] bytes, Findings findings)
    {
        Waited = TimeSpan.Zero;
        var read = new Dictionary<string, double[]?>(StringComparer.Ordinal);
        using var file = RunFormat.Default.OpenFile(File);
        InvalidRunException? refusal = null;
        foreach (string name in file.Names.Where(file.CanRead))
        {
            try
            {
                var tensor = file[name];
                if (tensor.Count > MostElements) Ends(tensor);
                else
                {
                    read[name] = tensor.ReadAll();
                    if (tensor.Count > 2) Piece(number, tensor, read[name]!, findings);
                }
                findings.Count("tensors read");
            }
            catch (InvalidRunException e) when (e.Message.Contains("expected finite numbers", StringComparison.Ordinal))
            {
                read[name] = null;
                if (MessageCheck.Complaint(e.Message) is { } complaint) findings.Defect(Place(number), complaint, e.Message);
            }
            catch (InvalidRunException e)
            {
                // One tensor is refused, by its sum or as a truth value; the others are judged all the same.
                refusal = e;
            }
        }
        long shown = System.Diagnostics.Stopwatch.GetTimestamp();
        _judge?.Show(number, bytes, read);
        Waited = System.Diagnostics.Stopwatch.GetElapsedTime(shown);
        if (refusal is not null) throw refusal;
    }

    private static void Ends(TensorSource tensor)
    {
        var few = new double[16];
        tensor.Read(0, few);
        tensor.Read(tensor.Count - few.Length, few);
    }

    /// <summary>A piece is that piece of the whole.</summary>
    private void Piece(int number, TensorSource tensor, double[] whole, Findings findings)
    {
        var piece = new double[whole.Length / 2];
        tensor.Read(1, piece);
        if (!piece.AsSpan().SequenceEqual(whole.AsSpan(1, piece.Length))) findings.Defect(Place(number), "a piece that is not that of the whole", tensor.Name);
    }

    private static IReadOnlyList<byte[]> Seeds(params string[] names) => [.. names.Select(name =>
    {
        using var stream = Assembly.GetExecutingAssembly().GetManifestResourceStream(name)!;
        var copy = new MemoryStream();
        stream.CopyTo(copy);
        return copy.ToArray();
    })];
}
