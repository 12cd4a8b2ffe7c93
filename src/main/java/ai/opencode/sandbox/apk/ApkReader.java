package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * A reader of {@code .apk} files of version 2, which consist of a signature, a control and a data
 * segment, each one gzip member. It reads a stream once, front to back, and verifies the same chain
 * as apk: the signed index names the checksum of the control segment, which names the hash of the
 * data segment. A package's own signature adds nothing to that chain: it is kept for those who have
 * no index.
 */
public final class ApkReader implements Closeable {

  private final GzipMembers members;
  private final String source;

  /**
   * Creates a reader.
   *
   * @param in the package; closed with this reader
   * @param source the name of the package in messages
   */
  public ApkReader(InputStream in, String source) {
    this.members = new GzipMembers(in, source);
    this.source = source;
  }

  /**
   * Reads up to the end of the control segment.
   *
   * @param expected the checksum in the signed index
   * @throws VerificationException if the control segment has another checksum
   */
  public PackageHead head(Checksum expected) throws IOException {
    ByteArrayOutputStream first = new ByteArrayOutputStream();
    if (readSegment(first)) {
      return new PackageHead(new byte[0], verified(expected, first.toByteArray()));
    }
    ByteArrayOutputStream second = new ByteArrayOutputStream();
    if (readSegment(second)) {
      return new PackageHead(first.toByteArray(), verified(expected, second.toByteArray()));
    }
    throw new VerificationException(
        source + ": a second signature is in place of the control segment. Use another mirror.");
  }

  /**
   * Opens the data segment, after {@link #head}.
   *
   * @param compressed receives the compressed bytes of the segment
   * @return the tar archive inside; must be read to its end before {@link #requireEnd}
   */
  public InputStream data(OutputStream compressed) throws IOException {
    InputStream data = members.next(compressed);
    if (data == null) {
      throw new VerificationException(
          source + ": ends after its control segment, at byte " + members.offset());
    }
    return data;
  }

  /** Requires that nothing follows the data segment. */
  public void requireEnd() throws IOException {
    long end = members.offset();
    if (members.next() != null) {
      throw new VerificationException(
          source + ": a second data segment at byte " + end + ", which apk 3 refuses too");
    }
  }

  @Override
  public void close() throws IOException {
    members.close();
  }

  /**
   * Reads one segment; returns whether it was the control segment instead of a preceding signature.
   */
  @SuppressWarnings("resource") // the tar reader reads a member, which has its own end
  private boolean readSegment(ByteArrayOutputStream compressed) throws IOException {
    InputStream member = members.next(new BoundedSink(compressed));
    if (member == null) {
      throw new VerificationException(
          source + ": ends before its control segment, at byte " + members.offset());
    }
    InputStream bounded = new BoundedInputStream(member, ControlSegment.MAX_BYTES, source);
    TarReader tar =
        new TarReader(bounded, source, TarLimits.alpineMetadata(ControlSegment.MAX_BYTES));
    @Nullable TarEntry first = tar.next();
    boolean signature = first != null && SegmentSignature.isSignature(first);
    // A control segment is parsed after its checksum was verified.
    TarEntry entry = signature ? first : null;
    while (entry != null) {
      if (!SegmentSignature.isSignature(entry)) {
        throw new VerificationException(
            source + ": its signature segment also holds " + entry.path());
      }
      entry = tar.next();
    }
    // The tar reader stops at the end of the archive; reading the rest of the member verifies its
    // checksum.
    bounded.transferTo(OutputStream.nullOutputStream());
    return !signature;
  }

  private ControlSegment verified(Checksum expected, byte[] compressed) throws IOException {
    Checksum actual = Checksum.ofControlSegment(compressed);
    if (!actual.equals(expected)) {
      throw new VerificationException(
          source
              + ": not the package that the index names (control checksum "
              + actual
              + ", expected "
              + expected
              + ")");
    }
    return ControlSegment.parse(compressed, source);
  }

  private final class BoundedSink extends OutputStream {

    private final ByteArrayOutputStream out;

    BoundedSink(ByteArrayOutputStream out) {
      this.out = out;
    }

    @Override
    public void write(int b) {
      write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int start, int length) {
      if (out.size() + length > ControlSegment.MAX_BYTES) {
        throw new VerificationException(
            source + ": a control segment of more than " + ControlSegment.MAX_BYTES + " bytes");
      }
      out.write(bytes, start, length);
    }
  }
}
