package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.ControlSegment;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.failure.ResolutionException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The writing of {@code APKINDEX.tar.gz}: the records of all packages, and their signature. */
final class RepositoryIndex {

  private RepositoryIndex() {}

  /** Returns the index record of a finished package file. */
  static ApkPackage describe(Path apk) throws IOException {
    String source = apk.getFileName().toString();
    ByteArrayOutputStream control = new ByteArrayOutputStream();
    try (InputStream file = new BufferedInputStream(Files.newInputStream(apk));
        GzipMembers members = new GzipMembers(file, source)) {
      if (members.next() == null || drain(members.next(control)) == 0) {
        throw new VerificationException(source + ": truncated. Delete the cache and try again.");
      }
    }
    byte[] segment = control.toByteArray();
    return ControlSegment.parse(segment, source)
        .info()
        .toPackage(Checksum.ofControlSegment(segment), Files.size(apk));
  }

  /**
   * Requires that every dependency of a package exists.
   *
   * @throws ResolutionException names the first package with a missing dependency
   */
  static void requireComplete(List<ApkPackage> packages) {
    Set<String> provided = new HashSet<>();
    for (ApkPackage apk : packages) {
      provided.add(apk.name());
      apk.provides().forEach(provide -> provided.add(provide.name()));
    }
    for (ApkPackage apk : packages) {
      apk.depends().stream()
          .filter(dependency -> !provided.contains(dependency.name()))
          .findFirst()
          .ifPresent(
              missing -> {
                throw new ResolutionException(
                    "The stand-in's package "
                        + apk.label()
                        + " needs "
                        + missing.name()
                        + ", which none of the selected Debian packages contains. Use another release of Debian.");
              });
    }
  }

  static void write(List<ApkPackage> packages, StandInKey key, Path target) throws IOException {
    StringBuilder records = new StringBuilder();
    packages.forEach(apk -> records.append(apk.toRecord()).append('\n'));
    ByteArrayOutputStream index = new ByteArrayOutputStream();
    try (OutputStream gzip = Gzip.single(index);
        TarWriter tar = new TarWriter(gzip)) {
      put(tar, "DESCRIPTION", "opencode-sandbox stand-in");
      put(tar, "APKINDEX", records.toString());
      tar.finish();
    }
    byte[] segment = index.toByteArray();
    try (OutputStream out = Files.newOutputStream(target)) {
      out.write(ApkBuilder.signature(key, segment));
      out.write(segment);
    }
  }

  private static void put(TarWriter tar, String name, String text) throws IOException {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    tar.write(new TarEntry.File(name, ApkBuilder.attributes(0644), bytes.length), bytes);
  }

  private static long drain(@Nullable InputStream member) throws IOException {
    return member == null ? 0 : member.transferTo(OutputStream.nullOutputStream());
  }
}
