package ai.opencode.sandbox.run;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The settings by which a container engine names, labels, publishes and starts a container.
 *
 * @param name the container's name; null for one that the engine makes up
 * @param labels the container's labels by key, besides those of this program
 * @param ports the container's ports that can be reached from the host
 * @param runtime the program that starts the container, such as {@code runsc}; null for the
 *     engine's default
 */
@Api
public record EngineSettings(
    @Nullable String name,
    Map<String, String> labels,
    List<PublishedPort> ports,
    @Nullable String runtime) {

  /** The beginning of the keys of this program's own labels. */
  private static final String OWN = "ai.opencode.sandbox";

  private static final String NAME = "[A-Za-z0-9][A-Za-z0-9_.-]{1,127}";
  private static final String RUNTIME = "[A-Za-z0-9][A-Za-z0-9_.-]{0,127}";
  private static final int MAX_LABEL = 64 << 10;

  /**
   * Creates settings.
   *
   * @throws UsageException if a value is malformed, or two ports of the host are the same
   */
  public EngineSettings {
    labels = Collections.unmodifiableMap(new LinkedHashMap<>(labels));
    ports = List.copyOf(ports);
    if (name != null && !name.matches(NAME)) {
      throw new UsageException(
          "\""
              + name
              + "\" is not a container's name. Use 2 to 128 letters, digits, dots, dashes and"
              + " underscores, the first a letter or digit.");
    }
    if (runtime != null && !runtime.matches(RUNTIME)) {
      throw new UsageException(
          "\"" + runtime + "\" is not the name of a runtime. Use one such as runsc or kata.");
    }
    labels.forEach(EngineSettings::requireLabel);
    requireDistinct(ports);
  }

  private static void requireLabel(String key, String value) {
    if (key.isEmpty()
        || key.chars().anyMatch(each -> each <= ' ' || Character.isISOControl(each))
        || value.chars().anyMatch(Character::isISOControl)
        || key.length() + value.length() > MAX_LABEL) {
      throw new UsageException(
          "\""
              + key
              + "\" is not a label. Use KEY=VALUE without control characters, and without white"
              + " space in KEY.");
    }
    String lower = key.toLowerCase(Locale.ROOT);
    if (lower.equals(OWN) || lower.startsWith(OWN + ".")) {
      throw new UsageException(
          "Label \"" + key + "\" is reserved for this program. Use a key that begins otherwise.");
    }
  }

  private static void requireDistinct(List<PublishedPort> ports) {
    Set<PublishedPort> seen = new HashSet<>();
    for (PublishedPort each : ports) {
      PublishedPort place = new PublishedPort(each.address(), each.hostPort(), 1, each.protocol());
      if (each.hostPort() != 0 && !seen.add(place)) {
        throw new UsageException(
            "Port "
                + each.hostPort()
                + " of "
                + each.address()
                + " is published twice. Use another port for one of them.");
      }
    }
  }

  /** Returns settings with the engine's choice of a name and runtime, without labels and ports. */
  public static EngineSettings standard() {
    return new EngineSettings(null, Map.of(), List.of(), null);
  }

  /**
   * Parses labels of the form {@code KEY} or {@code KEY=VALUE}; the last value of a key counts.
   *
   * @throws UsageException if one is malformed
   */
  public static Map<String, String> labels(List<String> texts) {
    Map<String, String> labels = new LinkedHashMap<>();
    for (String each : texts) {
      int equals = each.indexOf('=');
      labels.put(
          equals < 0 ? each : each.substring(0, equals),
          equals < 0 ? "" : each.substring(equals + 1));
    }
    return labels;
  }

  public EngineSettings withName(@Nullable String newName) {
    return new EngineSettings(newName, labels, ports, runtime);
  }

  public EngineSettings withLabels(Map<String, String> newLabels) {
    return new EngineSettings(name, newLabels, ports, runtime);
  }

  public EngineSettings withPorts(List<PublishedPort> newPorts) {
    return new EngineSettings(name, labels, newPorts, runtime);
  }

  public EngineSettings withRuntime(@Nullable String newRuntime) {
    return new EngineSettings(name, labels, ports, newRuntime);
  }
}
