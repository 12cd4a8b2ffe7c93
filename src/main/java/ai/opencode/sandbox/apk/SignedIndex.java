package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code APKINDEX.tar.gz}: a signature segment, and a segment with the index that it signs.
 */
public final class SignedIndex {

  private static final long MAX_INDEX_BYTES = 300L << 20;

  private SignedIndex() {}

  /**
   * Reads an index and trusts it only when one of {@code keyring}'s keys signed it.
   *
   * @param in the file; read to its end, not closed
   * @param source what to call it in messages
   * @throws VerificationException where it is not signed by a trusted key, or malformed
   */
  @SuppressWarnings("resource") // closing the readers would close the caller's stream
  public static PackageIndex read(InputStream in, String source, Keyring keyring)
      throws IOException {
    GzipMembers members = new GzipMembers(in, source);
    InputStream first = members.next();
    if (first == null) {
      throw new VerificationException(source + ": empty, where a signed index was expected");
    }
    TarReader head = tar(first, source);
    TarEntry entry = head.next();
    if (entry == null || !SegmentSignature.isSignature(entry)) {
      throw new VerificationException(
          source + ": not signed; an index must start with a signature segment");
    }
    List<SegmentSignature> signatures = SegmentSignature.read(head, entry, source);
    SignatureCheck check = new SignatureCheck(signatures, keyring, source);
    InputStream signed = members.next(check);
    if (signed == null) {
      throw new VerificationException(source + ": holds a signature and nothing else");
    }
    PackageIndex index = index(tar(signed, source), source);
    if (members.next() != null) {
      throw new VerificationException(
          source + ": data after the signed index, at byte " + members.offset());
    }
    check.requireTrusted();
    if (index == null) {
      throw new VerificationException(source + ": signed, but holds no APKINDEX");
    }
    return index;
  }

  private static @Nullable PackageIndex index(TarReader tar, String source) throws IOException {
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

  private static TarReader tar(InputStream in, String source) {
    return new TarReader(in, source, TarLimits.alpineMetadata(MAX_INDEX_BYTES));
  }
}
