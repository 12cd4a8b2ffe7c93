package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The scripts of the installed packages, {@code lib/apk/db/scripts.tar}: apk runs them when it
 * changes a package. apk 3 keeps the archive compressed; whoever writes it keeps the form that is
 * there, because apk 2 reads only the plain one.
 *
 * @param scripts by file name, {@code <name>-<version>.<checksum>.<kind>}, in the archive's order
 */
public record ScriptArchive(Map<String, Script> scripts) {

  private static final int MAX_BYTES = 64 << 20;

  /**
   * One script.
   *
   * @param modifiedSeconds the package's build date, seconds since 1970
   */
  public record Script(byte[] content, long modifiedSeconds) {}

  public ScriptArchive {
    scripts = new LinkedHashMap<>(scripts);
  }

  /**
   * Reads an archive.
   *
   * @param compressed whether it is {@code scripts.tar.gz}
   * @throws ai.opencode.sandbox.failure.VerificationException where it is malformed
   */
  public static ScriptArchive parse(byte[] bytes, boolean compressed, String source)
      throws IOException {
    Map<String, Script> scripts = new LinkedHashMap<>();
    InputStream in = new ByteArrayInputStream(bytes);
    try (TarReader tar =
        new TarReader(
            compressed ? Gzip.inflating(in, source) : in,
            source,
            TarLimits.alpineMetadata(MAX_BYTES))) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        scripts.put(
            entry.path(),
            new Script(tar.content().readAllBytes(), entry.attributes().modifiedSeconds()));
      }
    }
    return new ScriptArchive(scripts);
  }

  /** This archive without the scripts of other builds of a package, and with those of this one. */
  public ScriptArchive with(ApkPackage pkg, Map<String, byte[]> kinds) {
    Map<String, Script> all = new LinkedHashMap<>(scripts);
    String prefix = pkg.label() + "." + pkg.checksum() + ".";
    all.keySet().removeIf(name -> name.startsWith(pkg.name() + "-") && isOf(pkg.name(), name));
    kinds.forEach(
        (kind, content) -> all.put(prefix + kind, new Script(content, pkg.buildSeconds())));
    return new ScriptArchive(all);
  }

  /** This archive without the scripts of some packages. */
  public ScriptArchive without(Collection<String> packageNames) {
    Map<String, Script> all = new LinkedHashMap<>(scripts);
    all.keySet().removeIf(file -> packageNames.stream().anyMatch(name -> isOf(name, file)));
    return new ScriptArchive(all);
  }

  /** {@code <name>-<version>.Q1…}: the version is what lies between, and starts with a digit. */
  private static boolean isOf(String packageName, String file) {
    return file.startsWith(packageName + "-")
        && file.length() > packageName.length() + 1
        && Character.isDigit(file.charAt(packageName.length() + 1))
        && file.indexOf('-', packageName.length() + 1) == file.indexOf("-r", packageName.length());
  }

  /**
   * Writes the archive.
   *
   * @param compressed whether as {@code scripts.tar.gz}
   */
  public byte[] toBytes(boolean compressed) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = compressed ? Gzip.single(bytes) : bytes;
        TarWriter tar = new TarWriter(out)) {
      for (Map.Entry<String, Script> each : scripts.entrySet()) {
        byte[] content = each.getValue().content();
        Attributes attributes = Attributes.of(0755).withModified(each.getValue().modifiedSeconds());
        tar.write(new TarEntry.File(each.getKey(), attributes, content.length), content);
      }
      tar.finish();
    }
    return bytes.toByteArray();
  }
}
