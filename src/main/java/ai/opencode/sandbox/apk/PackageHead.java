package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.archive.BoundedInputStream;
import ai.opencode.sandbox.archive.GzipMembers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.archive.TarLimits;
import ai.opencode.sandbox.archive.TarReader;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The beginning of an {@code .apk} file of version 2: the signature segment and the control segment
 * that it signs. Followed by the data segment, it is the file that the packager published.
 *
 * @param signature the bytes of the signature segment; empty if the package is not signed
 */
public record PackageHead(byte[] signature, ControlSegment control) {

  /**
   * Parses the beginning of a package that is stored by itself.
   *
   * @param source the package's name, for messages
   * @throws VerificationException if it is not a control segment, with or without a signature
   *     segment before it
   */
  public static PackageHead parse(byte[] head, String source) throws IOException {
    int signed = signatureLength(head, source);
    return new PackageHead(
        Arrays.copyOf(head, signed),
        ControlSegment.parse(Arrays.copyOfRange(head, signed, head.length), source));
  }

  private static int signatureLength(byte[] head, String source) throws IOException {
    try (GzipMembers members = new GzipMembers(new ByteArrayInputStream(head), source)) {
      InputStream first = bounded(members.next(), source);
      TarEntry entry = tar(first, source).next();
      if (entry == null || !SegmentSignature.isSignature(entry)) {
        return 0;
      }
      first.transferTo(OutputStream.nullOutputStream());
      return Math.toIntExact(members.offset());
    }
  }

  private static InputStream bounded(@Nullable InputStream member, String source) {
    if (member == null) {
      throw new VerificationException(
          source + ": the package has no control segment. Use another image.");
    }
    return new BoundedInputStream(member, ControlSegment.MAX_BYTES, source);
  }

  private static TarReader tar(InputStream member, String source) {
    return new TarReader(member, source, TarLimits.alpineMetadata(ControlSegment.MAX_BYTES));
  }

  /** Returns the bytes in front of the data segment. */
  public byte[] bytes() {
    byte[] all = Arrays.copyOf(signature, signature.length + control.compressed().length);
    System.arraycopy(control.compressed(), 0, all, signature.length, control.compressed().length);
    return all;
  }

  /**
   * Returns the name of the first key of a keyring that signed the control segment; empty if none
   * did, also if the signature segment is malformed.
   *
   * @param source the package's name, for messages
   */
  public Optional<String> signer(Keyring keyring, String source) {
    try {
      return signatures(source).stream()
          .filter(each -> keyring.get(each.keyName()) != null && each.javaAlgorithm() != null)
          .filter(each -> isSigned(each, keyring, source))
          .map(SegmentSignature::keyName)
          .findFirst();
    } catch (VerificationException | IOException e) {
      return Optional.empty();
    }
  }

  private boolean isSigned(SegmentSignature by, Keyring keyring, String source) {
    SignatureCheck check = new SignatureCheck(List.of(by), keyring, 1, source);
    check.write(control.compressed(), 0, control.compressed().length);
    return check.isTrusted();
  }

  private List<SegmentSignature> signatures(String source) throws IOException {
    if (signature.length == 0) {
      return List.of();
    }
    try (GzipMembers members = new GzipMembers(new ByteArrayInputStream(signature), source)) {
      TarReader tar = tar(bounded(members.next(), source), source);
      TarEntry first = tar.next();
      return first == null ? List.of() : SegmentSignature.read(tar, first, source);
    }
  }
}
