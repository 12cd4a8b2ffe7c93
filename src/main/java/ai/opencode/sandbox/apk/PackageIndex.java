package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.TextLines;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The packages of one repository, in the order of its {@code APKINDEX}.
 *
 * @param skipped names of packages whose record uses an unknown feature; apk does not install them
 *     either
 */
public record PackageIndex(List<ApkPackage> packages, List<String> skipped) {

  private static final String KNOWN = "CPVASITULomtckDpirqsf";

  /** The fields that are lists. */
  private static final String LISTS = "Dpir";

  public PackageIndex {
    packages = List.copyOf(packages);
    skipped = List.copyOf(skipped);
  }

  /**
   * Parses the text of an {@code APKINDEX}.
   *
   * @param text the text in UTF-8, which is read to its end and not closed
   * @param source the name of the index in messages
   * @throws VerificationException if it is malformed
   */
  public static PackageIndex parse(InputStream text, String source) throws IOException {
    return new Reader(text, IndexLimits.standard(), source).read();
  }

  private static final class Reader {

    private final TextLines lines;
    private final IndexLimits limits;
    private final String source;
    private final List<ApkPackage> packages = new ArrayList<>();
    private final List<String> skipped = new ArrayList<>();
    private final Map<Character, String> fields = new LinkedHashMap<>();
    private boolean usable = true;
    private int words;

    Reader(InputStream text, IndexLimits limits, String source) {
      this.lines = new TextLines(text, limits.lineBytes(), source);
      this.limits = limits;
      this.source = source;
    }

    PackageIndex read() throws IOException {
      for (String line = lines.next(); line != null; line = lines.next()) {
        if (line.isEmpty()) {
          endOfRecord();
        } else {
          field(line);
        }
      }
      endOfRecord();
      return new PackageIndex(packages, skipped);
    }

    private void field(String line) {
      if (line.length() < 2 || line.charAt(1) != ':') {
        throw new VerificationException(
            source + ": line " + lines.number() + " is not of the form X:value");
      }
      char letter = line.charAt(0);
      if (KNOWN.indexOf(letter) >= 0) {
        fields.put(letter, line.substring(2));
      } else if (letter >= 'A' && letter <= 'Z') {
        usable = false;
      }
    }

    private void endOfRecord() {
      if (fields.isEmpty()) {
        return;
      }
      if (packages.size() + skipped.size() >= limits.packages()) {
        throw new VerificationException(
            source + ": the index has more than " + limits.packages() + " packages");
      }
      for (int i = 0; i < LISTS.length(); i++) {
        words += words(fields.getOrDefault(LISTS.charAt(i), ""));
      }
      if (words > limits.words()) {
        throw new VerificationException(
            source
                + ": the index has more than "
                + limits.words()
                + " dependencies, provides and conditions");
      }
      add(packages, skipped, fields, usable, source + ", line " + lines.number());
      fields.clear();
      usable = true;
    }

    private static int words(String list) {
      int words = 0;
      for (int i = 0; i < list.length(); i++) {
        if (list.charAt(i) > ' ' && (i == 0 || list.charAt(i - 1) <= ' ')) {
          words++;
        }
      }
      return words;
    }
  }

  /** Requires a checksum, because it alone ties a package file to the signed index. */
  private static void requireChecksum(ApkPackage pkg, String source) {
    try {
      pkg.checksum();
    } catch (VerificationException e) {
      throw new VerificationException(source + ": " + e.getMessage(), e);
    }
  }

  private static void add(
      List<ApkPackage> packages,
      List<String> skipped,
      Map<Character, String> fields,
      boolean usable,
      String source) {
    if (!usable) {
      skipped.add(fields.getOrDefault('P', "?"));
      return;
    }
    try {
      ApkPackage pkg = ApkPackage.of(fields, source);
      requireChecksum(pkg, source);
      packages.add(pkg);
    } catch (UsageException e) {
      throw new VerificationException(source + ": " + e.getMessage(), e);
    }
  }
}
