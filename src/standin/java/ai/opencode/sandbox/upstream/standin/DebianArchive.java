package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.archive.Gzip;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdCompressorInputStream;
import org.apache.commons.compress.compressors.zstandard.ZstdUtils;
import org.tukaani.xz.XZInputStream;

/**
 * A Debian binary package (deb(5)): an ar archive of {@code debian-binary}, a control archive and a
 * data archive. Only the data archive is read, because apt's index repeats the control archive.
 */
final class DebianArchive {

  private static final int MAX_MEMBERS = 16;
  private static final int XZ_MEMORY_KIB = 256 * 1024;

  private DebianArchive() {}

  /**
   * Opens a package's files as a stream of entries.
   *
   * @param deb the package; the reader holds it open until closed
   * @throws VerificationException if the file is not a Debian package, or uses a compression that
   *     deb(5) does not name
   */
  static TarReader data(Path deb) throws IOException {
    String source = deb.getFileName().toString();
    InputStream file = new BufferedInputStream(Files.newInputStream(deb), 1 << 16);
    try {
      ArArchiveInputStream members = new ArArchiveInputStream(file);
      for (int i = 0; i < MAX_MEMBERS; i++) {
        ArArchiveEntry member = members.getNextEntry();
        if (member == null) {
          break;
        }
        if (member.getName().startsWith("data.tar")) {
          InputStream tar = decompressed(members, member.getName(), source);
          return new TarReader(
              new BufferedInputStream(tar, 1 << 16), source, TarLimits.foreignArchive());
        }
      }
      throw new VerificationException(
          source
              + ": not a Debian package, because it has no data.tar. Use another Debian mirror.");
    } catch (IOException | RuntimeException e) {
      file.close();
      throw e;
    }
  }

  private static InputStream decompressed(InputStream in, String member, String source)
      throws IOException {
    return switch (member) {
      case "data.tar" -> in;
      case "data.tar.gz" -> Gzip.inflating(in, source);
      case "data.tar.xz" -> new XZInputStream(in, XZ_MEMORY_KIB);
      case "data.tar.zst" -> {
        // Ubuntu compresses with zstd. The decoder is native code, which this product does not
        // include.
        if (!ZstdUtils.isZstdCompressionAvailable()) {
          throw new UsageException(
              source
                  + " is compressed with zstd. Put com.github.luben:zstd-jni on the class path.");
        }
        yield new ZstdCompressorInputStream(in);
      }
      default ->
          throw new VerificationException(source + ": " + member + " has an unknown compression");
    };
  }
}
