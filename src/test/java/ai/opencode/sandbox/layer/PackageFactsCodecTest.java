package ai.opencode.sandbox.layer;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.ApkFacts;
import ai.opencode.sandbox.apk.ApkVersion;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.cache.Recipe;
import ai.opencode.sandbox.cache.RecordReader;
import ai.opencode.sandbox.cache.RecordWriter;
import ai.opencode.sandbox.cache.Records;
import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.NpmFacts;
import ai.opencode.sandbox.oci.Digest;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiConsumer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Facts about packages, read from the cache as they were written. */
class PackageFactsCodecTest {

  private static final Digest KEY = Recipe.of("test", 1).digest();

  @TempDir private Path folder;

  @Test
  void anAlpinePackageIsReadAsItWasWritten() throws IOException {
    ApkFacts full =
        new ApkFacts(
            "git-perl",
            ApkVersion.of("2.50.1-r0"),
            "x86_64",
            new Checksum("0123456789abcdef".repeat(2) + "01234567"),
            new ApkFacts.About(
                "GPL-2.0-only",
                "git",
                "Perl\nfor git",
                "https://example.org/",
                "A Packager <packager@example.org>"));
    ApkFacts bare =
        new ApkFacts(
            "a",
            ApkVersion.of("0.99f7"),
            "",
            new Checksum("f".repeat(40)),
            new ApkFacts.About("", "", "", "", ""));

    assertThat(kept(List.of(full, bare), PackageFactsCodec::write, PackageFactsCodec::apk))
        .containsExactly(full, bare);
  }

  @Test
  void anNpmPackageIsReadAsItWasWritten() throws IOException {
    Integrity integrity = Integrity.of("sha512-" + "A".repeat(86) + "==");
    NpmFacts full = facts(Optional.of(integrity), Optional.of("MIT"));
    NpmFacts bundled = facts(Optional.empty(), Optional.of("ISC"));
    NpmFacts unlicensed = facts(Optional.of(integrity), Optional.empty());

    assertThat(
            kept(
                List.of(full, bundled, unlicensed),
                PackageFactsCodec::write,
                PackageFactsCodec::npm))
        .containsExactly(full, bundled, unlicensed);
  }

  private static NpmFacts facts(Optional<Integrity> integrity, Optional<String> licence) {
    return new NpmFacts("opt/app/node_modules/alias", "@s/real", "1.2.3-rc.1", integrity, licence);
  }

  private interface Reading<T> {
    T read(RecordReader in) throws IOException;
  }

  private <T> List<T> kept(List<T> facts, BiConsumer<T, RecordWriter> writing, Reading<T> reading)
      throws IOException {
    Records.Codec<List<T>> codec =
        new Records.Codec<>() {
          @Override
          public void write(List<T> value, RecordWriter out) {
            value.forEach(each -> writing.accept(each, out.flag(true)));
            out.flag(false);
          }

          @Override
          public List<T> read(RecordReader in) throws IOException {
            List<T> read = new ArrayList<>();
            while (in.flag()) {
              read.add(reading.read(in));
            }
            return read;
          }
        };
    Records<List<T>> records = new Records<>(new Cache(folder), "test", 1, codec);
    records.keep(KEY, facts);
    return records.find(KEY).orElseThrow();
  }
}
