package ai.opencode.sandbox.npm;

import java.nio.file.Path;
import java.util.Collections;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The environment of this machine that npm's configuration depends on.
 *
 * @param properties Java system properties
 * @param workingDirectory the directory with the project's {@code .npmrc}
 * @param home the directory with the user's {@code .npmrc}
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

  /** Returns the settings of the running process. */
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
