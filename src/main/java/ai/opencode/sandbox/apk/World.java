package ai.opencode.sandbox.apk;

import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The content of {@code /etc/apk/world}: what somebody asked for, as opposed to what came along.
 * apk removes whatever nothing in here leads to.
 *
 * @param requests dependencies as they were written, sorted by name, one for each name
 */
public record World(List<String> requests) {

  public World {
    requests = List.copyOf(requests);
  }

  public static World parse(String text) {
    return new World(List.of()).with(List.of(text.split("[ \n]+", -1)));
  }

  /** This world with more requests; one for a name that is there already replaces it. */
  public World with(Collection<String> more) {
    Map<String, String> byName = new TreeMap<>();
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

  /** One request in a line. */
  public String toText() {
    return requests.isEmpty() ? "" : String.join("\n", requests) + "\n";
  }
}
