using System.Reflection;
using System.Text;

namespace KernelFlow.Architecture.Tests;

/// <summary>An assembly's public members as sorted text, one per line.</summary>
internal static class PublicApi
{
    private const BindingFlags Declared =
        BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    public static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            text.Append($"{Kind(type)} {Name(type, full: true)}\n");
            var lines = type.IsEnum
                ? Enum.GetNames(type).Select(n => $"{n} = {Convert.ToInt64(Enum.Parse(type, n), System.Globalization.CultureInfo.InvariantCulture)}")
                : type.GetMembers(Declared).Where(m => !IsCompilerMade(m)).Select(Member).OfType<string>();
            foreach (string line in lines.Order(StringComparer.Ordinal)) text.Append($"  {line}\n");
        }
        return text.ToString();
    }

    private static string Kind(Type type) =>
        type.IsEnum ? "enum" : type.IsInterface ? "interface" : type.IsSubclassOf(typeof(Delegate)) ? "delegate" : type.IsValueType ? "struct"
        : type.IsAbstract && type.IsSealed ? "static class" : type.IsAbstract ? "abstract class" : type.IsSealed ? "sealed class" : "class";

    private static string? Member(MemberInfo member) => member switch
    {
        ConstructorInfo c when Seen(c) => $"new({Parameters(c)})",
        MethodInfo m when Seen(m) && !m.IsSpecialName => $"{Modifier(m)}{Name(m.ReturnType)} {m.Name}{Generic(m)}({Parameters(m)})",
        PropertyInfo p when p.GetAccessors(true).Any(Seen) =>
            $"{Modifier(p.GetAccessors(true).First(Seen))}{Name(p.PropertyType)} "
            + $"{p.Name}{(p.GetIndexParameters() is { Length: > 0 } index ? $"[{string.Join(", ", index.Select(i => Name(i.ParameterType)))}]" : "")} "
            + $"{{ {string.Join(" ", Accessors(p))} }}",
        FieldInfo f when f.IsPublic || f.IsFamily => $"{(f.IsLiteral ? "const " : f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}",
        EventInfo e => $"event {Name(e.EventHandlerType!)} {e.Name}",
        _ => null,
    };

    private static IEnumerable<string> Accessors(PropertyInfo property)
    {
        if (property.GetMethod is { } get && Seen(get)) yield return "get;";
        if (property.SetMethod is { } set && Seen(set))
            yield return set.ReturnParameter.GetRequiredCustomModifiers().Any(m => m.Name == "IsExternalInit") ? "init;" : "set;";
    }

    private static bool Seen(MethodBase method) => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly;

    /// <summary>What a record gets without anybody writing it.</summary>
    private static bool IsCompilerMade(MemberInfo member) =>
        member.GetCustomAttribute<System.Runtime.CompilerServices.CompilerGeneratedAttribute>() is not null && member is not PropertyInfo
        || member is Type || member.Name is "PrintMembers" or "EqualityContract" or "<Clone>$" or "Deconstruct"
        || (member is MethodInfo { Name: "Equals" or "GetHashCode" or "ToString" });

    private static string Modifier(MethodBase method) =>
        (method.IsFamily ? "protected " : "") + (method.IsStatic ? "static " : method.IsAbstract ? "abstract " : "");

    private static string Generic(MethodInfo method) =>
        method.IsGenericMethod ? $"<{string.Join(", ", method.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase method) => string.Join(", ", method.GetParameters().Select(p =>
        $"{Passing(p)}{Name(p.ParameterType)} {p.Name}{(p.HasDefaultValue ? " = " + Default(p) : "")}"));

    private static string Passing(ParameterInfo p) =>
        p.IsDefined(typeof(ParamArrayAttribute)) || p.IsDefined(typeof(System.Runtime.CompilerServices.ParamCollectionAttribute)) ? "params "
        : p.IsOut ? "out "
        : !p.ParameterType.IsByRef ? ""
        : p.IsIn ? "in " : "ref ";

    private static string Default(ParameterInfo parameter) => parameter.DefaultValue switch
    {
        null => parameter.ParameterType.IsValueType ? "default" : "null",
        string s => $"\"{s}\"",
        bool b => b ? "true" : "false",
        IFormattable f => f.ToString(null, System.Globalization.CultureInfo.InvariantCulture),
        var other => other.ToString()!,
    };

    private static string Name(Type type, bool full = false)
    {
        if (type.IsByRef) return Name(type.GetElementType()!);
        if (type.IsArray) return Name(type.GetElementType()!) + "[]";
        if (Nullable.GetUnderlyingType(type) is { } inner) return Name(inner) + "?";
        string name = full ? type.FullName! : type.Name;
        if (!type.IsGenericType) return Keyword(type) ?? name;
        return $"{name.Split('`')[0]}<{string.Join(", ", type.GetGenericArguments().Select(a => Name(a)))}>";
    }

    private static string? Keyword(Type type) =>
        type == typeof(void) ? "void" : type == typeof(double) ? "double" : type == typeof(int) ? "int" : type == typeof(long) ? "long"
            : type == typeof(bool) ? "bool" : type == typeof(string) ? "string"
        : type == typeof(object) ? "object" : type == typeof(byte) ? "byte" : type == typeof(float) ? "float" : null;
}
