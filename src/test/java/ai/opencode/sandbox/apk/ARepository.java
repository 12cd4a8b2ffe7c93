package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.TarEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Builds a repository for one architecture: {@code ARepository.in(folder).with(apk,
 * apk).signed(key).write()} makes {@code folder/x86_64/APKINDEX.tar.gz} and the packages beside it.
 */
public final class ARepository {

  private final Path folder;
  private final String architecture;
  private final List<AnApk> packages;
  private final List<ASigningKey> keys;

  private ARepository(
      Path folder, String architecture, List<AnApk> packages, List<ASigningKey> keys) {
    this.folder = folder;
    this.architecture = architecture;
    this.packages = packages;
    this.keys = keys;
  }

  /** Returns an empty, unsigned repository for x86_64. */
  public static ARepository in(Path folder) {
    return new ARepository(folder, "x86_64", List.of(), List.of());
  }

  public ARepository architecture(String newArchitecture) {
    return new ARepository(folder, newArchitecture, packages, keys);
  }

  public ARepository with(AnApk... more) {
    List<AnApk> all = new ArrayList<>(packages);
    all.addAll(List.of(more));
    return new ARepository(folder, architecture, List.copyOf(all), keys);
  }

  /** Signs the index with a key; several calls add several signatures. */
  public ARepository signed(ASigningKey key) {
    List<ASigningKey> all = new ArrayList<>(keys);
    all.add(key);
    return new ARepository(folder, architecture, packages, List.copyOf(all));
  }

  /** Returns the repository's location: the directory without the architecture. */
  public Path folder() {
    return folder;
  }

  /** Returns the records of the index, in its order and with the repository's architecture. */
  public List<ApkPackage> records() {
    return packages.stream()
        .map(apk -> apk.toPackage().toBuilder().with('A', architecture).build())
        .toList();
  }

  /** Returns the file {@code APKINDEX.tar.gz}. */
  public byte[] index() {
    StringBuilder text = new StringBuilder();
    for (ApkPackage each : records()) {
      // Only the package itself names the packages that it replaces.
      text.append(each.toBuilder().with('r', null).with('q', null).build().toRecord()).append('\n');
    }
    return index(text.toString());
  }

  /** Returns an index with the given text, valid or not. */
  public byte[] index(String text) {
    byte[] content =
        TarSegment.complete(List.of(file("DESCRIPTION", "for a test"), file("APKINDEX", text)));
    byte[] signatures = keys.isEmpty() ? new byte[0] : TarSegment.signatures(keys, content);
    return TarSegment.concat(signatures, content);
  }

  /** Writes index and packages; returns the repository's location. */
  public Path write() {
    try {
      Path target = Files.createDirectories(folder.resolve(architecture));
      for (AnApk apk : packages) {
        Files.write(target.resolve(apk.fileName()), apk.bytes());
      }
      Files.write(target.resolve("APKINDEX.tar.gz"), index());
      return folder;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static TarSegment.Content file(String name, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    return new TarSegment.Content(
        new TarEntry.File(name, Attributes.of(0644), bytes.length), bytes);
  }
}
