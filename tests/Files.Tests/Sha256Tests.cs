using System.Security.Cryptography;
using System.Text;

namespace KernelFlow.Files.Tests;

/// <summary>Both implementations give the published sums, whatever the input's length and the pieces it comes in.</summary>
public sealed class Sha256Tests
{
    /// <summary>The examples of FIPS 180-4 and of NIST's list: nothing, one block, two blocks, a million letters.</summary>
    public static TheoryData<bool, string, int, string> Published()
    {
        var data = new TheoryData<bool, string, int, string>();
        foreach (bool system in (bool[])[true, false])
        {
            data.Add(system, "", 1, "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
            data.Add(system, "abc", 1, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
            data.Add(system, "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 1,
                "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
            data.Add(system, "abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu", 1,
                "cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1");
            data.Add(system, "a", 1_000_000, "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
        }
        return data;
    }

    [Theory, MemberData(nameof(Published))]
    public void PublishedSums(bool system, string text, int times, string expected)
    {
        byte[] bytes = Encoding.ASCII.GetBytes(text);
        using var sum = new Sha256(system && Sha256.UsesSystem);
        for (int i = 0; i < times; i++) sum.Append(bytes);
        Assert.Equal(expected, Convert.ToHexStringLower(sum.Finish()));
    }

    /// <summary>Every length around the ends of blocks, in pieces of every size, with one object for all of them.</summary>
    [Fact]
    public void TheManagedSumIsTheSystemsForEveryLengthAndEveryCut()
    {
        var bytes = new byte[300];
        new Random(7).NextBytes(bytes);
        using var sum = new Sha256(system: false);
        for (int length = 0; length <= bytes.Length; length++)
        {
            for (int piece = 1; piece <= 130; piece += 43)
            {
                for (int at = 0; at < length; at += piece) sum.Append(bytes.AsSpan(at, Math.Min(piece, length - at)));
                Assert.Equal(Convert.ToHexString(SHA256.HashData(bytes.AsSpan(0, length))), Convert.ToHexString(sum.Finish()));
            }
        }
    }

    /// <summary>In a process that finds no OpenSSL .NET would abort; this class is then asked for the managed sum.</summary>
    [Fact]
    public void TheNamedVersionIsAskedForBeforeTheOthers()
    {
        Assert.Equal(["libssl.so.1.0.2", "libssl.so.3", "libssl.so.1.1"], SystemCryptography.Candidates("1.0.2"));
        Assert.Equal(["libssl.so.3", "libssl.so.1.1"], SystemCryptography.Candidates(null));
    }
}
