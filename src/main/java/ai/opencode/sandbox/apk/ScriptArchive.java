package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * The archive of the installed packages' scripts, {@code lib/apk/db/scripts.tar}. apk runs these
 * scripts when it removes or upgrades a package, or when a trigger applies.
 *
 * <p>apk 3 compresses the archive unless an uncompressed one exists, writes a package's checksum in
 * file names as {@code X1} and hexadecimal digits, and sorts packages as in its database. apk 2
 * reads only an uncompressed archive, writes the checksum as {@code Q1} and base64, and keeps the
 * order of installation.
 *
 * @param scripts the scripts by file name, {@code <name>-<version>.<checksum>.<kind>}, in the
 *     archive's order
 */
public record ScriptArchive(Map<String, Script> scripts) {

  private static final int MAX_BYTES = 64 << 20;

  /** A large system has a few thousand packages with a few scripts each. */
  private static final int MAX_SCRIPTS = 20_000;

  private static final int BLOCK = 512;

  /** The kinds of script in the order in which apk writes them. */
  private static final List<String> KINDS =
      List.of(
          "pre-install",
          "post-install",
          "pre-deinstall",
          "post-deinstall",
          "pre-upgrade",
          "post-upgrade",
          "trigger");

  /**
   * The content and date of a script.
   *
   * @param content the text of the script
   * @param modifiedSeconds the package's build date in seconds since 1970
   */
  public record Script(byte[] content, long modifiedSeconds) {}

  public ScriptArchive {
    scripts = new LinkedHashMap<>(scripts);
  }

