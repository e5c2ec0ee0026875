namespace KernelFlow.Hardening.Fuzzing;

/// <summary>What an attacker, or a program with another idea of JSON, writes.</summary>
internal static class HostileTexts
{
    private static readonly string s_deep = string.Concat(Enumerable.Repeat("[", 2000)), s_nested = string.Concat(Enumerable.Repeat("{\"a\":", 2000));

    /// <summary>Pieces that go anywhere.</summary>
    public static IReadOnlyList<string> Pieces { get; } =
    [
        "\"", "\\", "{", "}", "[", "]", ",", ":", "null", "true", "-", "e", "0", "1e999", "\\u0000", "\\ud800", "\\udc00\\ud800", "\u001b[2J", "\n", "\r", "\t",
        "\u202e", "\u2028", "\uFEFF", "/*", "//", "NaN", "Infinity", "'", "\0", s_deep, s_nested, new string(' ', 5000), new string('9', 400),
        "\"format\":\"kernel-flow-run\",", "\"version\":2,", "\"data_offsets\":[0,8],", "\"shape\":[2,3],", "\"dtype\":\"F64\",",
    ];

    /// <summary>Values, as JSON, in place of others.</summary>
    public static IReadOnlyList<string> Values { get; } =
    [
        "null", "true", "false", "0", "1", "-1", "2", "3", "7", "8", "16", "24", "64", "-0.0", "0.5", "8.0", "1e+05", "1e0", "1e400", "-1e400", "1e-400",
        "2147483647", "2147483648", "-2147483648", "4294967296", "9007199254740993", "9223372036854775807", "9223372036854775808", "-9223372036854775808",
        "18446744073709551616", "4611686018427387904", "1e18", "1e19", "1.7976931348623157e308", "4.9e-324", "NaN", "[]", "{}", "[[]]", "[0]", "[1,2]",
        "[2147483647,2147483647]", "[4294967296,4294967296]", "[9223372036854775807,2]", "[0,9223372036854775807]", "[-1,-1]", "[0,0]", "[0,16]", "[null]",
        "[1.5]", "[\"a\"]", "{\"a\":1}", "\"\"", "\" \"", "\"F64\"", "\"F32\"", "\"F16\"", "\"BF16\"", "\"I64\"", "\"I32\"", "\"U8\"", "\"BOOL\"",
            "\"F8_E4M3\"",
        "\"f64\"", "\"U_S\"", "\"J_S\"", "\"y_S\"", "\"squared\"", "\"custom\"", "\"logistic\"", "\"softmax-cross-entropy\"", "\"mean\"", "\"sum\"", "\"adam\"",
        "\"momentum\"", "\"sgd\"", "\"constant\"", "\"Holds\"", "\"Violated\"", "\"flow\"", "\"descent\"", "\"checkpoint-000001.safetensors\"",
        "\"./checkpoint-000001.safetensors\"", "\"targets.safetensors\"", "\"run.json\"", "\"../run.json\"", "\"/dev/zero\"", "\"/etc/passwd\"",
            "\".\"", "\"a/b\"",
        "\"C:\\\\x\"", "\"\\\\\\\\host\\\\share\"", "\"a\\u0000b\"", "\"\\ud800\"", "\"\\udfff\\ud800\"", "\"\\u001b[2J\\u001b]0;pwn\\u0007\"",
        "\"\\nerror: fake line\"", "\"\\r\\u009b31m\"", "\"\\u202egnp.exe\"", "\"\\u2028\\u2029\"", "\"\\ufeff\"", "\"\\ufffe\\uffff\"", "\"\\ud83d\\ude00\"",
        "\"=1+1\"", "\"<script>alert(1)</script>\"", "\"](javascript:x)\"", "\"{0}\"", "\"%s%n\"", "\"" + new string('x', 100_000) + "\"",
        "\"" + string.Concat(Enumerable.Repeat("\\u0007", 2000)) + "\"", "[" + string.Join(",", Enumerable.Repeat("1", 5000)) + "]", s_deep, s_nested,
    ];

    /// <summary>Names of keys.</summary>
    public static IReadOnlyList<string> Names { get; } =
    [
        "", "__metadata__", "dtype", "shape", "data_offsets", "U_S", "J_S", "y_S", "format", "version", "loss", "optimizer", "kind", "learningRate",
            "checkpoints",
        "file", "step", "time", "targets", "schedule", "setting", "lossConstants", "parameters", "metadata", "layers", "sha256", "id", "verdict", "claims",
        "figures", "constructor", "$ref", "a.b", "a[0]", "\u001b[2J", "x\ny", "\u202e", "\u0000", new string('n', 20_000),
    ];
}
