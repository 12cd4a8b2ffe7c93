package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The settings of the image's containers: the {@code config} object of an OCI image configuration.
 *
 * @param environment in the order in which it is written
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
