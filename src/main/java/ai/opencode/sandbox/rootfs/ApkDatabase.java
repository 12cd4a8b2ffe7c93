package ai.opencode.sandbox.rootfs;

import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** apk's database in a file system. Alpine and Wolfi use different directories for it. */
public final class ApkDatabase {

  private static final List<String> DIRECTORIES = List.of("lib/apk/db", "usr/lib/apk/db");

  /** The name of the list of installed packages. */
  public static final String INSTALLED = "installed";

  /** The name of the file with the triggers. */
  public static final String TRIGGERS = "triggers";

  /** The name of the archive of scripts. */
  public static final String SCRIPTS = "scripts.tar";

  /** The name of the archive of scripts that is compressed. */
  public static final String GZIPPED_SCRIPTS = "scripts.tar.gz";

  private final Root root;
  private final String directory;

  private ApkDatabase(Root root, String directory) {
    this.root = root;
    this.directory = directory;
  }

  /**
   * Finds the database.
   *
   * @throws VerificationException if there is none, or more than one
   */
  public static ApkDatabase of(Root root) {
    Set<String> places = new TreeSet<>();
    for (String each : DIRECTORIES) {
      String place = root.resolve(each);
      if (root.get(root.resolve(place + "/" + INSTALLED)) != null) {
        places.add(place);
      }
    }
    if (places.size() != 1) {
      throw new VerificationException(
          "The base image has "
              + (places.isEmpty()
                  ? "no package database, neither lib/apk/db/installed nor"
                      + " usr/lib/apk/db/installed, so its packages are unknown"
                  : "two package databases, in "
                      + String.join(" and ", places)
                      + ", and apk reads only one")
              + ". Use an unmodified Alpine image.");
    }
    return new ApkDatabase(root, places.iterator().next());
  }

  /** Returns the path of a file of the database, which may not exist. */
  public String path(String file) {
    return root.resolve(directory + "/" + file);
  }

  /**
   * Reads the triggers and scripts of installed packages.
   *
   * @param installed the packages, which {@link #installed} has read
   * @throws VerificationException if a file is malformed
   */
  public DatabaseState state(InstalledDatabase installed) throws IOException {
    String triggers = path(TRIGGERS);
    boolean isCompressed = root.get(path(GZIPPED_SCRIPTS)) != null;
    String scripts = path(isCompressed ? GZIPPED_SCRIPTS : SCRIPTS);
    Optional<byte[]> archive = root.bytes(scripts);
    return new DatabaseState(
        installed,
        Triggers.parse(root.text(triggers).orElse(""), "the base's " + triggers),
        archive.isPresent()
            ? ScriptArchive.parse(archive.get(), isCompressed, "the base's " + scripts)
            : new ScriptArchive(Map.of()),
        isCompressed);
  }

  /**
   * Reads the requested packages.
   *
   * @throws ai.opencode.sandbox.failure.UsageException if a request is not a dependency
   */
  public World world() {
    return World.parse(root.text("etc/apk/world").orElse(""));
  }

  /** Reads the list of installed packages. */
  public InstalledDatabase installed() throws IOException {
    byte[] text = root.bytes(path(INSTALLED)).orElse(new byte[0]);
    return InstalledDatabase.parse(new ByteArrayInputStream(text), "the base's package database");
  }
}