  /**
   * Parses an archive.
   *
   * @param compressed whether the archive is {@code scripts.tar.gz}
   * @param source the name of the archive, for messages
   * @throws VerificationException if the archive is malformed, or has two scripts of one name
   */
  public static ScriptArchive parse(byte[] bytes, boolean compressed, String source)
      throws IOException {
    Map<String, Script> scripts = new LinkedHashMap<>();
    InputStream in = new ByteArrayInputStream(bytes);
    try (TarReader tar =
        new TarReader(
            compressed ? Gzip.inflating(in, source) : in,
            source,
            new TarLimits(MAX_SCRIPTS, MAX_BYTES, false))) {
      for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
        Script script =
            new Script(tar.content().readAllBytes(), entry.attributes().modifiedSeconds());
        if (scripts.put(entry.path(), script) != null) {
          // apk runs the last of the two; another program may run the first.
          throw new VerificationException(
              source + " contains the script " + entry.path() + " twice. Use another base image.");
        }
      }
    }
    return new ScriptArchive(scripts);
  }

  /** Returns whether apk runs scripts of this kind. */
  public static boolean isKind(String kind) {
    return KINDS.contains(kind);
  }

  /** Returns a copy in which a package's scripts replace those of its other versions. */
  public ScriptArchive with(ApkPackage pkg, Map<String, byte[]> kinds) {
    Map<String, Script> all = new LinkedHashMap<>(scripts);
    String prefix = pkg.label() + "." + pkg.checksum() + ".";
    all.keySet().removeIf(name -> name.startsWith(pkg.name() + "-") && isOf(pkg.name(), name));
    for (String kind : KINDS) {
      byte[] content = kinds.get(kind);
      if (content != null) {
        all.put(prefix + kind, new Script(content, pkg.buildSeconds()));
      }
    }
    return new ScriptArchive(all);
  }

  /**
   * Returns the scripts of installed packages under apk 3's names and in its order.
   *
   * @param packages the packages in the order of apk 3's database
   */
  public ScriptArchive asApk3(Collection<ApkPackage> packages) {
    Map<String, Script> all = new LinkedHashMap<>();
    for (ApkPackage pkg : packages) {
      String apk2 = pkg.label() + "." + pkg.checksum() + ".";
      String apk3 = pkg.label() + ".X1" + pkg.checksum().hex() + ".";
      for (String kind : KINDS) {
        Script script = scripts.getOrDefault(apk3 + kind, scripts.get(apk2 + kind));
        if (script != null) {
          all.put(apk3 + kind, script);
        }
      }
    }
    return new ScriptArchive(all);
  }

  /** Returns a script of a package; empty if the package has none of that kind. */
  public Optional<byte[]> find(ApkPackage pkg, ScriptKind kind) {
    for (String checksum : List.of(pkg.checksum().toString(), "X1" + pkg.checksum().hex())) {
      Script script = scripts.get(pkg.label() + "." + checksum + "." + kind.apkName());
      if (script != null) {
        return Optional.of(script.content());
      }
    }
    return Optional.empty();
  }

  /** Returns the scripts of some packages only, in the packages' order. */
  public ScriptArchive of(Collection<ApkPackage> packages) {
    Map<String, Script> all = new LinkedHashMap<>();
    for (ApkPackage pkg : packages) {
      String apk2 = pkg.label() + "." + pkg.checksum() + ".";
      String apk3 = pkg.label() + ".X1" + pkg.checksum().hex() + ".";
      scripts.forEach(
          (name, script) -> {
            if (name.startsWith(apk2) || name.startsWith(apk3)) {
              all.put(name, script);
            }
          });
    }
    return new ScriptArchive(all);
  }

  /**
   * Returns whether a script's file, {@code <name>-<version>.<checksum>.<kind>}, belongs to some
   * version of a package. A name may contain hyphens; a version starts with a digit, and its only
   * hyphen is that of its revision {@code -r<number>}. So {@code a-1b-2-r0.…} does not belong to
   * {@code a}.
   */
  private static boolean isOf(String packageName, String file) {
    return file.startsWith(packageName + "-")
        && file.length() > packageName.length() + 1
        && Character.isDigit(file.charAt(packageName.length() + 1))
        && file.indexOf('-', packageName.length() + 1) == file.indexOf("-r", packageName.length());
  }

  /**
   * Returns the bytes of the archive, equal to those that apk writes, with tar headers in GNU's
   * form.
   *
   * @param compressed whether to write {@code scripts.tar.gz}
   */
  public byte[] toBytes(boolean compressed) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (OutputStream out = compressed ? Gzip.best(bytes) : bytes) {
      for (Map.Entry<String, Script> each : scripts.entrySet()) {
        byte[] content = each.getValue().content();
        out.write(header(each.getKey(), content.length, each.getValue().modifiedSeconds()));
        out.write(content);
        out.write(new byte[(BLOCK - content.length % BLOCK) % BLOCK]);
      }
      out.write(new byte[2 * BLOCK]);
    }
    return bytes.toByteArray();
  }

  private static byte[] header(String name, long size, long modifiedSeconds) {
    byte[] header = new byte[BLOCK];
    put(header, 0, 100, name);
    put(header, 100, 8, "0000755");
    put(header, 108, 8, "0000000");
    put(header, 116, 8, "0000000");
    put(header, 124, 12, octal(size));
    put(header, 136, 12, octal(modifiedSeconds));
    put(header, 148, 8, "        ");
    header[156] = '0';
    put(header, 257, 7, "ustar  ");
    put(header, 265, 32, "root");
    put(header, 297, 32, "root");
    int sum = 0;
    for (byte b : header) {
      sum += b & 0xff;
    }
    put(header, 148, 7, String.format(Locale.ROOT, "%06o\0", sum));
    return header;
  }

  /** Formats a number in all twelve bytes of the field: apk writes no terminator. */
  private static String octal(long number) {
    return String.format(Locale.ROOT, "%012o", number);
  }

  private static void put(byte[] header, int start, int length, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > length) {
      throw new VerificationException(
          "\""
              + text
              + "\" is too long for the name of a script in apk's archive. Leave the package out.");
    }
    System.arraycopy(bytes, 0, header, start, bytes.length);
  }
}
