package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.npm.NpmLock;
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
    Contents contents,
    Map<String, String> keys) {

  /**
   * The packages and files that the image has beyond its base image.
   *
   * @param packages the requests that {@code /etc/apk/world} must have
   * @param entries files, directories and links, by absolute path
   * @param npm the npm packages
   */
  public record Contents(
      SortedSet<Dependency> packages, SortedMap<String, Entry> entries, List<NpmPackages> npm) {

    public Contents {
      packages = Collections.unmodifiableSortedSet(new TreeSet<>(packages));
      entries = Collections.unmodifiableSortedMap(new TreeMap<>(entries));
      npm = List.copyOf(npm);
    }
  }

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

  /** The npm packages of one project. */
  public static final class NpmPackages {

    private final NpmLock lock;
    private final @Nullable String directory;

    private NpmPackages(NpmLock lock, @Nullable String directory) {
      this.lock = lock;
      this.directory = directory;
    }

    /**
     * Reads the packages from a lock.
     *
     * @param lock the text of {@code package-lock.json}
     * @param source the name of the lock in messages
     * @param directory the absolute path of the project's directory; null for global packages
     * @throws ai.opencode.sandbox.failure.VerificationException if the lock is malformed, or has a
     *     package that does not come from a registry
     * @throws ai.opencode.sandbox.failure.UsageException if it is a lock of another version
     */
    public static NpmPackages of(String lock, String source, @Nullable String directory) {
      return new NpmPackages(NpmLock.parse(lock, source), directory);
    }

    NpmLock lock() {
      return lock;
    }

    @Nullable String directory() {
      return directory;
    }
  }

  /** A path that the definition adds. */
  public sealed interface Entry {}

  /**
   * A file.
   *
   * @param mode the permission bits
   * @param sha1 the SHA-1 of the content, in hex
   */
  public record FileEntry(int mode, int uid, int gid, String sha1) implements Entry {

    String owner() {
      return uid + ":" + gid;
    }
  }

  /**
   * A directory with an owner.
   *
   * @param mode the permission bits
   */
  public record DirectoryEntry(int mode, int uid, int gid) implements Entry {

    String owner() {
      return uid + ":" + gid;
    }
  }

  /** A directory that keeps its owner and mode if a package or the parent has it. */
  public record AnyDirectory() implements Entry {}

  /**
   * A symbolic link.
   *
   * @param target the text of the link
   */
  public record LinkEntry(String target) implements Entry {}

  public DefinedImage {
    labels = Collections.unmodifiableMap(new HashMap<>(labels));
    keys = Collections.unmodifiableMap(new HashMap<>(keys));
  }

  public DefinedImage withKeys(Map<String, String> newKeys) {
    return new DefinedImage(name, parent, account, start, labels, contents, newKeys);
  }

  SortedSet<Dependency> packages() {
    return contents.packages;
  }

  SortedMap<String, Entry> entries() {
    return contents.entries;
  }

  List<NpmPackages> npm() {
    return contents.npm;
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
        && contents.entries.containsKey(OwnFiles.START);
  }

  /** Returns whether the definition has an entry at a path without a slash at its beginning. */
  boolean has(String path) {
    return contents.entries.containsKey("/" + path);
  }
}
