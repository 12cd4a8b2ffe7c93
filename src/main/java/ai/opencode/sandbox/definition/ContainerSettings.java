package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The start of an image's containers: the {@code config} object of an OCI image configuration.
 *
 * @param environment the environment variables in the order in which they are written
 * @param workingDirectory an absolute path
 * @param entrypoint the program that runs the command, with its arguments
 * @param command the default command, with its arguments
 */
@Api
public record ContainerSettings(
    Map<String, String> environment,
    String workingDirectory,
    List<String> entrypoint,
    List<String> command) {

  public ContainerSettings {
    if (!workingDirectory.equals("/")) {
      Paths.requireAbsolute(workingDirectory);
    }
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
  }

  public ContainerSettings withEnvironment(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(environment);
    more.put(name, value);
    return new ContainerSettings(more, workingDirectory, entrypoint, command);
  }
}
