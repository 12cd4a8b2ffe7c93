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
 * Links by which OpenSSL finds a certificate in a directory: named by the hash of its subject, with
 * a number where hashes agree. They are what {@code c_rehash} makes: a link that is right keeps its
 * number, another one takes the lowest that is free.
 *
 * <p>The order of files whose hashes agree is the directory's for {@code c_rehash}; it is that of
 * their names here. The real program's two slips are not repeated: of two new certificates with one
 * hash it links the last one only, and it keeps a link whose file is gone if the hash is in use,
 * and OpenSSL does not look behind a link that leads nowhere.
 */
final class HashLinks {

  /** A link that belongs to {@code c_rehash}, of which no other program is to have any. */
  private static final Pattern NAME = Pattern.compile("([0-9a-f]{8})\\.(0|[1-9][0-9]{0,5})");

  /** Certificates of one hash that are linked. */
  private static final int MOST_OF_A_HASH = 256;

  private HashLinks() {}

  static boolean isOne(String name) {
    return NAME.matcher(name).matches();
  }

  /**
   * @param files that hold exactly one certificate, by name in the directory
   * @param before targets of the links that are there, by name
   * @return targets of the links that are to be there, by name
   */
  static SortedMap<String, String> of(
      SortedMap<String, Certificate> files, Map<String, String> before) {
    Map<String, List<String>> byHash = new LinkedHashMap<>();
    Set<Certificate> seen = new HashSet<>();
    files.forEach(
        (name, certificate) -> {
          List<String> same =
              byHash.computeIfAbsent(certificate.subjectHash(), hash -> new ArrayList<>());
          if (same.size() < MOST_OF_A_HASH && seen.add(certificate)) {
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
