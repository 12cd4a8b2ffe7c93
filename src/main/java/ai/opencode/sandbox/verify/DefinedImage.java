package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.stability.Api;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The promises of an image of one's own, which follow from its definition and those of its parents.
 *
 * @param name the image's name, which is its label {@code org.opencontainers.image.title}
 * @param parent the name of the image whose layers this one begins with; null for one on the base
 *     image
 * @param account the user that a container runs as
 * @param start the start of containers
 * @param labels the labels that the definition sets
 * @param packages the requested packages, as in {@code /etc/apk/world}
 * @param entries files and directories, by absolute path
 * @param npmLocks the texts of {@code package-lock.json} of global npm packages
 * @param keys the texts of keys of one's own that the image may have, by their names in {@code
 *     /etc/apk/keys}
 */
@Api
public record DefinedImage(
    String name,
    @Nullable String parent,
    Account account,
    Start start,
    Map<String, String> labels,
    SortedSet<String> packages,
    SortedMap<String, Entry> entries,
    List<String> npmLocks,
    Map<String, String> keys) {

  /** A line of {@code /etc/passwd}. */
  public record Account(String name, int uid, int gid, String home, String shell) {}

  /**
   * The start of containers.
   *
   * @param ports the exposed ports, such as {@code 8080/tcp}
   */
  public record Start(
      Map<String, String> environment,
      String workingDirectory,
      List<String> entrypoint,
      List<String> command,
      SortedSet<String> ports) {

    public Start {
      environment = Map.copyOf(environment);
      entrypoint = List.copyOf(entrypoint);
      command = List.copyOf(command);
      ports = Collections.unmodifiableSortedSet(new TreeSet<>(ports));
    }
  }

  /**
   * A file or directory.
   *
   * @param mode the permission bits
   * @param sha1 the SHA-1 of the file's content in hex; null for a directory
   */
  public record Entry(int mode, int uid, int gid, @Nullable String sha1) {}

  public DefinedImage {
    labels = Collections.unmodifiableMap(new HashMap<>(labels));
    packages = Collections.unmodifiableSortedSet(new TreeSet<>(packages));
    entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
    npmLocks = List.copyOf(npmLocks);
    keys = Collections.unmodifiableMap(new HashMap<>(keys));
  }

  public DefinedImage withKeys(Map<String, String> newKeys) {
    return new DefinedImage(
        name, parent, account, start, labels, packages, entries, npmLocks, newKeys);
  }

  /**
   * Returns whether the definition keeps the user, the start step and the workspace of this
   * product's sandboxes, so that every promise of a sandbox is one of this image.
   */
  boolean isSandbox() {
    return account.name().equals(AccountCheck.USER)
        && account.uid() == 1000
        && account.gid() == 1000
        && account.home().equals(AccountCheck.HOME)
        && account.shell().equals(AccountCheck.SHELL)
        && start.entrypoint().equals(SettingsCheck.ENTRYPOINT)
        && start.workingDirectory().equals("/workspace")
        && entries.containsKey(OwnFiles.START);
  }

  /** Returns whether the definition has an entry at a path without a slash at its beginning. */
  boolean has(String path) {
    return entries.containsKey("/" + path);
  }
}
