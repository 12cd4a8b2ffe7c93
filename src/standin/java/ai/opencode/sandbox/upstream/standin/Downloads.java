package ai.opencode.sandbox.upstream.standin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongConsumer;

/**
 * The Debian packages and npm tarballs that one run downloads. They are deleted when the run ends,
 * because only the Alpine packages made from them are used again.
 */
final class Downloads implements Plan.Inputs {

  private final Apt apt;
  private final NpmDownload npm;
  private final Path directory;
  private final Map<String, Path> tarballs = new HashMap<>();
  private final Map<String, Path> debs = new ConcurrentHashMap<>();

  Downloads(Apt apt, NpmDownload npm, Path directory) {
    this.apt = apt;
    this.npm = npm;
    this.directory = directory;
  }

  /**
   * Fetches Debian packages, so that {@link #deb} has their files.
   *
   * @param arrived is told the number of bytes that have arrived
   */
  void fetch(Collection<DebianPackage> packages, LongConsumer arrived) throws IOException {
    debs.putAll(apt.download(packages, Files.createTempDirectory(directory, "debs"), arrived));
  }

  @Override
  public Path deb(DebianPackage debian) {
    Path file = debs.get(debian.name());
    if (file == null) {
      throw new IllegalStateException(debian.name() + " was not fetched");
    }
    return file;
  }

  /** Fetches an npm tarball at the first call; later calls return the same file. */
  @Override
  public synchronized Path tarball(NpmPin pin) throws IOException {
    Path file = tarballs.get(pin.name());
    if (file == null) {
      Path into = Files.createDirectories(directory.resolve("npm"));
      file = npm.fetch(pin, into);
      tarballs.put(pin.name(), file);
    }
    return file;
  }
}
