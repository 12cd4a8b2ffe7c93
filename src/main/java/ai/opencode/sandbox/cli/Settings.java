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
 * Values of options that are not on the command line, in this order of precedence: a system
 * property such as {@code sandbox.build.to} (for {@code build} also {@code sandbox.to}), an
 * environment variable of that name ({@code SANDBOX_BUILD_TO}, {@code SANDBOX_TO}), a fallback of
 * the caller. None of them counts for options that are {@link CommandLineOnly}.
 *
 * @param properties system properties by name
 * @param environment environment variables by name
 * @param fallbacks the caller's values by name of property
 */
record Settings(
    Map<String, String> properties, Map<String, String> environment, Map<String, String> fallbacks)
    implements IDefaultValueProvider {

  private static final String PREFIX = "sandbox.";

  /**
   * Options that have a short name in all commands, because they are about servers, failures, or
   * the file that all commands read.
   */
  private static final Set<String> SHARED =
      Set.of(
          "stacktrace",
          OwnFile.FILE,
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

  /** Returns the names of settings that do not count, because only the command line may. */
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
    // A flag that is off loosens no protection.
    return option.arity().max() == 0 && setting.value().equals("false");
  }

  /**
   * A value that is set.
   *
   * @param name the name of the property or variable
   * @param value the value as text
   */
  private record Setting(String name, String value) {}

  /** Returns all values that are set for an option, in order of precedence. */
  private List<Setting> found(OptionSpec option) {
    if (option.usageHelp() || option.versionHelp()) {
      return List.of();
    }
    List<Setting> found = new ArrayList<>();
    List<String> names = names(option);
    for (String name : names) {
      String value = properties.get(name);
      if (value != null && value.isEmpty() && option.arity().max() == 0) {
        value = "true"; // "java -Dsandbox.offline" sets an empty value, where Maven sets "true"
      }
      if (value != null && !value.isEmpty()) {
        found.add(new Setting(name, value));
      }
    }
    for (String name : names) {
      String variable = variable(name);
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

  /** Returns the name of the variable that belongs to a property. */
  static String variable(String property) {
    return property.toUpperCase(Locale.ROOT).replace('.', '_');
  }

  /** Returns the names of an option's properties, the most specific first. */
  static List<String> names(OptionSpec spec) {
    String command = spec.command().name();
    String option = spec.longestName().replaceFirst("^-+", "");
    String dotted = option.replace('-', '.');
    List<String> names = new ArrayList<>();
    names.add(PREFIX + command + "." + dotted);
    // Short names are for build only, so that they do not change another command's --json or
    // --user.
    if (command.equals("build") || SHARED.contains(option)) {
      names.add(PREFIX + dotted);
    }
    if (option.equals("image-version")) {
      names.add(PREFIX + "version");
    }
    return names;
  }
}
