package ai.opencode.sandbox.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options that are not on the command line: the system property {@code sandbox.build.to}, for
 * {@code build} also the shorter {@code sandbox.to}; then the environment variables of these names,
 * {@code SANDBOX_BUILD_TO} and {@code SANDBOX_TO}; then what whoever starts the program falls back
 * to.
 *
 * @param fallbacks by the name of the property
 */
record Settings(
    Map<String, String> properties, Map<String, String> environment, Map<String, String> fallbacks)
    implements IDefaultValueProvider {

  private static final String PREFIX = "sandbox.";

  /** How servers are reached is the same whatever is done there. */
  private static final Set<String> SHARED =
      Set.of(
          "stacktrace",
          "registry-username",
          "registry-password",
          "registry-mirror",
          "insecure-registry",
          "ca-file");

  Settings {
    properties = Map.copyOf(properties);
    environment = Map.copyOf(environment);
    fallbacks = Map.copyOf(fallbacks);
  }

  static Settings ofProcess() {
    Map<String, String> texts = new TreeMap<>();
    Properties system = System.getProperties();
    for (String name : system.stringPropertyNames()) {
      if (name.startsWith(PREFIX)) {
        texts.put(name, system.getProperty(name));
      }
    }
    return new Settings(texts, System.getenv(), Map.of());
  }

  Settings withFallbacks(Map<String, String> newFallbacks) {
    return new Settings(properties, environment, newFallbacks);
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option) || option.usageHelp() || option.versionHelp()) {
      return null;
    }
    List<String> names =
        names(option.command().name(), option.longestName().replaceFirst("^-+", ""));
    for (String name : names) {
      String value = properties.get(name);
      if (value != null && value.isEmpty() && option.arity().max() == 0) {
        return "true"; // java -Dsandbox.offline, where Maven would have set "true" itself
      }
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    for (String name : names) {
      String value = environment.get(name.toUpperCase(Locale.ROOT).replace('.', '_'));
      if (value != null && !value.isEmpty()) {
        return value;
      }
    }
    return names.stream().map(fallbacks::get).filter(v -> v != null).findFirst().orElse(null);
  }

  /** The properties that an option goes by, the most particular first. */
  private static List<String> names(String command, String option) {
    String dotted = option.replace('-', '.');
    List<String> names = new ArrayList<>();
    names.add(PREFIX + command + "." + dotted);
    // Only one command has the short names: another's --json or --user must not change with them.
    if (command.equals("build") || SHARED.contains(option)) {
      names.add(PREFIX + dotted);
    }
    if (option.equals("image-version")) {
      names.add(PREFIX + "version");
    }
    return names;
  }
}
