using System.Buffers.Binary;
using System.Numerics;
using System.Text;

namespace KernelFlow.Bridges;

/// <summary>Reads a pickle, which is a program for a stack machine, as far as tensors are saved with it.</summary>
/// <remarks>A list of opcodes and one of names are known; nothing else is, and nothing is ever called: what a known name would make is put down as data. Memory
/// is counted, so that a small file cannot ask for much.</remarks>
internal sealed class PickleMachine
{
    // What all objects of one pickle may take, in bytes, roughly.
    private const long Most = 48L << 20;
    private const int LongestName = 200;
    private static readonly UTF8Encoding s_utf8 = new(false, throwOnInvalidBytes: true);

    private readonly PickleInput _input;
    private readonly PickleCalls _calls;
    private readonly List<object?> _stack = [];
    private readonly List<int> _marks = [];
    private readonly Dictionary<long, object?> _memo = [];
    private long _used;

    private PickleMachine(PickleInput input, PickleCalls calls) => (_input, _calls) = (input, calls);

    /// <summary>Reads one pickle, to its STOP.</summary>
    /// <param name="input">Where it begins.</param>
    /// <param name="calls">Makes storages and tensors.</param>
    /// <exception cref="InvalidRunException">It is not sound, or holds an opcode or a name that is not known.</exception>
    public static object? Read(PickleInput input, PickleCalls calls) => new PickleMachine(input, calls).Run();

    private object? Run()
    {
        while (true)
        {
            byte code = _input.Byte();
            if (code == '.') break;
            Step(code);
        }
        object? result = Pop();
        return _stack.Count == 0 && _marks.Count == 0 ? result : throw Error("the pickle ends with objects left over");
    }

    private void Step(byte code)
    {
        switch ((char)code)
        {
            case '\u0080': // PROTO
                if (_input.Byte() is var version and not (2 or 3 or 4 or 5)) throw Error($"found pickle protocol {version}, expected 2 to 5");
                break;
            case '\u0095': // FRAME
                if (BinaryPrimitives.ReadUInt64LittleEndian(_input.Bytes(8)) > long.MaxValue) throw Error("found a frame that is too long");
                break;
            case '(':
                Charge(4);
                _marks.Add(_stack.Count);
                break;
            case 'c':
                string module = _input.Line(LongestName);
                Push(Global(module, _input.Line(LongestName)), 16);
                break;
            case '\u0093': // STACK_GLOBAL
                if (Pop() is not string name || Pop() is not string folder) throw Error("found a name that is no text");
                Push(Global(folder, name), 16);
                break;
            case 'R':
                var arguments = Tuple();
                Push(_calls.Call(Pop(), arguments, _input), 200);
                break;
            case '\u0081': // NEWOBJ
                var none = Tuple();
                if (Pop() is not PickleGlobal { Meaning: PickleMeaning.Module } || none.Items.Count > 0) throw Error("found an object that is no module");
                Push(new PickleModule(), 32);
                break;
            case 'b':
                Build(Pop());
                break;
            case 'Q':
                Push(_calls.Persistent(Pop(), _input), 100);
                break;
            case '}':
                Push(new PickleDictionary(), 200);
                break;
            case ']':
                Push(new PickleList([], IsTuple: false), 80);
                break;
            case ')':
                Push(new PickleList([], IsTuple: true), 80);
                break;
            case 't':
                Push(new PickleList(PopMarked(), IsTuple: true), 80);
                break;
            case '\u0085' or '\u0086' or '\u0087': // TUPLE1, TUPLE2, TUPLE3
                Push(new PickleList(PopLast(code - 0x84), IsTuple: true), 80);
                break;
            case 'a':
                object? item = Pop();
                Charge(16);
                List().Items.Add(item);
                break;
            case 'e':
                var items = PopMarked();
                Charge(16 * items.Count);
                List().Items.AddRange(items);
                break;
            case 's':
                SetItems(PopLast(2));
                break;
            case 'u':
                SetItems(PopMarked());
                break;
            case 'X':
                Text(BinaryPrimitives.ReadUInt32LittleEndian(_input.Bytes(4)));
                break;
            case '\u008c': // SHORT_BINUNICODE
                Text(_input.Byte());
                break;
            case 'J':
                Push((long)BinaryPrimitives.ReadInt32LittleEndian(_input.Bytes(4)), 32);
                break;
            case 'K':
                Push((long)_input.Byte(), 32);
                break;
            case 'M':
                Push((long)BinaryPrimitives.ReadUInt16LittleEndian(_input.Bytes(2)), 32);
                break;
            case '\u008a': // LONG1
                var number = new BigInteger(_input.Bytes(_input.Byte()));
                Push(number >= long.MinValue && number <= long.MaxValue ? (object)(long)number : number, 320);
                break;
            case 'G':
                Push(BinaryPrimitives.ReadDoubleBigEndian(_input.Bytes(8)), 32);
                break;
            case '\u0088' or '\u0089': // NEWTRUE, NEWFALSE
                Push(code == 0x88, 32);
                break;
            case 'N':
                Push(null, 8);
                break;
            case 'q':
                Remember(_input.Byte());
                break;
            case 'r':
                Remember(BinaryPrimitives.ReadUInt32LittleEndian(_input.Bytes(4)));
                break;
            case '\u0094': // MEMOIZE
                Remember(_memo.Count);
                break;
            case 'h':
                Recall(_input.Byte());
                break;
            case 'j':
                Recall(BinaryPrimitives.ReadUInt32LittleEndian(_input.Bytes(4)));
                break;
            default:
                throw Error($"found opcode {PickleOpcodes.Name(code)}, which tensors are not saved with: nothing in a file is executed");
        }
    }

