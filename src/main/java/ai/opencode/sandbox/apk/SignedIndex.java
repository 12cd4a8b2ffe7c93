package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A reader of {@code APKINDEX.tar.gz}, which contains signatures, followed by the signed index. The
 * index is not decompressed before a signature by a trusted key has been verified.
 */
public final class SignedIndex {

  /** The maximum size of an index file in bytes. */
  public static final long MAX_BYTES = IndexLimits.standard().compressedBytes();

  private final IndexLimits limits;
  private final String source;

  private SignedIndex(IndexLimits limits, String source) {
    this.limits = limits;
    this.source = source;
  }

  /**
   * Reads an index that one of {@code keyring}'s keys signed.
   *
   * @param in the file, which is read to its end if it names a trusted key, and is not closed
   * @param source the name of the index in messages
   * @param keyring the trusted keys
   * @throws VerificationException if the index is not signed by a trusted key, is malformed, or is
   *     larger than {@link IndexLimits} allows
   */
  public static PackageIndex read(InputStream in, String source, Keyring keyring)
      throws IOException {
    return new SignedIndex(IndexLimits.standard(), source).read(in, keyring);
  }

  @SuppressWarnings("resource") // closing the readers would close the caller's stream
  private PackageIndex read(InputStream in, Keyring keyring) throws IOException {
    UnverifiedBytes file = new UnverifiedBytes(in, limits.compressedBytes(), source);
    GzipMembers members = new GzipMembers(file, source);
    List<SegmentSignature> signatures = signatures(members);
    SignatureCheck check = new SignatureCheck(signatures, keyring, limits.signatures(), source);
    file.keepAll();
    boolean trusted = file.copyFrom(members.offset(), check) && check.isTrusted();
    InputStream signed = members.next();
    if (signed == null) {
      throw new VerificationException(source + ": holds a signature and nothing else");
    }
    InputStream bounded = new BoundedInputStream(signed, limits.textBytes(), source);
    if (!trusted) {
      // The signature covers all remaining bytes. The end of the segment is searched only for the
      // message.
      bounded.transferTo(OutputStream.nullOutputStream());
      requireEnd(members);
      throw check.refusal();
    }
    PackageIndex index = index(tar(bounded, limits.textBytes()));
    bounded.transferTo(OutputStream.nullOutputStream());
    requireEnd(members);
    if (index == null) {
      throw new VerificationException(source + ": signed, but holds no APKINDEX");
    }
    return index;
  }

  private List<SegmentSignature> signatures(GzipMembers members) throws IOException {
    InputStream first = members.next();
    if (first == null) {
      throw new VerificationException(source + ": empty instead of a signed index");
    }
    InputStream bounded = new BoundedInputStream(first, limits.signatureBytes(), source);
    TarReader head = tar(bounded, limits.signatureBytes());
    TarEntry entry = head.next();
    if (entry == null || !SegmentSignature.isSignature(entry)) {
      throw new VerificationException(
          source + ": not signed, because it does not start with a signature segment");
    }
    List<SegmentSignature> signatures = SegmentSignature.read(head, entry, source);
    bounded.transferTo(OutputStream.nullOutputStream());
    return signatures;
  }

  private void requireEnd(GzipMembers members) throws IOException {
    if (members.next() != null) {
      throw new VerificationException(
          source + ": data after the signed index, at byte " + members.offset());
    }
  }

  private @Nullable PackageIndex index(TarReader tar) throws IOException {
    PackageIndex index = null;
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      if (entry instanceof TarEntry.File && entry.path().equals("APKINDEX")) {
        if (index != null) {
          throw new VerificationException(source + ": holds two files named APKINDEX");
        }
        index = PackageIndex.parse(tar.content(), source);
      }
    }
    return index;
  }

  private TarReader tar(InputStream in, long maxBytes) {
    return new TarReader(in, source, TarLimits.alpineMetadata(maxBytes));
  }
}
