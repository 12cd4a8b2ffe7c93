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
 * Takes the compressed bytes of a signed segment and says whether a trusted key signed them. Of
 * several signatures one good one by a trusted key is enough.
 */
final class SignatureCheck extends OutputStream {

  private record Candidate(Signature verifier, byte[] signature) {}

  private final List<SegmentSignature> signatures;
  private final Keyring keyring;
  private final String source;
  private final List<Candidate> candidates = new ArrayList<>();

  /**
   * @param max usable signatures that there may be
   * @throws VerificationException where none of the signatures is by a trusted key
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
              + " signatures by trusted keys; "
              + max
              + " is the most");
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

  /** Whether a trusted key signed what was written; to be asked once, at the end. */
  boolean isTrusted() {
    return candidates.stream().anyMatch(SignatureCheck::verifies);
  }

  /** What to say where no trusted key did. */
  VerificationException refusal() {
    return new VerificationException(source + ": " + reason() + "; trusted keys are " + trusted());
  }

  private static boolean verifies(Candidate candidate) {
    try {
      return candidate.verifier().verify(candidate.signature());
    } catch (SignatureException damaged) {
      // A signature of the wrong length verifies as little as one of the wrong bytes.
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
    return "the signature by " + String.join(", ", names) + " does not fit the content";
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
              + ", which Alpine signs with; check jdk.security in java.security",
          e);
    }
  }
}