    private PickleGlobal Global(string module, string name) => PickleGlobals.Find(module, name, _calls.Origin) ?? throw Error(
        $"found the global {JsonText.Clip($"{module}.{name}")}, which is not one of those that tensors are saved with: nothing in a file is executed");

    private void Build(object? state)
    {
        if (_stack.Count == Floor) throw Empty();
        switch (_stack[^1])
        {
            case PickleDictionary when state is PickleDictionary:
                break; // Attributes of an ordered dictionary, as state_dict has; they say nothing about tensors.
            case PickleModule { State: null } built when state is PickleDictionary attributes:
                built.State = attributes;
                break;
            default:
                throw Error("found a state for an object that has none");
        }
    }

    private void SetItems(List<object?> items)
    {
        if (_stack.Count == Floor || _stack[^1] is not PickleDictionary target) throw Error("found items for an object that is no dictionary");
        if (items.Count % 2 != 0) throw Error("found a key without a value");
        for (int i = 0; i < items.Count; i += 2)
        {
            if (items[i] is not (string or long)) throw Error("found a key that is neither a text nor a whole number");
            Charge(100);
            if (!target.TryAdd(items[i]!, items[i + 1])) throw Error($"found the key {JsonText.Clip($"{items[i]}")} twice in a dictionary");
        }
    }

    private PickleList List() => _stack.Count > Floor && _stack[^1] is PickleList { IsTuple: false } list
        ? list : throw Error("found items for an object that is no list");

    private PickleList Tuple() => Pop() is PickleList { IsTuple: true } tuple ? tuple : throw Error("found arguments that are no tuple");

    private void Text(long length)
    {
        Charge(40 + 2 * length);
        try
        {
            Push(s_utf8.GetString(_input.Bytes(length)), 0);
        }
        catch (DecoderFallbackException)
        {
            throw Error("found a text that is not UTF-8");
        }
    }

    private void Remember(long key)
    {
        if (_stack.Count == Floor) throw Empty();
        Charge(40);
        // Writers count from 0, and every number takes a byte at least.
        if (key > _input.At) throw Error($"found object {key} remembered, expected a number below {_input.At}");
        _memo[key] = _stack[^1];
    }

    private void Recall(long key) => Push(_memo.TryGetValue(key, out object? value) ? value : throw Error($"found no object {key} to repeat"), 8);

    private int Floor => _marks.Count == 0 ? 0 : _marks[^1];

    private void Push(object? value, long bytes)
    {
        Charge(bytes + 16);
        _stack.Add(value);
    }

    private object? Pop()
    {
        if (_stack.Count == Floor) throw Empty();
        object? value = _stack[^1];
        _stack.RemoveAt(_stack.Count - 1);
        return value;
    }

    private List<object?> PopLast(int count)
    {
        if (_stack.Count - Floor < count) throw Empty();
        var items = _stack.GetRange(_stack.Count - count, count);
        _stack.RemoveRange(_stack.Count - count, count);
        return items;
    }

    private List<object?> PopMarked()
    {
        if (_marks.Count == 0) throw Error("found the end of a list that does not begin");
        var items = PopLast(_stack.Count - Floor);
        _marks.RemoveAt(_marks.Count - 1);
        return items;
    }

    private void Charge(long bytes)
    {
        if ((_used += bytes) > Most) throw Error($"found objects of more than {Most >> 20} MiB");
    }

    private InvalidRunException Empty() => Error("found nothing on the stack, expected an object");

    private InvalidRunException Error(string message) => _input.Error(message);
}
