package ai.opencode.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.stability.Api;
import ai.opencode.sandbox.stability.Internal;
import java.io.IOException;
import java.lang.reflect.Constructor;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The types marked as API or as internal. */
class ApiTest {

  private static final String ROOT = "ai.opencode.sandbox.";

  @Test
  void isListed() throws Exception {
    Set<String> marked = new TreeSet<>();
    for (Class<?> type : publicTypes()) {
      if (type.isAnnotationPresent(Api.class)) {
        marked.add(type.getName().substring(ROOT.length()));
      }
    }
    Golden.files()
        .assertText(
            "api.txt",
            String.join("\n", marked) + "\n",
            "other types are marked @Api; scripts/golden writes the list, and the commit says so");
  }

  @Test
  void hasTheListedSignatures() throws Exception {
    Golden.files()
        .assertText(
            "api-signatures.txt",
            ApiSignatures.text(),
            "callers of the API notice this change; scripts/golden writes the list, and the commit"
                + " says why");
  }

  @Test
  void everyOtherPublicTypeIsInternal() throws Exception {
    for (Class<?> type : publicTypes()) {
      boolean internal =
          type.isAnnotationPresent(Internal.class)
              || type.getPackage().isAnnotationPresent(Internal.class);
      assertThat(type.isAnnotationPresent(Api.class) || internal)
          .as("%s has neither @Api nor @Internal", type.getName())
          .isTrue();
      assertThat(type.isAnnotationPresent(Api.class) && type.isAnnotationPresent(Internal.class))
          .as("%s has both @Api and @Internal", type.getName())
          .isFalse();
    }
  }

  @Test
  void namesNoInternalTypeInItsSignatures() throws Exception {
    List<String> leaks = new ArrayList<>();
    for (Class<?> type : publicTypes()) {
      if (type.isAnnotationPresent(Api.class)) {
        for (Class<?> used : signatures(type)) {
          if (!outermost(used).isAnnotationPresent(Api.class)) {
            leaks.add(type.getSimpleName() + " uses " + used.getName());
          }
        }
      }
    }
    assertThat(leaks).isEmpty();
  }

  /** Returns types of this library in the public signatures of a type and of its nested types. */
  private static Set<Class<?>> signatures(Class<?> type) {
    Set<Class<?>> used = new HashSet<>();
    if (type.getGenericSuperclass() != null) {
      collect(type.getGenericSuperclass(), used);
    }
    Stream.of(type.getGenericInterfaces()).forEach(each -> collect(each, used));
    for (Method method : type.getDeclaredMethods()) {
      if (Modifier.isPublic(method.getModifiers()) && !method.isSynthetic() && isUsable(method)) {
        collect(method.getGenericReturnType(), used);
        Stream.of(method.getGenericParameterTypes()).forEach(each -> collect(each, used));
        Stream.of(method.getGenericExceptionTypes()).forEach(each -> collect(each, used));
      }
    }
    for (Constructor<?> constructor : type.getDeclaredConstructors()) {
      if (Modifier.isPublic(constructor.getModifiers())) {
        Stream.of(constructor.getGenericParameterTypes()).forEach(each -> collect(each, used));
      }
    }
    for (Class<?> nested : type.getDeclaredClasses()) {
      if (Modifier.isPublic(nested.getModifiers())) {
        used.addAll(signatures(nested));
      }
    }
    return used;
  }

  /** Tells whether a caller outside the package can name the method's parameters. */
  private static boolean isUsable(Method method) {
    return Stream.of(method.getParameterTypes())
        .allMatch(
            each -> !each.getName().startsWith(ROOT) || Modifier.isPublic(each.getModifiers()));
  }

  private static void collect(Type type, Set<Class<?>> used) {
    if (type instanceof Class<?> found) {
      Class<?> element = found;
      while (element.isArray()) {
        element = element.getComponentType();
      }
      if (element.getName().startsWith(ROOT)) {
        used.add(element);
      }
    } else if (type instanceof ParameterizedType generic) {
      collect(generic.getRawType(), used);
      Stream.of(generic.getActualTypeArguments()).forEach(each -> collect(each, used));
    } else if (type instanceof WildcardType wildcard) {
      Stream.of(wildcard.getUpperBounds()).forEach(each -> collect(each, used));
      Stream.of(wildcard.getLowerBounds()).forEach(each -> collect(each, used));
    } else if (type instanceof GenericArrayType array) {
      collect(array.getGenericComponentType(), used);
    }
  }

  private static Class<?> outermost(Class<?> type) {
    Class<?> outer = type;
    while (outer.getEnclosingClass() != null) {
      outer = outer.getEnclosingClass();
    }
    return outer;
  }

  /** Returns public types of the product that are not nested in others. */
  static List<Class<?>> publicTypes() throws IOException, URISyntaxException {
    Path classes =
        Path.of(SandboxBuilder.class.getProtectionDomain().getCodeSource().getLocation().toURI());
    try (Stream<Path> files = Files.walk(classes.resolve("ai"))) {
      List<Class<?>> types = new ArrayList<>();
      for (Path file : files.sorted().toList()) {
        String name = classes.relativize(file).toString();
        if (name.endsWith(".class") && !name.contains("$") && !name.contains("package-info")) {
          Class<?> type = load(name.substring(0, name.length() - 6).replace('/', '.'));
          if (Modifier.isPublic(type.getModifiers())) {
            types.add(type);
          }
        }
      }
      return types;
    }
  }

  private static Class<?> load(String name) {
    try {
      return Class.forName(name, false, ApiTest.class.getClassLoader());
    } catch (ClassNotFoundException e) {
      throw new AssertionError(e);
    }
  }
}
