package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.FileAttributes;
import ai.opencode.sandbox.archive.TarEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the entries of one layer must be to each other, so that every engine makes the same files of
 * them. Docker extracts a layer into a directory of its own, containerd on top of the layers below;
 * where order decides, or an entry changes what an earlier one made, the two differ.
 */
final class LayerRules {

  private final String label;
  private final Flaws flaws;
  private final Map<String, TarEntry> seen = new HashMap<>();

  /** Folders that something lies in, whether they are listed or not. */
  private final Set<String> implied = new HashSet<>();

  private final Set<String> takenAway = new HashSet<>();

  LayerRules(String label, Flaws flaws) {
    this.label = label;
    this.flaws = flaws;
  }

  /**
   * Reports where an entry must not follow those before it.
   *
   * @param marker null where the entry is none
   */
  void require(TarEntry entry, @Nullable Marker marker) {
    if (Marker.isInPath(entry.path())) {
      flaw(entry.path(), "a folder of its path has the name of a whiteout");
    }
    requireParents(entry.path());
    if (marker == null) {
      requireFile(entry);
    } else if (marker.opaque()) {
      requireOpaque(marker.path());
    } else {
      requireWhiteout(marker);
    }
  }

  private void requireParents(String path) {
    int last = path.lastIndexOf('/');
    for (int slash = path.indexOf('/'); slash > 0; slash = path.indexOf('/', slash + 1)) {
      String parent = path.substring(0, slash);
      TarEntry above = seen.get(parent);
      if (takenAway.contains(parent)) {
        flaw(path, label + " takes /" + parent + " away and puts something into it");
      } else if (above != null && !(above instanceof TarEntry.Directory)) {
        flaw(path, label + " has /" + parent + " as no folder");
      }
      if (slash < last || !path.endsWith("/" + Marker.OPAQUE)) {
        implied.add(parent);
      }
    }
  }

  private void requireOpaque(String folder) {
    if (folder.isEmpty()) {
      flaw("", label + " empties the root, which engines understand in different ways");
    }
    if (implied.contains(folder)) {
      flaw(folder, label + " empties it after it has put something into it");
    }
  }

  private void requireWhiteout(Marker marker) {
    String path = marker.path();
    if (marker.namesNothing()) {
      flaw(path, label + " has a whiteout of nothing, by which engines take a folder away");
    }
    if (seen.containsKey(path) || implied.contains(path)) {
      flaw(path, label + " has it and takes it away");
    }
    if (marker.isOfMarker() || !takenAway.add(path)) {
      flaw(path, label + " takes it away twice, or takes away a whiteout");
    }
  }

  private void requireFile(TarEntry entry) {
    String path = entry.path();
    if (takenAway.contains(path)) {
      flaw(path, label + " takes it away and has it");
    }
    boolean directory = entry instanceof TarEntry.Directory;
    if (!directory && implied.contains(path)) {
      flaw(path, "it is no folder, but " + label + " has put something into it");
    }
    FileAttributes.objection(entry).ifPresent(objection -> flaw(path, objection));
    TarEntry made = entry;
    if (entry instanceof TarEntry.HardLink link) {
      made = seen.get(link.target());
      requireHardLink(link, made);
      made = made == null ? entry : made;
    }
    // Docker refuses a layer for it, also where both are directories.
    if (seen.put(path, made) != null) {
      flaw(path, "it stands twice in the archive of " + label);
    }
  }

  /**
   * Engines give the owner of a link to the file, which takes special bits away; not all of them
   * give it the mode as well.
   */
  private void requireHardLink(TarEntry.HardLink link, @Nullable TarEntry target) {
    if (target == null || target instanceof TarEntry.Directory) {
      flaw(
          link.path(),
          "it is a hard link to /" + link.target() + ", which " + label + " does not have");
      return;
    }
    Map<String, String> extended = link.attributes().extended();
    if (!extended.equals(target.attributes().extended())
        || (!extended.isEmpty() && !(target instanceof TarEntry.File))) {
      flaw(link.path(), "it is a hard link with other extended attributes than its target");
    }
    if (link.attributes().uid() != target.attributes().uid()
        || link.attributes().gid() != target.attributes().gid()) {
      flaw(link.path(), "it is a hard link with another owner than its target");
    }
    boolean symbolic = target instanceof TarEntry.SymbolicLink;
    int mode = target.attributes().mode();
    if (!symbolic && (mode != link.attributes().mode() || (mode & 06000) != 0)) {
      flaw(link.path(), "it is a hard link whose mode engines do not agree about");
    }
  }

  private void flaw(String path, String message) {
    flaws.add("layer-entry", "/" + path, message);
  }
}
