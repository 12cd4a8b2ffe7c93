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
 * What the entries of one package must not be to each other. apk and the engines disagree about
 * such archives, and some of them write outside of the root; no package of Alpine needs them.
 */
final class EntryRules {

  private final TarReader tar;
  private final Map<String, TarEntry> seen = new HashMap<>();

  /** Folders that are there because something lies in them. */
  private final Set<String> implied = new HashSet<>();

  /**
   * @param tar names archive and offset in messages
   */
  EntryRules(TarReader tar) {
    this.tar = tar;
  }

  /**
   * @param entry that the reader has just returned
   * @throws VerificationException where it must not stand after the ones before it
   */
  void require(TarEntry entry) {
    String path = entry.path();
    requireAttributes(entry);
    for (int slash = path.indexOf('/'); slash >= 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      implied.add(parent);
      TarEntry above = seen.get(parent);
      if (above != null && !(above instanceof TarEntry.Directory)) {
        throw tar.refusal(path + " lies in " + parent + ", which the package has as no folder");
      }
    }
    TarEntry before = seen.put(path, entry);
    if (before != null
        && !(before instanceof TarEntry.Directory && entry instanceof TarEntry.Directory)) {
      throw tar.refusal(path + " is listed twice");
    }
    if (implied.contains(path) && !(entry instanceof TarEntry.Directory)) {
      throw tar.refusal(path + " is no folder, but others lie in it");
    }
    if (entry instanceof TarEntry.HardLink link
        && !(seen.get(link.target()) instanceof TarEntry.File)) {
      throw tar.refusal(
          path + " is a hard link to " + link.target() + ", which is no earlier file");
    }
    if (entry instanceof TarEntry.SymbolicLink link && leavesTheRoot(path, link.target())) {
      throw tar.refusal(path + " is a link to " + link.target() + ", which leaves the root");
    }
    if (entry instanceof TarEntry.Device && !path.startsWith("dev/")) {
      throw tar.refusal(path + " is a device outside of dev");
    }
  }

  /** Others than these make a package be rewritten without them. */
  private void requireAttributes(TarEntry entry) {
    for (String name : entry.attributes().extended().keySet()) {
      if (FileAttributes.isDangerous(name)) {
        throw tar.refusal(
            entry.path() + " has the extended attribute " + name + ", which directs file systems");
      }
    }
  }

  /** Inside a container a link ends at the root; in the hands of an extractor it may not. */
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
