package ai.opencode.sandbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.definition.ContainerSettings;
import ai.opencode.sandbox.definition.ExposedPort;
import ai.opencode.sandbox.definition.FileContent;
import ai.opencode.sandbox.definition.FilesystemSettings;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.ImageDescription;
import ai.opencode.sandbox.definition.NpmProject;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.SandboxUser;
import ai.opencode.sandbox.definition.SoftwareSettings;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.SymbolicLink;
import ai.opencode.sandbox.definition.WritableDirectory;
import ai.opencode.sandbox.oci.Digest;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The components of a definition, all of which its key depends on. They are found by reflection, so
 * a new one fails here until the key has it.
 */
class DefinitionRecipeTest {

  private static final ImageDefinition PARENT = definition("parent", null);
  private static final ImageDefinition WHOLE = definition("whole", PARENT);

  /** A definition that differs from {@link #WHOLE} in one component, and the component's path. */
  private record Variant(String path, ImageDefinition definition) {

    @Override
    public String toString() {
      return path;
    }
  }

  static List<Variant> variants() throws ReflectiveOperationException {
    List<Variant> variants = new ArrayList<>();
    for (Changed each : changed(WHOLE, "")) {
      variants.add(new Variant(each.path(), (ImageDefinition) each.value()));
    }
    return variants;
  }

  @ParameterizedTest
  @MethodSource("variants")
  void theKeyChangesWith(Variant variant) {
    assertThat(variant.definition()).isNotEqualTo(WHOLE);
    assertThat(key(variant.definition())).isNotEqualTo(key(WHOLE));
  }

  @Test
  void everyComponentIsTried() throws ReflectiveOperationException {
    assertThat(variants().stream().map(Variant::path))
        .contains(
            ".name",
            ".parent.name",
            ".parent.container.workingDirectory",
            ".software.npm.packageLock",
            ".software.npm.directory",
            ".filesystem.user.shell",
            ".filesystem.directories[].gid",
            ".filesystem.directories[].onlyIfMissing",
            ".filesystem.files[].content",
            ".filesystem.files[].gid",
            ".filesystem.links[].target",
            ".filesystem.writable[].sizeBytes",
            ".software.without[]",
            ".container.ports[].protocol",
            ".container.environment{}",
            ".about.text",
            ".about.labels{}");
  }

  @Test
  void equalDefinitionsHaveTheSameKey() {
    assertThat(key(definition("whole", definition("parent", null)))).isEqualTo(key(WHOLE));
  }

  @Test
  void aDefinitionWithoutParentAndNpmHasAnotherKey() {
    ImageDefinition alone = definition("whole", null);

    assertThat(key(alone)).isNotEqualTo(key(WHOLE));
    assertThat(key(ImageDefinition.from(PARENT, "whole"))).isNotEqualTo(key(WHOLE));
  }

  private static Digest key(ImageDefinition definition) {
    Recipe recipe = Recipe.of("test", 1);
    DefinitionRecipe.add(recipe, definition);
    return recipe.digest();
  }

  /** A value with one change in it, and the path of the change. */
  private record Changed(String path, Object value) {}

  /** Returns all values that differ from one in a component, at any depth. */
  private static List<Changed> changed(Object value, String path)
      throws ReflectiveOperationException {
    List<Changed> all = new ArrayList<>();
    if ("tcp".equals(value)) {
      all.add(new Changed(path, "udp"));
    } else if (value instanceof String text) {
      all.add(new Changed(path, text + "2"));
    } else if (value instanceof Integer number) {
      all.add(new Changed(path, number + 1));
    } else if (value instanceof Long number) {
      all.add(new Changed(path, number + 1));
    } else if (value instanceof Boolean flag) {
      all.add(new Changed(path, !flag));
    } else if (value instanceof Dependency request) {
      all.add(new Changed(path, Dependency.of(request + ">=2")));
    } else if (value instanceof FileContent) {
      all.add(new Changed(path, FileContent.of("another")));
    } else if (value instanceof List<?> list) {
      all.add(new Changed(path + "[0]", list.subList(1, list.size())));
      for (Changed each : changed(list.get(0), path + "[]")) {
        List<Object> other = new ArrayList<>(list);
        other.set(0, each.value());
        all.add(new Changed(each.path(), other));
      }
    } else if (value instanceof Map<?, ?> map) {
      Map<Object, Object> more = new LinkedHashMap<>(map);
      more.put("another", "value");
      all.add(new Changed(path + "{another}", more));
      Map<Object, Object> other = new LinkedHashMap<>(map);
      other.replaceAll((key, old) -> old + "2");
      all.add(new Changed(path + "{}", other));
    } else if (value instanceof Record) {
      all.addAll(changedRecord(value, path));
    } else {
      throw new AssertionError(path + ": no other value is known of " + value.getClass());
    }
    return all;
  }

  private static List<Changed> changedRecord(Object value, String path)
      throws ReflectiveOperationException {
    RecordComponent[] components = value.getClass().getRecordComponents();
    Class<?>[] types = new Class<?>[components.length];
    Object[] values = new Object[components.length];
    for (int i = 0; i < components.length; i++) {
      types[i] = components[i].getType();
      values[i] = components[i].getAccessor().invoke(value);
    }
    List<Changed> all = new ArrayList<>();
    for (int i = 0; i < components.length; i++) {
      if (values[i] == null) {
        continue;
      }
      for (Changed each : changed(values[i], path + "." + components[i].getName())) {
        Object[] arguments = values.clone();
        arguments[i] = each.value();
        all.add(
            new Changed(
                each.path(),
                value.getClass().getDeclaredConstructor(types).newInstance(arguments)));
      }
    }
    return all;
  }

  private static ImageDefinition definition(String name, @Nullable ImageDefinition parent) {
    return new ImageDefinition(
        name,
        new ImageDescription("description", Map.of("label", "value")),
        parent,
        new SoftwareSettings(
            Dependency.listOf("one two"),
            new NpmProject("{}", "{\"lockfileVersion\":3}", "/opt/app"),
            List.of("three")),
        new FilesystemSettings(
            new SandboxUser("user", 1000, 1001, "/home/user", "/bin/sh"),
            List.of(new OwnedDirectory("/work", 0755, 1000, 1001)),
            List.of(new StaticFile("/etc/motd", 0644, 7, 8, FileContent.of("hello"))),
            List.of(new SymbolicLink("/etc/link", "motd")),
            List.of(new WritableDirectory("/var/lib/own", 1 << 20))),
        new ContainerSettings(
            Map.of("A", "1"),
            "/work",
            List.of("/bin/sh"),
            List.of("-c"),
            List.of(new ExposedPort(80, "tcp"))));
  }
}
