package ai.opencode.sandbox.upstream.standin;

import java.util.List;

/**
 * A package of the npm registry, pinned.
 *
 * @param integrity {@code sha512-} and base64, as npm writes it
 */
record NpmPin(String name, String version, String integrity) {

  static NpmPin named(String name) {
    for (List<String> line : Resource.table("npm-pins.txt")) {
      if (line.get(0).equals(name)) {
        return new NpmPin(name, line.get(1), line.get(2));
      }
    }
    throw new IllegalArgumentException("no pin for " + name);
  }

  String fileName() {
    return name + "-" + version + ".tgz";
  }
}
