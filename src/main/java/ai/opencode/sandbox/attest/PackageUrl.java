package ai.opencode.sandbox.attest;

import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * A package URL (package-url/purl-spec). Spelling and qualifiers are those of syft, because
 * scanners compare purls as texts and find distribution and source package in their qualifiers.
 *
 * @param version the version; empty if it is unknown
 * @param qualifiers the qualifiers; those without a value are left out
 */
public record PackageUrl(
    String type,
    List<String> namespace,
    String name,
    String version,
    SortedMap<String, String> qualifiers) {

  private static final HexFormat HEX = HexFormat.of().withUpperCase();

  private static final String UNRESERVED =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~";

  /**
   * Returns the purl of an Alpine package.
   *
   * @param vendor the distribution, such as {@code alpine}
   * @param qualifiers the architecture ({@code arch}), and what else is known
   */
  public static PackageUrl apk(
      String vendor, String name, String version, Map<String, String> qualifiers) {
    return new PackageUrl("apk", List.of(vendor), name, version, new TreeMap<>(qualifiers));
  }

  /** Returns the purl of an npm package. */
  public static PackageUrl npm(String name, String version) {
    int slash = name.indexOf('/');
    return new PackageUrl(
        "npm",
        slash < 0 ? List.of() : List.of(name.substring(0, slash)),
        name.substring(slash + 1),
        version,
        new TreeMap<>());
  }

  /**
   * Returns the purl of a Go module. All of its path is namespace and name: readers match a module
   * whose last part is a major version, such as {@code v2}, by its whole path.
   */
  public static PackageUrl go(String module, String version) {
    List<String> parts = List.of(module.split("/", -1));
    int name = parts.size() - 1;
    return new PackageUrl(
        "golang", parts.subList(0, name), parts.get(name), version, new TreeMap<>());
  }

  /** Returns the purl of an image, which does not say where it is. */
  public static PackageUrl image(String name, Optional<Digest> manifest, String architecture) {
    SortedMap<String, String> qualifiers = new TreeMap<>();
    qualifiers.put("arch", architecture);
    return new PackageUrl(
        "oci",
        List.of(),
        name.substring(name.lastIndexOf('/') + 1).toLowerCase(Locale.ROOT),
        manifest.map(Digest::toString).orElse(""),
        qualifiers);
  }

  @Override
  public String toString() {
    List<String> path = new ArrayList<>(namespace);
    path.add(name);
    String text = "pkg:" + type + "/" + encoded(path);
    if (!version.isEmpty()) {
      text += "@" + encoded(version);
    }
    String query =
        qualifiers.entrySet().stream()
            .filter(each -> !each.getValue().isEmpty())
            .map(PackageUrl::qualifier)
            .collect(Collectors.joining("&"));
    return text + (query.isEmpty() ? "" : "?" + query);
  }

  private static String qualifier(Map.Entry<String, String> each) {
    return each.getKey() + "=" + encoded(each.getValue());
  }

  private static String encoded(List<String> parts) {
    return parts.stream().map(PackageUrl::encoded).collect(Collectors.joining("/"));
  }

  private static String encoded(String text) {
    StringBuilder encoded = new StringBuilder();
    for (byte each : text.getBytes(StandardCharsets.UTF_8)) {
      if (UNRESERVED.indexOf(each) >= 0) {
        encoded.append((char) each);
      } else {
        encoded.append('%').append(HEX.toHexDigits(each));
      }
    }
    return encoded.toString();
  }
}
