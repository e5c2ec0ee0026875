using System.Globalization;

namespace KernelFlow.Bridges;

/// <summary>The dictionary in a .npy header, read as far as NumPy writes it: no other Python is understood, and nothing is evaluated.</summary>
internal ref struct NpyLiteral
{
    private readonly string _place;
    private readonly bool _hasLongs;
    private readonly ReadOnlySpan<char> _text;
    private int _at;

    private NpyLiteral(string text, string place, bool hasLongs)
    {
        _text = text;
        _hasLongs = hasLongs;
        _place = place;
    }

    /// <summary>The three values.</summary>
    /// <param name="text">The dictionary.</param>
    /// <param name="place">The file, for messages.</param>
    /// <param name="hasLongs">Whether a whole number may end in L, as Python 2 wrote some.</param>
    /// <exception cref="InvalidRunException">The text is something else.</exception>
    public static (string Descr, bool FirstFastest, long[] Shape) Parse(string text, string place, bool hasLongs) =>
        new NpyLiteral(text, place, hasLongs).Dictionary();

    private (string Descr, bool FirstFastest, long[] Shape) Dictionary()
    {
        string? descr = null;
        bool? order = null;
        long[]? shape = null;
        Expect('{');
        while (!Accept('}'))
        {
            string key = Text();
            Expect(':');
            bool twice = key switch
            {
                "descr" => descr is not null,
                "fortran_order" => order is not null,
                "shape" => shape is not null,
                _ => throw Error($"found the key {JsonText.Clip(key)}, expected descr, fortran_order and shape"),
            };
            if (twice) throw Error($"{key} stands twice, expected once");
            if (key == "descr") descr = Descr();
            else if (key == "shape") shape = Tuple();
            else order = Truth();
            if (Accept(',')) continue;
            Expect('}');
            break;
        }
        Peek();
        if (_at < _text.Length) throw Unexpected("nothing after the dictionary");
        string? missing = descr is null ? "descr" : order is null ? "fortran_order" : shape is null ? "shape" : null;
        return missing is null ? (descr!, order!.Value, shape!) : throw Error($"{missing} is missing");
    }

    private string Descr() => Peek() == '[' ? throw Error("found records of several fields, expected elements of one type") : Text();

    private string Text()
    {
        char quote = Peek();
        if (quote is not ('\'' or '"')) throw Unexpected("a text in quotes");
        int length = _text[(_at + 1)..].IndexOfAny(quote, '\\', '\n');
        if (length < 0 || _text[_at + 1 + length] != quote) throw Unexpected("a text without escapes");
        string text = _text.Slice(_at + 1, length).ToString();
        _at += length + 2;
        return text;
    }

    private bool Truth()
    {
        Peek();
        foreach (var (word, value) in ((string, bool)[])[("True", true), ("False", false)])
        {
            if (!_text[_at..].StartsWith(word, StringComparison.Ordinal)) continue;
            _at += word.Length;
            return value;
        }
        throw Unexpected("True or False");
    }

    private long[] Tuple()
    {
        Expect('(');
        var extents = new List<long>();
        bool comma = true;
        while (!Accept(')'))
        {
            if (!comma) throw Unexpected("a comma or )");
            extents.Add(Whole());
            comma = Accept(',');
        }
        // In Python, (3) is a number, and only (3,) is a list of one.
        if (extents.Count == 1 && !comma) throw Error("shape: found a number in parentheses, expected a comma after it");
        return [.. extents];
    }

    private long Whole()
    {
        Peek();
        int length = 0;
        while (_at + length < _text.Length && char.IsAsciiDigit(_text[_at + length])) length++;
        var digits = _text.Slice(_at, length);
        if (length == 0 || (digits[0] == '0' && length > 1) || !long.TryParse(digits, NumberStyles.None, CultureInfo.InvariantCulture, out long value))
            throw Unexpected($"a whole number from 0 to {long.MaxValue}");
        _at += length;
        // Python 2 wrote long integers as 3L.
        if (_hasLongs && _at < _text.Length && _text[_at] == 'L') _at++;
        return value;
    }

    private char Peek()
    {
        while (_at < _text.Length && _text[_at] is ' ' or '\n' or '\t' or '\r') _at++;
        return _at < _text.Length ? _text[_at] : '\0';
    }

    private bool Accept(char c)
    {
        if (Peek() != c || _at == _text.Length) return false;
        _at++;
        return true;
    }

    private void Expect(char c)
    {
        if (!Accept(c)) throw Unexpected($"{c}");
    }

    private InvalidRunException Unexpected(string expected) =>
        Error(_at == _text.Length ? $"the header ends, expected {expected}" : $"found {JsonText.Clip(_text[_at..].ToString())}, expected {expected}");

    private readonly InvalidRunException Error(string message) => new($"{_place}: the .npy header: {message}.");
}
