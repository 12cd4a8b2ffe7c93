package ai.opencode.sandbox.apk;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.RequiresRealApk;
import ai.opencode.sandbox.SharedData;
import ai.opencode.sandbox.archive.GzipMembers;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Heads of real packages: the real apk checks them in front of the data that they sign. */
class RealApkAcceptsHeadsTest {

  private static List<Path> packages() throws IOException {
    List<Path> packages = new ArrayList<>();
    packages.add(SharedData.path("packages/alpine-baselayout-3.2.0-r23.apk"));
    packages.add(SharedData.path("packages/busybox-static-1.36.1-r21-aarch64.apk"));
    packages.add(SharedData.path("packages/curl-7.83.1-r1.apk"));
    try (Stream<Path> files = Files.walk(SharedData.path("packages/melange-signed"))) {
      files.filter(each -> each.toString().endsWith(".apk")).sorted().forEach(packages::add);
    }
    return packages;
  }

  private static List<Path> keys() {
    return List.of(
        SharedData.path("packages/melange-signed/melange.rsa.pub"), SharedData.path("keys/alpine"));
  }

  /** A package in two parts, as an image keeps one that is stored verbatim. */
  private record Parts(PackageHead head, byte[] data) {

    static Parts of(Path file) throws IOException {
      byte[] bytes = Files.readAllBytes(file);
      String name = file.getFileName().toString();
      try (GzipMembers members = new GzipMembers(new ByteArrayInputStream(bytes), name)) {
        assertThat(members.next()).isNotNull();
        assertThat(members.next()).isNotNull();
        ByteArrayOutputStream data = new ByteArrayOutputStream();
        Objects.requireNonNull(members.next(data)).transferTo(OutputStream.nullOutputStream());
        byte[] head = Arrays.copyOf(bytes, bytes.length - data.size());
        return new Parts(PackageHead.parse(head, name), data.toByteArray());
      }
    }
  }

  @Test
  void everySignerIsKnown() throws IOException {
    for (Path file : packages()) {
      PackageHead head = Parts.of(file).head();
      List<String> signers = new ArrayList<>();
      for (Path key : keys()) {
        Keyring ring =
            Files.isDirectory(key)
                ? Keyring.from(key)
                : Keyring.of(Map.of(key.getFileName().toString(), Files.readAllBytes(key)));
        head.signer(ring, file.toString()).ifPresent(signers::add);
      }
      assertThat(signers).as(file.toString()).hasSize(1);
    }
  }

  @Test
  @RequiresRealApk
  void realApkSaysTheSame() throws Exception {
    try (RealApk apk = RealApk.prepare()) {
      Path trusted = Files.createDirectories(apk.path("trusted"));
      Files.createDirectories(apk.path("none"));
      for (Path key : keys()) {
        if (Files.isDirectory(key)) {
          try (Stream<Path> all = Files.list(key)) {
            for (Path each : (Iterable<Path>) all::iterator) {
              Files.copy(each, trusted.resolve(each.getFileName().toString()));
            }
          }
        } else {
          Files.copy(key, trusted.resolve(key.getFileName().toString()));
        }
      }
      int checked = 0;
      for (Path file : packages()) {
        Parts parts = Parts.of(file);
        byte[] whole = TarSegment.concat(parts.head().bytes(), parts.data());
        Files.write(apk.path("p.apk"), whole);
        assertThat(apk.verify("/trusted", "/p.apk")).as(file.toString()).contains("OK");
        assertThat(apk.verify("/none", "/p.apk")).as(file.toString()).contains("UNTRUSTED");
        whole[parts.head().bytes().length + parts.data().length / 2] ^= 1;
        Files.write(apk.path("p.apk"), whole);
        assertThat(apk.verify("/trusted", "/p.apk")).as(file.toString()).doesNotContain("OK");
        checked++;
      }
      assertThat(checked).isGreaterThan(4);
    }
  }
}
