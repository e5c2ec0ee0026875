using System.Collections;
using System.Linq.Expressions;
using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;

namespace KernelFlow.Architecture.Tests;

/// <summary>
/// Calls public members with arguments made up for them: empty lists, and objects whose constructors never ran. A member that looks at its
/// arguments before it does anything with them says what is wrong with the one that is null, whatever the others are.
/// </summary>
internal sealed class PublicCalls(IReadOnlyList<Assembly> assemblies)
{
    private static readonly NullabilityInfoContext _nullability = new();
    private readonly Type[] _types = [.. assemblies.SelectMany(a => a.GetTypes())];

    /// <summary>The members that somebody outside the library can call and somebody inside it wrote.</summary>
    public static IEnumerable<MethodBase> Members(Assembly assembly)
    {
        const BindingFlags Declared = BindingFlags.Public | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;
        foreach (var type in assembly.GetExportedTypes().Where(t => !t.IsInterface && !t.IsEnum && !t.IsSubclassOf(typeof(Delegate))))
        {
            foreach (var constructor in type.GetConstructors().Where(c => !type.IsAbstract && !IsPositional(c))) yield return constructor;
            foreach (var method in type.GetMethods(Declared).Where(m => !m.IsAbstract && !m.ContainsGenericParameters))
                if (!method.IsDefined(typeof(CompilerGeneratedAttribute)) && !method.Name.StartsWith("set_", StringComparison.Ordinal)) yield return method;
        }
    }

    /// <summary>The parameters that must not be null.</summary>
    public static IEnumerable<ParameterInfo> Required(MethodBase member) => member.GetParameters().Where(p =>
        !p.ParameterType.IsValueType && !p.ParameterType.IsByRef && _nullability.Create(p).WriteState == NullabilityState.NotNull);

    /// <summary>What the member throws when <paramref name="missing"/> is null and everything else is there; null when it throws nothing.</summary>
    public Exception? Call(MethodBase member, ParameterInfo missing)
    {
        object?[] arguments = [.. member.GetParameters().Select(p => p.Position == missing.Position ? null : Value(p.ParameterType))];
        object? target = member.IsStatic || member.IsConstructor ? null : Bare(member.DeclaringType!);
        try
        {
            object? result = Caller(member)(target, arguments);
            if (result is IEnumerable sequence and not string) sequence.GetEnumerator().MoveNext();
            return null;
        }
        catch (Exception e)
        {
            return e;
        }
    }

    /// <summary>A record's constructor as the compiler writes it: there is no place in it for a check.</summary>
    private static bool IsPositional(ConstructorInfo constructor) => 
        constructor.DeclaringType!.GetMethod("PrintMembers", BindingFlags.NonPublic | BindingFlags.Instance) is not null
        && constructor.GetParameters() is { Length: > 0 } parameters
        && parameters.All(p => constructor.DeclaringType!.GetProperty(p.Name!) is not null);

    /// <summary>An ordinary call by reflection refuses spans; an emitted one passes an empty span.</summary>
    private static Func<object?, object?[], object?> Caller(MethodBase member)
    {
        var dynamic = new DynamicMethod("Call", typeof(object), [typeof(object), typeof(object?[])], typeof(PublicCalls).Module, skipVisibility: true);
        var il = dynamic.GetILGenerator();
        if (!member.IsStatic && !member.IsConstructor)
        {
            il.Emit(OpCodes.Ldarg_0);
            il.Emit(member.DeclaringType!.IsValueType ? OpCodes.Unbox : OpCodes.Castclass, member.DeclaringType!);
        }
        foreach (var parameter in member.GetParameters())
        {
            var type = parameter.ParameterType.IsByRef ? parameter.ParameterType.GetElementType()! : parameter.ParameterType;
            var local = il.DeclareLocal(type);
            if (!type.IsByRefLike)
            {
                il.Emit(OpCodes.Ldarg_1);
                il.Emit(OpCodes.Ldc_I4, parameter.Position);
                il.Emit(OpCodes.Ldelem_Ref);
                il.Emit(OpCodes.Unbox_Any, type);
                il.Emit(OpCodes.Stloc, local);
            }
            il.Emit(parameter.ParameterType.IsByRef ? OpCodes.Ldloca : OpCodes.Ldloc, local);
        }
        Type result;
        if (member is ConstructorInfo constructor)
        {
            il.Emit(OpCodes.Newobj, constructor);
            result = constructor.DeclaringType!;
        }
        else
        {
            il.Emit(OpCodes.Call, (MethodInfo)member);
            result = ((MethodInfo)member).ReturnType;
        }
        if (result.IsValueType || result.IsByRef)
        {
            if (result != typeof(void)) il.Emit(OpCodes.Pop);
            il.Emit(OpCodes.Ldnull);
        }
        il.Emit(OpCodes.Ret);
        return dynamic.CreateDelegate<Func<object?, object?[], object?>>();
    }

    private object? Value(Type type)
    {
        if (type.IsByRef) type = type.GetElementType()!;
        if (type.IsByRefLike) return null;
        if (type == typeof(string)) return "no such thing";
        if (type.IsArray) return Array.CreateInstance(type.GetElementType()!, 0);
        if (type.IsSubclassOf(typeof(Delegate))) return Nothing(type);
        if (type.IsInterface && type.IsGenericType)
        {
            var arguments = type.GetGenericArguments();
            object?[] candidates =
            [
                Array.CreateInstance(arguments[0], 0), Activator.CreateInstance(typeof(HashSet<>).MakeGenericType(arguments[0])),
                arguments.Length == 2 ? Activator.CreateInstance(typeof(Dictionary<,>).MakeGenericType(arguments)) : null,
            ];
            return Array.Find(candidates, type.IsInstanceOfType);
        }
        if (type == typeof(TextWriter)) return TextWriter.Null;
        if (type == typeof(Stream)) return Stream.Null;
        return Nullable.GetUnderlyingType(type) is not null ? null : Bare(type);
    }

    /// <summary>A delegate that does nothing.</summary>
    private static Delegate? Nothing(Type type)
    {
        var invoke = type.GetMethod("Invoke")!;
        if (invoke.GetParameters().Any(p => p.ParameterType.IsByRefLike)) return WithSpans(type, invoke);
        var parameters = invoke.GetParameters().Select(p => Expression.Parameter(p.ParameterType));
        return Expression.Lambda(type, Expression.Default(invoke.ReturnType), parameters).Compile();
    }

    // Expressions have no spans.
    private static Delegate WithSpans(Type type, MethodInfo invoke)
    {
        var dynamic = new DynamicMethod("nothing", invoke.ReturnType, [.. invoke.GetParameters().Select(p => p.ParameterType)], typeof(PublicCalls));
        var il = dynamic.GetILGenerator();
        if (invoke.ReturnType != typeof(void)) il.Emit(OpCodes.Ldloc, il.DeclareLocal(invoke.ReturnType));
        il.Emit(OpCodes.Ret);
        return dynamic.CreateDelegate(type);
    }

    private object? Bare(Type type)
    {
        var made = type is { IsAbstract: false, IsInterface: false } ? type
            : Array.Find([.. _types, .. type.Assembly.GetTypes()],
                t => type.IsAssignableFrom(t) && t is { IsAbstract: false, ContainsGenericParameters: false });
        if (made is null) return null;
        object bare = RuntimeHelpers.GetUninitializedObject(made);
        GC.SuppressFinalize(bare);
        return bare;
    }
}
