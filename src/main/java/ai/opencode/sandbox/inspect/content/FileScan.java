package ai.opencode.sandbox.inspect.content;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.evidence.GoBuild;
import ai.opencode.sandbox.evidence.GoScan;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Reads a file of a layer once, and collects all facts that the checks need. */
final class FileScan {

  /** The number of first bytes that show whether a file is an ELF file or a script. */
  private static final int HEAD = 256;

  private final String path;
  private final Flaws flaws;
  private final ElfSpool spool;
  private final AtomicLong watched;
  private final MessageDigest sha1 = Checksum.newSha1();
  private final GoScan go = new GoScan();
  private final byte[] head = new byte[HEAD];
  private int headLength;
  private boolean elf;

  /** The content; null if no check reads it, or if it is too large. */
  private @Nullable ByteArrayOutputStream kept;

  /**
   * Creates a scan.
   *
   * @param spool the buffer for the content of one ELF file
   * @param watched the counter of the bytes that are kept for checks in all layers of the image
   */
  FileScan(String path, Flaws flaws, ElfSpool spool, AtomicLong watched) {
    this.path = path;
    this.flaws = flaws;
    this.spool = spool;
    this.watched = watched;
    this.kept = Watched.is(path) ? new ByteArrayOutputStream() : null;
  }

  /**
   * Reads the content to its end.
   *
   * @param digest whether to compute its SHA-256
   * @return the SHA-256; null if it was not computed
   */
  @Nullable String read(InputStream content, byte[] buffer, boolean digest) throws IOException {
    MessageDigest sha256 = digest ? Digest.newSha256() : null;
    headLength = content.readNBytes(head, 0, HEAD);
    sha1.update(head, 0, headLength);
    if (sha256 != null) {
      sha256.update(head, 0, headLength);
    }
    elf = ElfHeader.isElf(head, headLength);
    if (elf) {
      spool.start();
      spool.write(head, headLength);
      go.add(head, 0, headLength);
    }
    keep(head, headLength);
    for (int read = content.read(buffer); read >= 0; read = content.read(buffer)) {
      sha1.update(buffer, 0, read);
      if (sha256 != null) {
        sha256.update(buffer, 0, read);
      }
      if (elf) {
        spool.write(buffer, read);
        go.add(buffer, 0, read);
      }
      keep(buffer, read);
    }
    return sha256 == null ? null : HexFormat.of().formatHex(sha256.digest());
  }

  private void keep(byte[] buffer, int length) {
    if (kept != null && kept.size() + length > Watched.MAX_BYTES) {
      flaws.add(
          "layer-entry",
          "/" + path,
          "it is larger than "
              + (Watched.MAX_BYTES >> 20)
              + " MiB, the limit for files that checks read");
      kept = null;
    }
    if (kept != null && watched.addAndGet(length) > Watched.MAX_TOTAL_BYTES) {
      flaws.add(
          "layer-entry",
          "/" + path,
          "the files that checks read, including this one, exceed 64 MiB");
      kept = null;
    }
    if (kept != null) {
      kept.write(buffer, 0, length);
    }
  }

  /**
   * Returns the collected facts. Call it before another file is read, which uses the same spool.
   */
  RootEntry.FileFacts facts(long size) throws IOException {
    return new RootEntry.FileFacts(
        size,
        HexFormat.of().formatHex(sha1.digest()),
        elf ? header() : null,
        elf ? goBuild() : null,
        script(),
        kept == null ? null : kept.toByteArray());
  }

  private @Nullable ElfHeader header() throws IOException {
    try {
      return spool.header();
    } catch (VerificationException e) {
      flaws.add("elf-malformed", "/" + path, String.valueOf(e.getMessage()));
      return null;
    }
  }

  /**
   * Returns the modules of a Go program, which count as content that is kept for checks.
   *
   * @throws VerificationException if they are too many: a list of the image's software without them
   *     would look complete
   */
  private @Nullable GoBuild goBuild() {
    GoBuild build = go.end().orElse(null);
    if (build != null && watched.addAndGet(build.size()) > Watched.MAX_TOTAL_BYTES) {
      throw new VerificationException(
          "/"
              + path
              + ": the lists of Go programs' modules, including this one, exceed 64 MiB. Use another"
              + " image.");
    }
    return build;
  }

  /**
   * Returns the interpreter of a script, with the command that {@code env} starts; null for another
   * file.
   */
  private @Nullable String script() {
    if (headLength < 3 || head[0] != '#' || head[1] != '!') {
      return null;
    }
    int end = 2;
    while (end < headLength && head[end] != '\n' && head[end] != 0) {
      end++;
    }
    String[] words =
        new String(head, 2, end - 2, StandardCharsets.UTF_8).trim().split("[ \t]+", -1);
    if (!words[0].endsWith("/env") || words.length < 2) {
      return words[0].isEmpty() ? null : words[0];
    }
    int word = words[1].equals("-S") && words.length > 2 ? 2 : 1;
    return words[0] + " " + words[word];
  }
}
