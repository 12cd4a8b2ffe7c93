package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.archive.FileAttributes;
import ai.opencode.sandbox.archive.TarEntry;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The rules for the entries of one layer, under which every engine unpacks the same files. Docker
 * extracts a layer into a directory of its own, containerd on top of the layers below; the results
 * differ if order matters or an entry changes an earlier one.
 */
final class LayerRules {

  private final String label;
  private final Flaws flaws;
  private final Map<String, TarEntry> seen = new HashMap<>();

  /** Directories that contain an entry, whether they are listed or not. */
  private final Set<String> implied = new HashSet<>();

  private final Set<String> takenAway = new HashSet<>();

  LayerRules(String label, Flaws flaws) {
    this.label = label;
    this.flaws = flaws;
  }

  /**
   * Reports an entry that is not allowed after the previous ones.
   *
   * @param marker the whiteout that the entry is; null if the entry is not a whiteout
   */
  void require(TarEntry entry, @Nullable Marker marker) {
    if (Marker.isInPath(entry.path())) {
      flaw(entry.path(), "a directory of its path has the name of a whiteout");
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
        flaw(path, label + " deletes /" + parent + " and adds a file to it");
      } else if (above != null && !(above instanceof TarEntry.Directory)) {
        flaw(path, label + " has /" + parent + " as something other than a directory");
      }
      if (slash < last || !path.endsWith("/" + Marker.OPAQUE)) {
        implied.add(parent);
      }
    }
  }

  private void requireOpaque(String directory) {
    if (directory.isEmpty()) {
      flaw("", label + " empties the root, which engines interpret differently");
    }
    if (implied.contains(directory)) {
      flaw(directory, label + " empties it after it has added a file to it");
    }
  }

  private void requireWhiteout(Marker marker) {
    String path = marker.path();
    if (marker.namesNothing()) {
      flaw(path, label + " has a whiteout without a name, for which engines delete a directory");
    }
    if (seen.containsKey(path) || implied.contains(path)) {
      flaw(path, label + " has it and then deletes it");
    }
    if (marker.isOfMarker() || !takenAway.add(path)) {
      flaw(path, label + " deletes it twice, or deletes a whiteout");
    }
  }

  private void requireFile(TarEntry entry) {
    String path = entry.path();
    if (takenAway.contains(path)) {
      flaw(path, label + " deletes it and then has it");
    }
    boolean directory = entry instanceof TarEntry.Directory;
    if (!directory && implied.contains(path)) {
      flaw(path, "it is not a directory, but " + label + " has added a file to it");
    }
    FileAttributes.objection(entry).ifPresent(objection -> flaw(path, objection));
    TarEntry made = entry;
    if (entry instanceof TarEntry.HardLink link) {
      made = seen.get(link.target());
      requireHardLink(link, made);
      made = made == null ? entry : made;
    }
    // Docker refuses a layer for it, even if both are directories.
    if (seen.put(path, made) != null) {
      flaw(path, "it is twice in the archive of " + label);
    }
  }

  /**
   * Engines apply the owner of a link to the file, which removes special bits. Not all of them
   * apply the mode as well.
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
      flaw(link.path(), "it is a hard link whose mode depends on the engine");
    }
  }

  private void flaw(String path, String message) {
    flaws.add("layer-entry", "/" + path, message);
  }
}
