package ai.opencode.sandbox.cli;

import java.lang.reflect.AnnotatedElement;
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
 * to. What is {@link CommandLineOnly} counts in none of these places.
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
          "ca-file",
          "network-patience");

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
    return argument instanceof OptionSpec option
        ? found(option).stream()
            .filter(each -> counts(each, option))
            .findFirst()
            .map(Setting::value)
            .orElse(null)
        : null;
  }

  /** The names of what is set and does not count, because the command line alone may say it. */
  List<String> ignored(OptionSpec option) {
    return found(option).stream()
        .filter(each -> !counts(each, option))
        .map(Setting::name)
        .distinct()
        .toList();
  }

  private static boolean counts(Setting setting, OptionSpec option) {
    CommandLineOnly rule =
        option.userObject() instanceof AnnotatedElement element
            ? element.getAnnotation(CommandLineOnly.class)
            : null;
    if (rule == null || List.of(rule.unless()).contains(setting.value())) {
      return true;
    }
    // A flag that is off loosens nothing.
    return option.arity().max() == 0 && setting.value().equals("false");
  }

  /**
   * One thing that is set.
   *
   * @param name of the property or variable
   */
  private record Setting(String name, String value) {}

  /** Everything that is set for an option, what counts most first. */
  private List<Setting> found(OptionSpec option) {
    if (option.usageHelp() || option.versionHelp()) {
      return List.of();
    }
    List<Setting> found = new ArrayList<>();
    List<String> names =
        names(option.command().name(), option.longestName().replaceFirst("^-+", ""));
    for (String name : names) {
      String value = properties.get(name);
      if (value != null && value.isEmpty() && option.arity().max() == 0) {
        value = "true"; // java -Dsandbox.offline, where Maven would have set "true" itself
      }
      if (value != null && !value.isEmpty()) {
        found.add(new Setting(name, value));
      }
    }
    for (String name : names) {
      String variable = name.toUpperCase(Locale.ROOT).replace('.', '_');
      String value = environment.get(variable);
      if (value != null && !value.isEmpty()) {
        found.add(new Setting(variable, value));
      }
    }
    for (String name : names) {
      String value = fallbacks.get(name);
      if (value != null) {
        found.add(new Setting(name, value));
      }
    }
    return found;
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
