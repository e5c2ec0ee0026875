using System.Buffers.Binary;
using System.Text;

namespace KernelFlow.Hardening.Fuzzing;

/// <summary>safetensors files: every tensor that is read must be the one that another decoder, and NumPy, take from the same bytes.</summary>
/// <param name="folder">Where the file is written.</param>
/// <param name="numpy">NumPy beside it, or null.</param>
internal sealed class SafetensorsReader(string folder, NumPyJudge? numpy = null) : AttackedReader
{
    /// <inheritdoc/>
    public override string Name => "safetensors";

    /// <inheritdoc/>
    public override string File { get; } = Path.Combine(folder, "input.safetensors");

    /// <inheritdoc/>
    protected override Mutator Mutator { get; } = new(Seeds(), hasHeader: true);

    /// <inheritdoc/>
    public override bool IsRefusal(Exception exception) => exception is InvalidRunException;

    /// <inheritdoc/>
    public override void Read(int number, byte[] bytes, Findings findings)
    {
        var read = new Dictionary<string, double[]?>(StringComparer.Ordinal);
        using (var file = SafetensorsFile.Open(File))
            foreach (string name in file.Names.Where(file.CanRead))
                try
                {
                    read[name] = file[name].ReadAll();
                }
                catch (InvalidRunException e) when (e.Message.Contains("expected finite numbers", StringComparison.Ordinal))
                {
                    read[name] = null;
                    if (MessageCheck.Complaint(e.Message) is { } complaint) findings.Defect(Place(number), complaint, e.Message);
                }
        var second = ReferenceDecoder.Decode(bytes);
        if (second is null) findings.Defect(Place(number), "a file read that the second decoder does not read");
        else foreach (var (name, numbers) in read) Compare(number, name, numbers, second.GetValueOrDefault(name), findings);
        numpy?.Show(number, bytes, read);
    }

    /// <summary>Small files with every type, scalars, empty tensors, headers of odd lengths, and metadata.</summary>
    internal static IReadOnlyList<byte[]> Seeds()
    {
        var numbers = new Dice(1);
        byte[] Data(int length) => [.. Enumerable.Range(0, length).Select(_ => (byte)numbers.Next())];
        byte[] Doubles(int count) => [.. Enumerable.Range(0, count).SelectMany(_ => BitConverter.GetBytes(numbers.Fraction() - 0.5))];
        return
        [
            Safetensors("{\"U_S\":{\"dtype\":\"F64\",\"shape\":[3,1],\"data_offsets\":[0,24]},"
                + "\"U_Q\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[24,40]},"
                + "\"J_S\":{\"dtype\":\"F32\",\"shape\":[3,4],\"data_offsets\":[40,88]}}", [.. Doubles(5), .. Data(48)]),
            Safetensors("{\"__metadata__\":{\"format\":\"pt\",\"by\":\"me\"},\"a\":{\"dtype\":\"F16\",\"shape\":[2,3],\"data_offsets\":[0,12]},"
                + "\"b\":{\"dtype\":\"BF16\","
                + "\"shape\":[4],\"data_offsets\":[12,20]},\"c\":{\"dtype\":\"F32\",\"shape\":[2,2,2],\"data_offsets\":[20,52]}}  ", Data(52)),
            Safetensors("{\"batch\":{\"dtype\":\"I64\",\"shape\":[3],\"data_offsets\":[0,24]},"
                + "\"mask\":{\"dtype\":\"BOOL\",\"shape\":[4],\"data_offsets\":[24,28]},"
                + "\"loss\":{\"dtype\":\"F64\",\"shape\":[],\"data_offsets\":[28,36]}} ",
                [.. Data(24), 0, 1, 1, 0, .. Doubles(1)]),
            Safetensors("{\"empty\":{\"dtype\":\"F64\",\"shape\":[0,7],\"data_offsets\":[0,0]},\"x\":{\"dtype\":\"U8\",\"shape\":[5],\"data_offsets\":[0,5]},"
                + "\"y\":{\"dtype\":\"I32\",\"shape\":[2],\"data_offsets\":[5,13]},\"z\":{\"dtype\":\"F64\",\"shape\":[2],\"data_offsets\":[13,29]}}",
                [.. Data(13), .. Doubles(2)]),
            Safetensors("{}", []),
        ];
    }

    private static byte[] Safetensors(string header, byte[] data)
    {
        byte[] text = Encoding.UTF8.GetBytes(header), whole = new byte[8 + text.Length + data.Length];
        BinaryPrimitives.WriteUInt64LittleEndian(whole, (ulong)text.Length);
        text.CopyTo(whole, 8);
        data.CopyTo(whole, 8 + text.Length);
        return whole;
    }
}
