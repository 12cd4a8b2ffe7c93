package ai.opencode.sandbox.evidence;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.Attributes;
import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import ai.opencode.sandbox.cache.Cache;
import ai.opencode.sandbox.oci.Descriptor;
import ai.opencode.sandbox.oci.MediaType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EvidenceScanTest {

  private static final String JSON = "{\"name\":\"a\",\"version\":\"1.0.0\",\"license\":\"MIT\"}";
  private static final String PLACE = "usr/lib/node_modules/a/package.json";

  @TempDir private Path directory;

  @Test
  void findsEveryKindOfEvidence() throws IOException {
    byte[] program = AGoProgram.needing("golang.org/x/sync", "v1.0.0");
    EvidenceScan scan = EvidenceScan.hashing();
    write(
        scan,
        tar -> {
          file(tar, PLACE, JSON.getBytes(StandardCharsets.UTF_8));
          file(tar, "usr/bin/tool", program);
          file(tar, "usr/bin/script", "#!/bin/sh".getBytes(StandardCharsets.UTF_8));
          file(tar, "usr/lib/os-release", "ID=alpine\n".getBytes(StandardCharsets.UTF_8));
          file(tar, "lib/apk/db/installed", "P:a\n".getBytes(StandardCharsets.UTF_8));
        });
    LayerEvidence evidence = scan.end();
    assertThat(evidence.hidden()).isEmpty();
    assertThat(evidence.seen())
        .extracting(LayerEvidence.Seen::path)
        .containsExactly(PLACE, "usr/bin/tool", "usr/lib/os-release", "lib/apk/db/installed");
    assertThat(evidence.seen().get(1).sha1())
        .isEqualTo(Checksum.from(Checksum.newSha1().digest(program)));
    assertThat(evidence.seen().get(2).evidence()).isEqualTo(new Evidence.OfRelease("ID=alpine\n"));
    assertThat(evidence.seen().get(0).evidence())
        .isEqualTo(
            new Evidence.OfNpm(
                PackageJson.read(JSON.getBytes(StandardCharsets.UTF_8)).orElseThrow()));
  }

  @Test
  void seesContentInPartsOfOneByte() {
    byte[] program = AGoProgram.needing("golang.org/x/sync", "v1.0.0");
    EvidenceScan scan = EvidenceScan.given();
    Checksum sha1 = Checksum.from(Checksum.newSha1().digest(program));
    scan.entry(new TarEntry.File("usr/bin/tool", Attributes.of(0755), program.length));
    for (int i = 0; i < program.length; i++) {
      scan.content(program, i, 1);
    }
    scan.checksum(sha1);
    assertThat(scan.end().seen()).extracting(LayerEvidence.Seen::sha1).containsExactly(sha1);
  }

  @Test
  void namesWhatALayerHides() throws IOException {
    EvidenceScan scan = EvidenceScan.hashing();
    write(
        scan,
        tar -> {
          file(tar, "usr/lib/.wh.node_modules", new byte[0]);
          file(tar, "opt/app/.wh..wh..opq", new byte[0]);
          file(tar, ".wh.top", new byte[0]);
          tar.write(new TarEntry.SymbolicLink("etc/os-release", Attributes.of(0777), "../x"));
          file(tar, PLACE, "no JSON".getBytes(StandardCharsets.UTF_8));
        });
    assertThat(scan.end())
        .isEqualTo(
            new LayerEvidence(
                List.of(),
                List.of("usr/lib/node_modules", "opt/app", "top", "etc/os-release", PLACE)));
  }

  @Test
  void isKeptForALayerAndReadOnlyOnce() throws IOException {
    Cache cache = new Cache(directory);
    ByteArrayOutputStream archive = new ByteArrayOutputStream();
    EvidenceScan scan = EvidenceScan.hashing();
    try (OutputStream gzip = Gzip.single(archive)) {
      TarWriter tar = new TarWriter(gzip, scan);
      file(tar, PLACE, JSON.getBytes(StandardCharsets.UTF_8));
      file(tar, "usr/bin/tool", AGoProgram.needing("golang.org/x/sync", "v1.0.0"));
      file(tar, "etc/os-release", "ID=alpine\n".getBytes(StandardCharsets.UTF_8));
      file(tar, "usr/lib/apk/db/installed", new byte[] {'\n'});
      file(tar, "usr/.wh.gone", new byte[0]);
      tar.finish();
    }
    Descriptor layer = cache.blobs().put(MediaType.LAYER_GZIP, archive.toByteArray());
    EvidenceRecords records = new EvidenceRecords(cache);
    LayerEvidence read = records.of(layer);
    assertThat(read).isEqualTo(scan.end());
    Files.delete(cache.blobs().path(layer.digest()));
    assertThat(records.of(layer)).isEqualTo(read);
  }

  private interface Content {
    void to(TarWriter tar) throws IOException;
  }

  private static void write(EvidenceScan scan, Content content) throws IOException {
    content.to(new TarWriter(OutputStream.nullOutputStream(), scan));
  }

  private static void file(TarWriter tar, String path, byte[] content) throws IOException {
    tar.write(new TarEntry.File(path, Attributes.of(0644), content.length), content);
  }
}
