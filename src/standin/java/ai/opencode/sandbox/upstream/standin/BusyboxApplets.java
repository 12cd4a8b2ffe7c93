package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.failure.VerificationException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * The names of the commands that a busybox file contains. Busybox prints them when it is run, but a
 * build runs no program, and the file may be for another processor. They are read from the file,
 * which contains them as a sorted table of zero-terminated strings that begins with {@code [} and
 * {@code [[}.
 */
final class BusyboxApplets {

  private static final byte[] START = "\0[\0[[\0".getBytes(StandardCharsets.US_ASCII);
  private static final int MAX_NAME = 32;
  private static final int FEWEST = 100;

  private static final Map<String, String> DIRECTORIES = directories();

  private BusyboxApplets() {}

  /**
   * Returns the paths of links to busybox, sorted.
   *
   * @param busybox the content of the file
   * @param source the name of the file, for messages
   * @throws VerificationException if the table is not found
   */
  static List<String> links(ByteBuffer busybox, String source) {
    List<String> links = new ArrayList<>();
    for (String name : names(busybox, source)) {
      String directory = DIRECTORIES.getOrDefault(name, "usr/bin");
      if (!directory.equals("-")) {
        links.add(directory + "/" + name);
      }
    }
    links.sort(null);
    return links;
  }

  private static List<String> names(ByteBuffer busybox, String source) {
    for (int at = 0; at < busybox.limit() - START.length; at++) {
      if (startsWith(busybox, at)) {
        List<String> names = namesFrom(busybox, at + 1);
        if (names.size() >= FEWEST) {
          return names;
        }
      }
    }
    throw new VerificationException(
        source + ": this busybox has no known table of commands. Use another release of Debian.");
  }

  private static boolean startsWith(ByteBuffer busybox, int at) {
    for (int i = 0; i < START.length; i++) {
      if (busybox.get(at + i) != START[i]) {
        return false;
      }
    }
    return true;
  }

  private static List<String> namesFrom(ByteBuffer busybox, int start) {
    List<String> names = new ArrayList<>();
    StringBuilder name = new StringBuilder();
    String last = "";
    for (int at = start; at < busybox.limit(); at++) {
      char c = (char) (busybox.get(at) & 0xff);
      if (c != 0) {
        name.append(c);
        if (!isNameCharacter(c) || name.length() > MAX_NAME) {
          return names;
        }
        continue;
      }
      // The table is sorted, so a name that breaks the order is not part of the table.
      if (name.compareTo(new StringBuilder(last)) <= 0) {
        return names;
      }
      last = name.toString();
      names.add(last);
      name.setLength(0);
    }
    return names;
  }

  private static boolean isNameCharacter(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || "[_-.".indexOf(c) >= 0;
  }

  private static Map<String, String> directories() {
    Map<String, String> directories = new HashMap<>();
    for (List<String> line : Resource.table("busybox-directories.txt")) {
      line.subList(1, line.size()).forEach(name -> directories.put(name, line.get(0)));
    }
    return directories;
  }
}
