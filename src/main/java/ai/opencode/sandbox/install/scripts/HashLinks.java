package ai.opencode.sandbox.install.scripts;

import ai.opencode.sandbox.install.scripts.PemCertificates.Certificate;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * The symbolic links by which OpenSSL finds a certificate in a directory, named {@code HASH.N}: the
 * hash of the certificate's subject, and a number to distinguish equal hashes. {@code c_rehash}
 * makes them: a correct link keeps its number, and a new one gets the lowest free number.
 *
 * <p>Three details differ from {@code c_rehash}. Files with equal hashes are in the order of their
 * names, not in that of the directory. Each of two new certificates with equal hashes is linked,
 * not just the last one. A link whose file was removed is deleted even if another certificate has
 * its hash, because OpenSSL stops its search at a broken link.
 */
final class HashLinks {

  /** Names that {@code c_rehash} treats as its own. */
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{8})\\.(0|[1-9][0-9]{0,5})");

  /** The most links for a hash. */
  private static final int MAX_OF_A_HASH = 256;

  private HashLinks() {}

  /** Returns whether a file's name is that of such a link. */
  static boolean isOne(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * Returns the links for some certificates.
   *
   * @param files the certificates by file name, each the only one in its file
   * @param before targets of the existing links, by link name
   * @return targets of all links, by link name
   */
  static SortedMap<String, String> of(
      SortedMap<String, Certificate> files, Map<String, String> before) {
    Map<String, List<String>> byHash = new LinkedHashMap<>();
    Set<Certificate> seen = new HashSet<>();
    files.forEach(
        (name, certificate) -> {
          List<String> same =
              byHash.computeIfAbsent(certificate.subjectHash(), hash -> new ArrayList<>());
          if (same.size() < MAX_OF_A_HASH && seen.add(certificate)) {
            same.add(name);
          }
        });
    SortedMap<String, String> links = new TreeMap<>();
    byHash.forEach((hash, names) -> number(hash, names, before, links));
    return links;
  }

  private static void number(
      String hash, List<String> names, Map<String, String> before, Map<String, String> links) {
    List<String> left = new ArrayList<>(names);
    for (int number = 0; number < names.size(); number++) {
      String name = hash + "." + number;
      String target = before.get(name);
      if (target != null && left.remove(target)) {
        links.put(name, target);
      }
    }
    int number = 0;
    for (String each : left) {
      while (links.containsKey(hash + "." + number)) {
        number++;
      }
      links.put(hash + "." + number, each);
    }
  }
}
