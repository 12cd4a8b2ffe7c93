package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.VerificationException;
import java.io.OutputStream;
import java.security.GeneralSecurityException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;
import java.util.ArrayList;
import java.util.List;

/**
 * A stream that receives the compressed bytes of a signed segment and checks whether a trusted key
 * signed them. One valid signature by a trusted key suffices.
 */
final class SignatureCheck extends OutputStream {

  private record Candidate(Signature verifier, byte[] signature) {}

  private final List<SegmentSignature> signatures;
  private final Keyring keyring;
  private final String source;
  private final List<Candidate> candidates = new ArrayList<>();

  /**
   * Creates a check.
   *
   * @param signatures the signatures before the signed segment
   * @param keyring the trusted keys
   * @param max the maximum of signatures by trusted keys
   * @param source the name of the file, for messages
   * @throws VerificationException if none of the signatures is by a trusted key
   */
  SignatureCheck(List<SegmentSignature> signatures, Keyring keyring, int max, String source) {
    this.signatures = signatures;
    this.keyring = keyring;
    this.source = source;
    for (SegmentSignature signature : signatures) {
      PublicKey key = keyring.get(signature.keyName());
      String algorithm = signature.javaAlgorithm();
      if (key != null && algorithm != null) {
        candidates.add(new Candidate(verifier(algorithm, key), signature.bytes()));
      }
    }
    if (candidates.isEmpty()) {
      throw refusal();
    }
    if (candidates.size() > max) {
      throw new VerificationException(
          source
              + ": "
              + candidates.size()
              + " signatures by trusted keys, but at most "
              + max
              + " are allowed. Use another mirror.");
    }
  }

  @Override
  public void write(int b) {
    write(new byte[] {(byte) b}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int start, int length) {
    try {
      for (Candidate candidate : candidates) {
        candidate.verifier().update(bytes, start, length);
      }
    } catch (SignatureException e) {
      throw new IllegalStateException(e);
    }
  }

  /**
   * Returns whether a trusted key signed the bytes. This method may be called once only, after all
   * bytes have been written.
   */
  boolean isTrusted() {
    return candidates.stream().anyMatch(SignatureCheck::verifies);
  }

  /** Returns the failure for a segment that no trusted key signed. */
  VerificationException refusal() {
    return new VerificationException(
        source + ": " + reason() + " (trusted keys: " + trusted() + ")" + remedy());
  }

  private static boolean verifies(Candidate candidate) {
    try {
      return candidate.verifier().verify(candidate.signature());
    } catch (SignatureException damaged) {
      // A signature of the wrong length is as invalid as one with wrong bytes.
      return false;
    }
  }

  private String reason() {
    if (signatures.isEmpty()) {
      return "not signed";
    }
    List<String> names = signatures.stream().map(SegmentSignature::keyName).toList();
    if (candidates.isEmpty()) {
      return "signed with " + String.join(", ", names) + ", which is not trusted";
    }
    return "the signature by " + String.join(", ", names) + " does not match the content";
  }

  /** Returns the end of the message if a key is missing; empty for other failures. */
  private String remedy() {
    return signatures.isEmpty() || !candidates.isEmpty()
        ? ""
        : ". Name its public key with --key if the repository is your own, or use another source.";
  }

  private String trusted() {
    return keyring.names().isEmpty() ? "none" : String.join(", ", keyring.names());
  }

  private static Signature verifier(String algorithm, PublicKey key) {
    try {
      Signature verifier = Signature.getInstance(algorithm);
      verifier.initVerify(key);
      return verifier;
    } catch (GeneralSecurityException e) {
      throw new VerificationException(
          "This Java installation refuses "
              + algorithm
              + ", the algorithm of Alpine's signatures. Allow it in java.security.",
          e);
    }
  }
}
