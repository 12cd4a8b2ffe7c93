package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * A package that is to be made, with everything that its bytes depend on.
 *
 * @param depends the dependencies besides the libraries that the package's ELF files need
 * @param provides the provided names besides the package's libraries and commands
 * @param scripts the installation scripts by their name in the control segment
 * @param inputs a text that identifies the content that {@code filling} writes: equal texts give
 *     equal files
 * @param weight the amount of work; a package with more work is started earlier
 */
record PlannedPackage(
    String name,
    String version,
    String architecture,
    About about,
    List<String> depends,
    List<String> provides,
    Map<String, String> scripts,
    String inputs,
    int weight,
    Filling filling) {

  /** The format version, which must be raised if the same inputs give other bytes than before. */
  static final int FORMAT = 1;

  static final Comparator<PlannedPackage> LONGEST_FIRST =
      Comparator.comparingInt(PlannedPackage::weight)
          .reversed()
          .thenComparing(PlannedPackage::name);

  /**
   * A package's descriptive fields.
   *
   * @param license the licence; empty if {@code filling} determines it
   */
  record About(String description, String url, String license, String origin, String maintainer) {}

  /** A writer of a package's files. */
  @FunctionalInterface
  interface Filling {
    void into(ApkBuilder builder) throws IOException;
  }

  PlannedPackage {
    depends = List.copyOf(depends);
    provides = List.copyOf(provides);
    scripts = Collections.unmodifiableMap(new TreeMap<>(scripts));
  }

  static PlannedPackage of(
      String name,
      String version,
      String architecture,
      About about,
      String inputs,
      Filling filling) {
    return new PlannedPackage(
        name, version, architecture, about, List.of(), List.of(), Map.of(), inputs, 0, filling);
  }

  PlannedPackage withDepends(List<String> newDepends) {
    return new PlannedPackage(
        name, version, architecture, about, newDepends, provides, scripts, inputs, weight, filling);
  }

  PlannedPackage withProvides(List<String> newProvides) {
    return new PlannedPackage(
        name, version, architecture, about, depends, newProvides, scripts, inputs, weight, filling);
  }

  PlannedPackage withScripts(Map<String, String> newScripts) {
    return new PlannedPackage(
        name, version, architecture, about, depends, provides, newScripts, inputs, weight, filling);
  }

  PlannedPackage withWeight(int newWeight) {
    return new PlannedPackage(
        name, version, architecture, about, depends, provides, scripts, inputs, newWeight, filling);
  }

  String fileName() {
    return name + "-" + version + ".apk";
  }

  /** Returns a key that is equal exactly if the finished file is equal. */
  String key() {
    return Digest.sha256(
            String.join(
                "\n",
                "format " + FORMAT,
                name,
                version,
                architecture,
                about.toString(),
                depends.toString(),
                provides.toString(),
                scripts.toString(),
                inputs))
        .hex();
  }
}
