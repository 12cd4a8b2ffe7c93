package ai.opencode.sandbox.npm;

import java.util.Collections;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Everything that determines a package's entries in the layer of its group.
 *
 * @param names names and versions that the tarball must have: the package's, and those of packages
 *     that are bundled with it, with their places
 * @param tarball the hash of its tarball
 * @param executables the files in it that commands point to, and programs that others use
 * @param links target by path of each command's link to a file in it, and of each file in it that
 *     is replaced by a link
 */
public record NpmIngredient(
    InstallPath path,
    List<String> names,
    Integrity tarball,
    SortedSet<String> executables,
    SortedMap<String, String> links) {

  public NpmIngredient {
    names = List.copyOf(names);
    executables = Collections.unmodifiableSortedSet(new TreeSet<>(executables));
    links = Collections.unmodifiableSortedMap(new TreeMap<>(links));
  }
}
