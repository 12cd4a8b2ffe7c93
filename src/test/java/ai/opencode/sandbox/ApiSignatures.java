package ai.opencode.sandbox;

import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.Executable;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.net.URISyntaxException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The signatures of the API: a line for each public type, and below it, sorted, a line for each
 * public or protected member that the type itself declares and that its declaration does not tell:
 * a record's accessors are left out. A sealed interface lists its permitted types, and an enum its
 * constants, because callers depend on both.
 */
final class ApiSignatures {

  private static final String ROOT = "ai.opencode.sandbox.";

  private ApiSignatures() {}

  /** Returns the signatures of all types that are marked as API. */
  static String text() throws IOException, URISyntaxException {
    List<String> lines = new ArrayList<>();
    for (Class<?> type : ApiTest.publicTypes()) {
      if (type.isAnnotationPresent(Api.class)) {
        add(type, lines);
      }
    }
    return String.join("\n", lines) + "\n";
  }

  private static void add(Class<?> type, List<String> lines) {
    lines.add(declaration(type));
    members(type).forEach(each -> lines.add("  " + each));
    Stream.of(type.getDeclaredClasses())
        .filter(each -> isVisible(each.getModifiers()))
        .sorted((one, other) -> one.getName().compareTo(other.getName()))
        .forEach(each -> add(each, lines));
  }

  private static String declaration(Class<?> type) {
    int kept = Modifier.PUBLIC | Modifier.PROTECTED | Modifier.FINAL;
    if (!type.isInterface()) {
      kept |= Modifier.ABSTRACT;
    }
    String kind =
        type.isRecord()
            ? "record"
            : type.isEnum() ? "enum" : type.isInterface() ? "interface" : "class";
    StringBuilder text = new StringBuilder(Modifier.toString(type.getModifiers() & kept));
    text.append(type.isSealed() ? " sealed " : " ").append(kind).append(' ');
    text.append(shortened(type.getName())).append(parameters(type.getTypeParameters()));
    if (type.isRecord()) {
      text.append(
          Arrays.stream(type.getRecordComponents())
              .map(ApiSignatures::component)
              .collect(Collectors.joining(", ", "(", ")")));
    }
    Type above = type.getGenericSuperclass();
    if (above != null && !type.isRecord() && !type.isEnum() && above != Object.class) {
      text.append(" extends ").append(name(above));
    }
    if (type.getGenericInterfaces().length > 0) {
      text.append(type.isInterface() ? " extends " : " implements ")
          .append(names(type.getGenericInterfaces()));
    }
    return text.toString();
  }

  private static String component(RecordComponent component) {
    return name(component.getGenericType()) + " " + component.getName();
  }

  private static Set<String> members(Class<?> type) {
    Set<String> members = new TreeSet<>();
    for (Field each : type.getDeclaredFields()) {
      if (isVisible(each.getModifiers()) && !each.isSynthetic()) {
        members.add(
            each.isEnumConstant()
                ? each.getName()
                : modifiers(each.getModifiers())
                    + name(each.getGenericType())
                    + " "
                    + each.getName());
      }
    }
    for (Constructor<?> each : type.getDeclaredConstructors()) {
      if (isVisible(each.getModifiers()) && !each.isSynthetic() && !isOfEvery(each, type)) {
        members.add(modifiers(each.getModifiers()) + type.getSimpleName() + rest(each));
      }
    }
    for (Method each : type.getDeclaredMethods()) {
      if (isVisible(each.getModifiers()) && !each.isSynthetic() && !isOfEvery(each, type)) {
        members.add(
            (each.isDefault() ? "default " : "")
                + modifiers(each.getModifiers())
                + parameters(each.getTypeParameters())
                + name(each.getGenericReturnType())
                + " "
                + each.getName()
                + rest(each));
      }
    }
    if (type.isSealed()) {
      for (Class<?> each : type.getPermittedSubclasses()) {
        members.add("permits " + shortened(each.getName()));
      }
    }
    return members;
  }

  /** Tells whether every object, record or enum has the member, or the declaration tells it. */
  private static boolean isOfEvery(Executable member, Class<?> type) {
    Class<?>[] parameters = member.getParameterTypes();
    if (member instanceof Constructor<?>) {
      return type.isRecord()
          && Arrays.equals(
              parameters,
              Stream.of(type.getRecordComponents())
                  .map(RecordComponent::getType)
                  .toArray(Class<?>[]::new));
    }
    if (type.isEnum() && Modifier.isStatic(member.getModifiers())) {
      return member.getName().equals("values") || member.getName().equals("valueOf");
    }
    boolean ofObject =
        parameters.length == 0
            ? Set.of("toString", "hashCode").contains(member.getName())
            : member.getName().equals("equals") && parameters[0] == Object.class;
    return ofObject
        || (type.isRecord()
            && parameters.length == 0
            && Stream.of(type.getRecordComponents())
                .anyMatch(each -> each.getName().equals(member.getName())));
  }

  private static String rest(Executable member) {
    return "("
        + names(member.getGenericParameterTypes())
        + (member.isVarArgs() ? "..." : "")
        + ")"
        + (member.getExceptionTypes().length == 0
            ? ""
            : " throws " + names(member.getGenericExceptionTypes()));
  }

  private static String modifiers(int modifiers) {
    int kept =
        modifiers
            & (Modifier.PUBLIC
                | Modifier.PROTECTED
                | Modifier.STATIC
                | Modifier.FINAL
                | Modifier.ABSTRACT);
    return kept == 0 ? "" : Modifier.toString(kept) + " ";
  }

  private static boolean isVisible(int modifiers) {
    return Modifier.isPublic(modifiers) || Modifier.isProtected(modifiers);
  }

  private static String parameters(TypeVariable<?>[] variables) {
    return variables.length == 0
        ? ""
        : Stream.of(variables)
            .map(TypeVariable::getName)
            .collect(Collectors.joining(", ", "<", "> "));
  }

  private static String names(Type[] types) {
    return Stream.of(types).map(ApiSignatures::name).collect(Collectors.joining(", "));
  }

  private static String name(Type type) {
    return shortened(type.getTypeName());
  }

  private static String shortened(String text) {
    return text.replace(ROOT, "")
        .replace('$', '.')
        .replaceAll("java\\.(?:lang|util|io|time|net)\\.(?=[A-Z])", "");
  }
}
