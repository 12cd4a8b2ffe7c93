package ai.opencode.sandbox.build;

import ai.opencode.sandbox.fetch.Download;
import ai.opencode.sandbox.npm.ANpmTarball;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmRegistry;
import ai.opencode.sandbox.upstream.Origin;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.io.ByteArrayInputStream;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** Opens files in folders and tarballs in memory, and says in a log what it was asked for. */
final class AnOrigin implements Origin {

  private final Download folders = new Download(true);
  private final Map<String, byte[]> tarballs = new ConcurrentHashMap<>();
  private final AProgressLog opened = new AProgressLog();

  AnOrigin with(ANpmTarball tarball) {
    tarballs.put(tarball.id(), tarball.bytes());
    return this;
  }

  /** {@code open index: x86_64}, {@code open apk: tool-1.0-r0}, {@code open tarball: pad@1.0.0}. */
  List<String> opened(String what) {
    return opened.lines("step " + what).stream().map(line -> line.substring(5)).toList();
  }

  void await(String what) throws InterruptedException {
    opened.await("step " + what);
  }

  @Override
  public InputStream apk(PackageLocation location) throws IOException {
    opened.step("apk", location.label());
    return folders.apk(location);
  }

  @Override
  public InputStream index(String repository, String architecture) throws IOException {
    opened.step("index", architecture);
    return folders.index(repository, architecture);
  }

  @Override
  public InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry, long most)
      throws IOException {
    opened.step("tarball", locked.id());
    byte[] bytes = tarballs.get(locked.id());
    if (bytes == null) {
      throw new FileNotFoundException(locked.id());
    }
    return new ByteArrayInputStream(bytes);
  }

  @Override
  public boolean isOffline() {
    return true;
  }
}
