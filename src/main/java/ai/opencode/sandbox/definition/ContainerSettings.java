package ai.opencode.sandbox.definition;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.stability.Api;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/**
 * The start of an image's containers: the {@code config} object of an OCI image configuration.
 *
 * @param environment the environment variables in the order in which they are written
 * @param workingDirectory an absolute path
 * @param entrypoint the program that runs the command, with its arguments
 * @param command the default command, with its arguments
 * @param ports the ports that the image's programs listen on, sorted
 */
@Api
public record ContainerSettings(
    Map<String, String> environment,
    String workingDirectory,
    List<String> entrypoint,
    List<String> command,
    List<ExposedPort> ports) {

  public ContainerSettings {
    if (!workingDirectory.equals("/")) {
      Paths.requireAbsolute(workingDirectory);
    }
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
    entrypoint = List.copyOf(entrypoint);
    command = List.copyOf(command);
    ports = List.copyOf(new TreeSet<>(ports));
    environment.forEach(ContainerSettings::requireVariable);
    entrypoint.forEach(ContainerSettings::requireWord);
    command.forEach(ContainerSettings::requireWord);
    if ((!entrypoint.isEmpty() && entrypoint.get(0).isEmpty())
        || (!command.isEmpty() && command.get(0).isEmpty())) {
      throw new UsageException(
          "The entrypoint or the command begins with an empty word, which names no program. Name a"
              + " program, or give an empty list for none.");
    }
  }

  /** Creates settings without ports. */
  public ContainerSettings(
      Map<String, String> environment,
      String workingDirectory,
      List<String> entrypoint,
      List<String> command) {
    this(environment, workingDirectory, entrypoint, command, List.of());
  }

  private static void requireVariable(String name, String value) {
    if (name.isEmpty() || name.contains("=") || name.chars().anyMatch(Character::isISOControl)) {
      throw new UsageException(
          "\""
              + name.replaceAll("\\p{Cntrl}", "?")
              + "\" cannot name an environment variable. Use letters, digits and _.");
    }
    requireWord(value);
  }

  private static void requireWord(String word) {
    if (word.indexOf('\0') >= 0) {
      throw new UsageException(
          "An argument or environment variable has the character NUL, which ends it for the kernel."
              + " Remove the character.");
    }
  }

  public ContainerSettings withEnvironment(String name, String value) {
    Map<String, String> more = new LinkedHashMap<>(environment);
    more.put(name, value);
    return new ContainerSettings(more, workingDirectory, entrypoint, command, ports);
  }

  public ContainerSettings withWorkingDirectory(String newDirectory) {
    return new ContainerSettings(environment, newDirectory, entrypoint, command, ports);
  }

  public ContainerSettings withEntrypoint(List<String> newEntrypoint) {
    return new ContainerSettings(environment, workingDirectory, newEntrypoint, command, ports);
  }

  public ContainerSettings withCommand(List<String> newCommand) {
    return new ContainerSettings(environment, workingDirectory, entrypoint, newCommand, ports);
  }

  /** Returns a copy with further ports. */
  public ContainerSettings withPorts(Collection<ExposedPort> more) {
    TreeSet<ExposedPort> all = new TreeSet<>(ports);
    all.addAll(more);
    return new ContainerSettings(
        environment, workingDirectory, entrypoint, command, List.copyOf(all));
  }
}
