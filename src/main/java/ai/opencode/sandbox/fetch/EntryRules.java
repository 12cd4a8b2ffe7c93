package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.archive.FileAttributes;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

/**
 * The rules for entries of one package, which all packages of Alpine follow. Archives that break a
 * rule are unpacked differently by apk and engines, and by some of them outside of the root.
 */
final class EntryRules {

  private final TarReader tar;
  private final Map<String, TarEntry> seen = new HashMap<>();

  /** Directories that are parents of entries seen so far. */
  private final Set<String> implied = new HashSet<>();

  /**
   * Makes rules for one archive.
   *
   * @param tar the archive's reader, which adds archive and offset to messages
   */
  EntryRules(TarReader tar) {
    this.tar = tar;
  }

  /**
   * Checks an entry against the entries before it.
   *
   * @param entry the entry that the reader has just returned
   * @throws VerificationException if the entry breaks a rule
   */
  void require(TarEntry entry) {
    String path = entry.path();
    requireAttributes(entry);
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      implied.add(parent);
      TarEntry above = seen.get(parent);
      if (above != null && !(above instanceof TarEntry.Directory)) {
        throw tar.refusal(
            path + " is below " + parent + ", which is not a directory in the package");
      }
    }
    TarEntry before = seen.put(path, entry);
    if (before != null
        && !(before instanceof TarEntry.Directory && entry instanceof TarEntry.Directory)) {
      throw tar.refusal(path + " is listed twice");
    }
    if (implied.contains(path) && !(entry instanceof TarEntry.Directory)) {
      throw tar.refusal(path + " is not a directory, but other entries are below it");
    }
    if (entry instanceof TarEntry.HardLink link
        && !(seen.get(link.target()) instanceof TarEntry.File)) {
      throw tar.refusal(
          path + " is a hard link to " + link.target() + ", which is not an earlier file");
    }
    if (entry instanceof TarEntry.SymbolicLink link && leavesTheRoot(path, link.target())) {
      throw tar.refusal(path + " is a link to " + link.target() + ", which leaves the root");
    }
    if (entry instanceof TarEntry.Device && !path.startsWith("dev/")) {
      throw tar.refusal(path + " is a device outside of dev");
    }
  }

  /** Refuses dangerous extended attributes; packages with other unusual ones are rewritten. */
  private void requireAttributes(TarEntry entry) {
    for (String name : entry.attributes().extended().keySet()) {
      if (FileAttributes.isDangerous(name)) {
        throw tar.refusal(
            entry.path() + " has the extended attribute " + name + ", which controls file systems");
      }
    }
  }

  /** Returns whether a link leaves the directory that a tool unpacks the package to. */
  private static boolean leavesTheRoot(String path, String target) {
    int depth = target.startsWith("/") ? 0 : (int) path.chars().filter(c -> c == '/').count();
    for (String part : target.split("/", -1)) {
      if (part.equals("..")) {
        depth--;
      } else if (!part.isEmpty() && !part.equals(".")) {
        depth++;
      }
      if (depth < 0) {
        return true;
      }
    }
    return false;
  }
}
