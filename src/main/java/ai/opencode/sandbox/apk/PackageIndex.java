package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The packages of one repository, in the order of its {@code APKINDEX}.
 *
 * @param skipped names of packages whose record asks for something that we do not understand; apk
 *     does not install them either
 */
public record PackageIndex(List<ApkPackage> packages, List<String> skipped) {

  private static final int MAX_PACKAGES = 500_000;
  private static final String KNOWN = "CPVASITULomtckDpirqsf";

  public PackageIndex {
    packages = List.copyOf(packages);
    skipped = List.copyOf(skipped);
  }

  /**
   * Parses the text of an {@code APKINDEX}.
   *
   * @param text UTF-8; read to its end, not closed
   * @param source what to call it in messages
   * @throws VerificationException where it is malformed
   */
  public static PackageIndex parse(InputStream text, String source) throws IOException {
    BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new BoundedLines(text, source), StandardCharsets.UTF_8), 1 << 16);
    List<ApkPackage> packages = new ArrayList<>();
    List<String> skipped = new ArrayList<>();
    Map<Character, String> fields = new LinkedHashMap<>();
    boolean usable = true;
    int number = 0;
    for (String line = lines.readLine(); ; line = lines.readLine()) {
      number++;
      if (line == null || line.isEmpty()) {
        if (!fields.isEmpty()) {
          add(packages, skipped, fields, usable, source + ", line " + number);
          fields.clear();
          usable = true;
        }
        if (line == null) {
          return new PackageIndex(packages, skipped);
        }
        continue;
      }
      if (line.length() < 2 || line.charAt(1) != ':') {
        throw new VerificationException(
            source + ": line " + number + " is not of the form X:value, as an APKINDEX has it");
      }
      char letter = line.charAt(0);
      if (KNOWN.indexOf(letter) >= 0) {
        fields.put(letter, line.substring(2));
      } else if (letter >= 'A' && letter <= 'Z') {
        usable = false;
      }
      if (packages.size() > MAX_PACKAGES) {
        throw new VerificationException(source + ": more than " + MAX_PACKAGES + " packages");
      }
    }
  }

  /** Without it nothing would tie a package to the signed index. */
  private static void requireChecksum(String text, String source) {
    try {
      Checksum.of(text);
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
      requireChecksum(fields.getOrDefault('C', ""), source);
      packages.add(ApkPackage.of(fields, source));
    } catch (UsageException e) {
      throw new VerificationException(source + ": " + e.getMessage(), e);
    }
  }
}
