package ai.opencode.sandbox.npm;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The layers of npm's configuration, strongest first: environment, project, user, global (npm's
 * documentation, config).
 */
final class NpmConfiguration {

  /**
   * A setting and its origin.
   *
   * @param origin the source of the setting, for messages, such as {@code ~/.npmrc}
   * @param ofProject whether it comes from the project's file, which someone other than the user
   *     may have written
   */
  record Setting(String value, String origin, boolean ofProject) {}

  private record Layer(String origin, boolean ofProject, Map<String, String> settings) {}

  private static final String PREFIX = "npm_config_";

  private final NpmSettings inputs;
  private final List<Layer> layers = new ArrayList<>();

  NpmConfiguration(NpmSettings inputs) {
    this.inputs = inputs;
    Map<String, String> environment = environment();
    layers.add(new Layer("the environment (npm_config_…)", false, environment));
    Path project = inputs.workingDirectory().resolve(".npmrc");
    Path user =
        file(environment.get("userconfig")).orElseGet(() -> inputs.home().resolve(".npmrc"));
    // In the home directory the project's file is the user's own file.
    if (!project.equals(user)) {
      layers.add(
          new Layer(project.toString(), true, NpmRc.readProject(project, inputs.environment())));
    }
    add(user);
    globalFile().ifPresent(this::add);
  }

  Optional<Setting> get(String key) {
    for (Layer layer : layers) {
      String value = layer.settings().get(key);
      if (value != null && !value.isEmpty()) {
        return Optional.of(new Setting(value, layer.origin(), layer.ofProject()));
      }
    }
    return Optional.empty();
  }

  /** Returns the addresses of the registries in the project's file, spelled as there. */
  Stream<String> projectAddresses() {
    return layers.stream()
        .filter(Layer::ofProject)
        .flatMap(layer -> layer.settings().entrySet().stream())
        .filter(each -> each.getKey().equals("registry") || each.getKey().endsWith(":registry"))
        .map(Map.Entry::getValue);
  }

  private void add(Path file) {
    layers.add(new Layer(file.toString(), false, NpmRc.read(file, inputs.environment())));
  }

  /**
   * Returns the settings among the environment variables; npm accepts their prefix in either case.
   */
  private Map<String, String> environment() {
    Map<String, String> settings = new TreeMap<>();
    // The environment is sorted: NPM_CONFIG_X precedes npm_config_x, so the usual spelling wins.
    inputs
        .environment()
        .forEach(
            (name, value) -> {
              if (name.regionMatches(true, 0, PREFIX, 0, PREFIX.length())) {
                settings.put(key(name.substring(PREFIX.length())), value);
              }
            });
    return settings;
  }

  /**
   * Turns NODE_OPTIONS into node-options; names with an address or scope, and a leading underscore,
   * stay unchanged.
   */
  private static String key(String name) {
    if (name.startsWith("//") || name.startsWith("@")) {
      return name;
    }
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.isEmpty() ? lower : lower.charAt(0) + lower.substring(1).replace('_', '-');
  }

  private Optional<Path> globalFile() {
    Optional<Setting> configured = get("globalconfig");
    if (configured.isPresent()) {
      return file(configured.get().value());
    }
    Optional<Path> prefix =
        get("prefix").map(Setting::value).flatMap(this::file).or(this::nodePrefix);
    return prefix.map(directory -> directory.resolve("etc/npmrc"));
  }

  /** Returns npm's prefix, which is the parent of the directory that contains node. */
  private Optional<Path> nodePrefix() {
    try {
      Optional<Path> node = executable("node");
      return node.isEmpty()
          ? Optional.empty()
          : Optional.ofNullable(node.get().toRealPath().getParent()).map(Path::getParent);
    } catch (IOException e) {
      return Optional.empty();
    }
  }

  /** Finds a program on the search path of the environment. */
  Optional<Path> executable(String name) {
    for (String directory : inputs.environment().getOrDefault("PATH", "").split(":", -1)) {
      if (directory.startsWith("/")) {
        Path program = Path.of(directory, name);
        if (Files.isExecutable(program) && !Files.isDirectory(program)) {
          return Optional.of(program);
        }
      }
    }
    return Optional.empty();
  }

  private Optional<Path> file(@Nullable String name) {
    if (name == null || name.isEmpty() || name.indexOf('\0') >= 0) {
      return Optional.empty();
    }
    return Optional.of(
        name.startsWith("~/")
            ? inputs.home().resolve(name.substring(2))
            : inputs.workingDirectory().resolve(name));
  }
}
