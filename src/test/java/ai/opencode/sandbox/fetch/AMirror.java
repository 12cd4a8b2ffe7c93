package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/** An origin of packages in memory, whose files need not be the ones that were named. */
final class AMirror implements Origin {

  private final Map<String, byte[]> files = new ConcurrentHashMap<>();
  private final Set<String> archived = new HashSet<>();
  private final BlockingQueue<String> asked = new LinkedBlockingQueue<>();

  /** Adds a package, and returns its location. */
  PackageLocation with(AnApk apk) {
    ApkPackage pkg = apk.toPackage();
    files.put(pkg.label(), apk.bytes());
    return new PackageLocation(
        pkg.name(),
        pkg.version(),
        new RepositoryLocation("somewhere"),
        "x86_64",
        apk.bytes().length,
        pkg.checksum());
  }

  /** Serves other bytes at a location. */
  void replace(PackageLocation location, byte[] bytes) {
    files.put(location.label(), bytes);
  }

  void remove(PackageLocation location) {
    files.remove(location.label());
  }

  /** Lets a package come from an archive, not over the network. */
  void archive(PackageLocation location) {
    archived.add(location.label());
  }

  /** Returns the labels of the requested packages. */
  List<String> asked() {
    return List.copyOf(asked);
  }

  /** Waits for the first request. */
  void await() throws InterruptedException {
    if (asked.poll(20, TimeUnit.SECONDS) == null) {
      throw new AssertionError("no package was asked for");
    }
  }

  @Override
  public InputStream apk(PackageLocation location) throws IOException {
    asked.add(location.label());
    byte[] bytes = files.get(location.label());
    if (bytes == null) {
      throw new FileNotFoundException(location.label());
    }
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public boolean isTransferred(PackageLocation location) {
    return !archived.contains(location.label());
  }

  @Override
  public InputStream index(RepositoryLocation repository, String architecture) {
    throw new AssertionError("no index was asked for");
  }

  @Override
  public InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry, long most) {
    throw new AssertionError("no tarball was asked for");
  }

  @Override
  public boolean isOffline() {
    return false;
  }
}
