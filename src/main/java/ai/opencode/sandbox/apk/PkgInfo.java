package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The content of the file {@code .PKGINFO} in an Alpine package, with lines {@code key = value}.
 *
 * @param values the values of each key, in the order of the file; a key may occur on several lines
 */
public record PkgInfo(Map<String, List<String>> values) {

  private static final int MAX_BYTES = 1 << 20;

  /**
   * The keys that identify the package. If one occurs twice, apk uses the last value and other
   * programs the first.
   */
  private static final Set<String> SINGLE = Set.of("pkgname", "pkgver", "arch", "datahash");

  /**
   * Parses the text.
   *
   * @param in the text in UTF-8, which is read to its end and not closed
   * @param source the package's name, for messages
   * @throws VerificationException if the text is malformed or too long
   */
  public static PkgInfo parse(InputStream in, String source) throws IOException {
    byte[] bytes = in.readNBytes(MAX_BYTES + 1);
    if (bytes.length > MAX_BYTES) {
      throw new VerificationException(
          source
              + " has a .PKGINFO of more than "
              + MAX_BYTES
              + " bytes. Use another mirror, or report this to the packager.");
    }
    Map<String, List<String>> values = new LinkedHashMap<>();
    TextLines lines =
        new TextLines(new ByteArrayInputStream(bytes), MAX_BYTES, source + ": .PKGINFO");
    for (String line = lines.next(); line != null; line = lines.next()) {
      if (line.isEmpty() || line.startsWith("#")) {
        continue;
      }
      int equals = line.indexOf(" = ");
      if (equals <= 0) {
        throw new VerificationException(
            source
                + ": line "
                + lines.number()
                + " of .PKGINFO is not of the form key = value. Use another mirror, or report this"
                + " to the packager.");
      }
      String key = line.substring(0, equals);
      List<String> list = values.computeIfAbsent(key, each -> new ArrayList<>());
      list.add(line.substring(equals + 3));
      if (list.size() > 1 && SINGLE.contains(key)) {
        throw new VerificationException(
            source
                + ": line "
                + lines.number()
                + " of .PKGINFO gives a second "
                + key
                + ", and programs differ in which one they use. Use another mirror, or report this"
                + " to the packager.");
      }
    }
    return new PkgInfo(values);
  }

  /** Returns the SHA-256 of the data segment, as hex. */
  public Optional<String> dataHash() {
    return first("datahash");
  }

  /** Returns {@code <name>-<version>} of the package. */
  public String label() {
    ApkVersion version = ApkVersion.of(first("pkgver").orElse(""));
    return new PackageLabel(first("pkgname").orElse(""), version).toString();
  }

  /**
   * Returns the directories, possibly with wildcards, in which a change runs the package's trigger
   * script.
   */
  public List<String> triggers() {
    List<String> triggers = new ArrayList<>();
    for (String line : values.getOrDefault("triggers", List.of())) {
      for (String directory : line.split(" ", -1)) {
        if (!directory.isEmpty()) {
          triggers.add(directory);
        }
      }
    }
    return triggers;
  }

  /**
   * Returns the record of the package for an index.
   *
   * @param checksum the checksum of the package's control segment, which contains this file
   * @param size the size of the package file in bytes
   * @throws VerificationException if a field is malformed
   */
  public ApkPackage toPackage(Checksum checksum, long size) {
    return toPackage(checksum, size, first("arch").orElse(null));
  }

  /**
   * Returns the record of the package for a database.
   *
   * @param checksum the checksum of the package's control segment, which contains this file
   * @param size the size of the package file in bytes
   * @param architecture the architecture of the repository that has the package; null for none
   * @throws VerificationException if a field is malformed
   */
  public ApkPackage toPackage(Checksum checksum, long size, @Nullable String architecture) {
    ApkPackage.Builder builder =
        ApkPackage.named(first("pkgname").orElse(""), first("pkgver").orElse(""))
            .with(checksum)
            .with('A', architecture)
            .with('S', Long.toString(size))
            .with('I', first("size").orElse("0"))
            .with('T', first("pkgdesc").orElse(""))
            .with('U', first("url").orElse(""))
            .with('L', first("license").orElse(""))
            .with('o', first("origin").orElse(null))
            .with('m', first("maintainer").orElse(null))
            .with('t', first("builddate").orElse(null))
            .with('c', first("commit").orElse(null))
            .with('k', first("provider_priority").orElse(null))
            .with('D', joined("depend"))
            .with('p', joined("provides"))
            .with('i', joined("install_if"))
            .with('r', joined("replaces"))
            .with('q', first("replaces_priority").orElse(null));
    try {
      return builder.build();
    } catch (UsageException e) {
      throw new VerificationException(
          ".PKGINFO of the package "
              + first("pkgname").orElse("without a name")
              + ": "
              + e.getMessage(),
          e);
    }
  }

  /** Returns the text of the file. */
  public String toText() {
    StringBuilder text = new StringBuilder();
    values.forEach(
        (key, list) ->
            list.forEach(value -> text.append(key).append(" = ").append(value).append('\n')));
    return text.toString();
  }

  private Optional<String> first(String key) {
    List<String> list = values.getOrDefault(key, List.of());
    return list.isEmpty() ? Optional.empty() : Optional.of(list.get(0));
  }

  private @Nullable String joined(String key) {
    List<String> list = values.get(key);
    return list == null ? null : String.join(" ", list);
  }
}
