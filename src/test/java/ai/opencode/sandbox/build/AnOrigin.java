package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.RepositoryLocation;
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
import java.io.InterruptedIOException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/** An origin of files in directories and tarballs in memory, with a log of its requests. */
final class AnOrigin implements Origin {

  private final Download folders = new Download(true);
  private final Map<String, byte[]> tarballs = new ConcurrentHashMap<>();
  private final Map<String, String> held = new ConcurrentHashMap<>();
  private final AProgressLog opened = new AProgressLog();

  AnOrigin with(ANpmTarball tarball) {
    tarballs.put(tarball.id(), tarball.bytes());
    return this;
  }

  /** Opens one file only after another was asked for, in the words of {@link #opened}. */
  AnOrigin holding(String file, String until) {
    held.put(file, until);
    return this;
  }

  /** {@code index: x86_64}, {@code apk: tool-1.0-r0}, {@code tarball: pad@1.0.0}. */
  List<String> opened(String what) {
    return opened.lines("step " + what).stream().map(line -> line.substring(5)).toList();
  }

  void await(String what) throws InterruptedException {
    opened.await("step " + what);
  }

  private void asked(String kind, String file) throws IOException {
    opened.step(kind, file);
    String until = held.get(kind + ": " + file);
    if (until != null) {
      try {
        await(until);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new InterruptedIOException(file);
      }
    }
  }

  @Override
  public InputStream apk(PackageLocation location) throws IOException {
    asked("apk", location.label());
    return folders.apk(location);
  }

  @Override
  public InputStream index(RepositoryLocation repository, String architecture) throws IOException {
    asked("index", architecture);
    return folders.index(repository, architecture);
  }

  @Override
  public InputStream tarball(LockedNpmPackage locked, Supplier<NpmRegistry> registry, long most)
      throws IOException {
    asked("tarball", locked.id());
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
