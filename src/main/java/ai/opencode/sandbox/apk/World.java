package ai.opencode.sandbox.apk;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The content of {@code /etc/apk/world}: the requested packages, as opposed to their dependencies.
 * apk removes every package that no request leads to.
 *
 * @param requests the requests, sorted by name, one for each name
 */
public record World(List<Dependency> requests) {

  public World {
    requests = List.copyOf(requests);
  }

  /**
   * Parses the file's text.
   *
   * @throws ai.opencode.sandbox.failure.UsageException if a request is not a dependency
   */
  public static World parse(String text) {
    return new World(List.of()).with(Dependency.listOf(text));
  }

  /** Returns this world with more requests; each replaces a request of the same name. */
  public World with(Collection<Dependency> more) {
    Map<String, Dependency> byName = new TreeMap<>(ApkPackage.ORDER_OF_NAMES);
    requests.forEach(request -> byName.put(request.name(), request));
    more.forEach(request -> byName.put(request.name(), request));
    return new World(List.copyOf(byName.values()));
  }

  /** Returns the text with one request per line. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    requests.forEach(request -> text.append(request).append('\n'));
    return text.toString();
  }
}
