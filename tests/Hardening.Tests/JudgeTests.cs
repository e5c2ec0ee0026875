using System.Text;
using KernelFlow.Hardening.Fuzzing;

namespace KernelFlow.Hardening.Tests;

/// <summary>The judges of the studies see what they are there to see: a study that cannot fail shows nothing.</summary>
public sealed class JudgeTests : IDisposable
{
    private readonly WorkFolder _work = new();

    public void Dispose() => _work.Dispose();

    [Fact]
    public void ChoicesAreThoseOfSplitMix64()
    {
        var dice = new Dice(1234567);
        Assert.Equal(6457827717110365317UL, dice.Next());
        Assert.Equal(3203168211198807973UL, dice.Next());
        Assert.Equal(9817491932198370423UL, dice.Next());
    }

    [Fact]
    public void ACaseIsTheSameEachTime()
    {
        var mutator = new Mutator(SafetensorsReader.Seeds(), hasHeader: true);
        byte[][] once = [.. Enumerable.Range(0, 200).Select(i => mutator.Mutate(Dice.Of(5, i)))];
        byte[][] twice = [.. Enumerable.Range(0, 200).Select(i => mutator.Mutate(Dice.Of(5, i)))];
        Assert.All(once.Zip(twice), pair => Assert.Equal(pair.First, pair.Second));
        int different = once.Select(Convert.ToHexString).Distinct().Count();
        Assert.True(different > 150, $"{different} different inputs of 200");
    }

    [Theory]
    [InlineData("run.json: checkpoints is missing.", null)]
    [InlineData("a\u001b[2Jb", "U+001B")]
    [InlineData("two\nlines", "U+000A")]
    [InlineData("a\u202eb", "U+202E")]
    [InlineData("a\u2028b", "U+2028")]
    [InlineData("not supported in this mode. Change the reader options.", "words of the platform")]
    public void MessagesAreJudged(string message, string? complaint)
    {
        string? found = MessageCheck.Complaint(message);
        Assert.True(complaint is null ? found is null : found?.Contains(complaint, StringComparison.Ordinal) == true, $"found {found}");
    }

    [Fact]
    public void AMessageWithHalfACharacterIsSeen() => Assert.NotNull(MessageCheck.Complaint("a" + (char)0xD800 + "b"));

    [Fact]
    public void AMessageWithoutEndIsSeen() => Assert.NotNull(MessageCheck.Complaint(new string('x', 3001)));

    [Fact]
    public void TheSecondDecoderReadsEveryType()
    {
        const string Header = """
            {"a":{"dtype":"F64","shape":[1],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[1],"data_offsets":[8,12]},
            "c":{"dtype":"F16","shape":[1],"data_offsets":[12,14]},"d":{"dtype":"BF16","shape":[1],"data_offsets":[14,16]},
            "e":{"dtype":"I64","shape":[1],"data_offsets":[16,24]},"f":{"dtype":"BOOL","shape":[2],"data_offsets":[24,26]}}
            """;
        byte[] header = Encoding.UTF8.GetBytes(Header);
        byte[] bytes =
        [
            .. BitConverter.GetBytes((long)header.Length), .. header, .. BitConverter.GetBytes(-0.1), .. BitConverter.GetBytes(1.5f), 0x00, 0x3c, 0x40, 0xc0,
            .. BitConverter.GetBytes(-7L), 0, 1,
        ];
        var tensors = ReferenceDecoder.Decode(bytes);
        Assert.NotNull(tensors);
        Assert.Equal([-0.1, 1.5, 1, -3, -7, 0, 1], new[] { "a", "b", "c", "d", "e", "f" }.SelectMany(n => tensors[n]));
    }

    [Theory]
    [InlineData("other number", "other numbers than those of the second decoder")]
    [InlineData("exception", "an unexpected NotSupportedException")]
    [InlineData("message", "U+0007")]
    [InlineData("memory", "much memory")]
    [InlineData("refusal", "refused although its numbers are finite")]
    public void AReaderThatIsWrongIsSeen(string fault, string defect)
    {
        var findings = new Findings(TextWriter.Null);
        FuzzStudy.Run(new WrongReader(_work.Path, fault), seed: 1, first: 0, count: 40, findings);
        Assert.Contains(findings.Defects, d => d.Contains(defect, StringComparison.Ordinal));
    }

    /// <summary>A reader with one fault.</summary>
    private sealed class WrongReader(string folder, string fault) : AttackedReader
    {
        public override string Name => "wrong";

        public override string File { get; } = Path.Combine(folder, "wrong");

        protected override Mutator Mutator { get; } = new(SafetensorsReader.Seeds(), hasHeader: true);

        public override bool IsRefusal(Exception exception) => exception is InvalidRunException or FormatException;

        public override void Read(int number, byte[] bytes, Findings findings)
        {
            switch (fault)
            {
                case "exception":
                    throw new NotSupportedException();
                case "message":
                    // The exceptions of the readers themselves escape what they are given.
                    throw new FormatException("a\u0007");
                case "memory":
                    GC.KeepAlive(new byte[100 << 20]);
                    break;
                case "refusal":
                    Compare(number, "x", null, [1, 2], findings);
                    break;
                default:
                    Compare(number, "x", [1, 2], [1, BitConverter.Int64BitsToDouble(BitConverter.DoubleToInt64Bits(2) + 1)], findings);
                    break;
            }
        }
    }
}
