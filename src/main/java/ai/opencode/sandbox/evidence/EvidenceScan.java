package ai.opencode.sandbox.evidence;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarWriter;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A search of a layer for files that give information about software. It receives the entries one
 * after the other, while the layer is written or read.
 */
public final class EvidenceScan implements TarWriter.Witness {

  private static final Set<String> RELEASES = Set.of("etc/os-release", "usr/lib/os-release");
  private static final Set<String> DATABASES =
      Set.of("lib/apk/db/installed", "usr/lib/apk/db/installed");
  private static final int MAX_RELEASE = 64 << 10;
  private static final String WHITEOUT = ".wh.";
  private static final String OPAQUE = ".wh..wh..opq";
  private static final byte[] ELF = {0x7f, 'E', 'L', 'F'};

  private final boolean hashes;
  private final List<LayerEvidence.Seen> seen = new ArrayList<>();
  private final List<String> hidden = new ArrayList<>();

  private TarEntry.@Nullable File file;
  private int limit;
  private long passed;
  private boolean watched;
  private final ByteArrayOutputStream kept = new ByteArrayOutputStream();
  private GoScan go = new GoScan();
  private MessageDigest sha1 = Checksum.newSha1();
  private @Nullable Checksum given;

  private EvidenceScan(boolean hashes) {
    this.hashes = hashes;
  }

  /** Returns a search that computes the checksums of files with evidence. */
  public static EvidenceScan hashing() {
    return new EvidenceScan(true);
  }

  /** Returns a search that is given the checksum of every file. */
  public static EvidenceScan given() {
    return new EvidenceScan(false);
  }

  @Override
  public void entry(TarEntry entry) {
    close();
    String path = entry.path();
    int slash = path.lastIndexOf('/');
    String name = path.substring(slash + 1);
    String directory = path.substring(0, Math.max(slash, 0));
    if (name.equals(OPAQUE)) {
      hidden.add(directory);
    } else if (name.startsWith(WHITEOUT)) {
      String gone = name.substring(WHITEOUT.length());
      hidden.add(directory.isEmpty() ? gone : directory + "/" + gone);
    } else if (entry instanceof TarEntry.File next) {
      file = next;
      limit = limit(path);
      watched = limit > 0 || DATABASES.contains(path);
    } else if (limit(path) > 0) {
      hidden.add(path);
    }
  }

  private static int limit(String path) {
    return RELEASES.contains(path)
        ? MAX_RELEASE
        : PackageJson.isAt(path) ? PackageJson.MAX_BYTES : 0;
  }

  @Override
  public void content(byte[] bytes, int start, int length) {
    if (passed == 0) {
      watched |= mayBeElf(bytes, start, length);
    }
    passed += length;
    if (!watched) {
      return;
    }
    if (limit > 0) {
      if (passed <= limit) {
        kept.write(bytes, start, length);
      }
    } else {
      go.add(bytes, start, length);
    }
    if (hashes) {
      sha1.update(bytes, start, length);
    }
  }

  /** Returns whether a file's first part may be that of an ELF file. */
  private static boolean mayBeElf(byte[] bytes, int start, int length) {
    for (int i = 0; i < Math.min(length, ELF.length); i++) {
      if (bytes[start + i] != ELF[i]) {
        return false;
      }
    }
    return length > 0;
  }

  /** Takes the checksum of the file whose content has passed. */
  public void checksum(Checksum ofContent) {
    given = ofContent;
  }

  /** Returns what was found. */
  public LayerEvidence end() {
    close();
    return new LayerEvidence(seen, hidden);
  }

  /** Ends the current file. */
  private void close() {
    TarEntry.File ended = file;
    if (ended != null && watched) {
      Optional<Evidence> evidence = evidence(ended.path());
      if (evidence.isPresent()) {
        Checksum checksum = hashes ? Checksum.from(sha1.digest()) : given;
        if (checksum == null) {
          throw new IllegalStateException(ended.path() + " has no checksum");
        }
        seen.add(new LayerEvidence.Seen(ended.path(), checksum, evidence.get()));
      } else if (limit > 0) {
        hidden.add(ended.path());
      }
      kept.reset();
      go = new GoScan();
      sha1 = hashes ? Checksum.newSha1() : sha1;
    }
    file = null;
    limit = 0;
    passed = 0;
    watched = false;
    given = null;
  }

  private Optional<Evidence> evidence(String path) {
    if (DATABASES.contains(path)) {
      return Optional.of(new Evidence.OfDatabase());
    }
    if (limit == 0) {
      return go.end().map(Evidence.OfGo::new);
    }
    if (passed > limit) {
      return Optional.empty();
    }
    return RELEASES.contains(path)
        ? Optional.of(new Evidence.OfRelease(kept.toString(StandardCharsets.UTF_8)))
        : PackageJson.read(kept.toByteArray()).map(Evidence.OfNpm::new);
  }
}
