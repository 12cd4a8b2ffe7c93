package ai.opencode.sandbox.cli;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.IDefaultValueProvider;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Options that are not on the command line: the system property {@code sandbox.build.to}, the
 * shorter {@code sandbox.to}, then the environment variable {@code SANDBOX_BUILD_TO}, then {@code
 * SANDBOX_TO}.
 */
record Settings(Map<String, String> properties, Map<String, String> environment)
    implements IDefaultValueProvider {

  /** Names that are older than the rule, or read better. */
  private static final Map<String, List<String>> SYNONYMS =
      Map.of(
          "npm-registry", List.of("sandbox.npm.registry"),
          "image-version", List.of("sandbox.version"));

  static Settings ofProcess() {
    Map<String, String> texts = new TreeMap<>();
    Properties system = System.getProperties();
    for (String name : system.stringPropertyNames()) {
      if (name.startsWith("sandbox.")) {
        texts.put(name, system.getProperty(name));
      }
    }
    return new Settings(texts, System.getenv());
  }

  @Override
  public @Nullable String defaultValue(ArgSpec argument) {
    if (!(argument instanceof OptionSpec option)) {
      return null;
    }
    CommandSpec command = option.command();
    String name = option.longestName().replaceFirst("^-+", "");
    if (name.equals("help") || name.equals("version")) {
      return null;
    }
    return find(command.name(), name);
  }

  @Nullable String find(String command, String option) {
    String dotted = option.replace('-', '.');
    for (String name : List.of("sandbox." + command + "." + dotted, "sandbox." + dotted)) {
      String value = value(name);
      if (value != null) {
        return value;
      }
    }
    for (String name : SYNONYMS.getOrDefault(option, List.of())) {
      String value = value(name);
      if (value != null) {
        return value;
      }
    }
    return null;
  }

  /** A property, or the environment variable that goes by its name. */
  @Nullable String value(String property) {
    String value = properties.get(property);
    if (value == null) {
      value = environment.get(property.toUpperCase(Locale.ROOT).replace('.', '_'));
    }
    return value == null || value.isEmpty() ? null : value;
  }
}
