package ai.opencode.sandbox.apk;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The content of {@code /etc/apk/world}: the requested packages, as opposed to their dependencies.
 * apk removes every package that no request leads to.
 *
 * @param requests dependencies in their original text, sorted by name, one for each name
 */
public record World(List<String> requests) {

  public World {
    requests = List.copyOf(requests);
  }

  public static World parse(String text) {
    return new World(List.of()).with(List.of(text.split("[ \n]+", -1)));
  }

  /** Returns this world with more requests; each replaces a request of the same name. */
  public World with(Collection<String> more) {
    Map<String, String> byName = new TreeMap<>(ApkPackage.ORDER_OF_NAMES);
    requests.forEach(request -> byName.put(Dependency.of(request).name(), request));
    for (String request : more) {
      if (!request.isEmpty()) {
        byName.put(Dependency.of(request).name(), request);
      }
    }
    return new World(List.copyOf(byName.values()));
  }

  public List<Dependency> dependencies() {
    return requests.stream().map(Dependency::of).toList();
  }

  /** Returns the text with one request per line. */
  public String toText() {
    return requests.isEmpty() ? "" : String.join("\n", requests) + "\n";
  }
}
