package ai.opencode.sandbox.npm;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * What the configuration of npm depends on.
 *
 * @param properties Java system properties
 * @param workingDirectory whose {@code .npmrc} counts as the project's
 * @param home whose {@code .npmrc} counts as the user's
 */
public record NpmSettings(
    Map<String, String> properties,
    Map<String, String> environment,
    Path workingDirectory,
    Path home) {

  public NpmSettings {
    properties = Collections.unmodifiableMap(new TreeMap<>(properties));
    environment = Collections.unmodifiableMap(new TreeMap<>(environment));
  }

  /** Those of the running process. */
  public static NpmSettings ofProcess() {
    Properties properties = System.getProperties();
    Map<String, String> texts = new TreeMap<>();
    for (String name : properties.stringPropertyNames()) {
      texts.put(name, properties.getProperty(name));
    }
    return new NpmSettings(
        texts,
        System.getenv(),
        Path.of("").toAbsolutePath(),
        Path.of(System.getProperty("user.home", "/")));
  }
}
