package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.VerificationException;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The hash that a lock promises for a tarball, in the words of Subresource Integrity: {@code
 * sha512-<base64>}.
 *
 * <p>Of several hashes the strongest counts, as in npm. SHA-1 and MD5 are refused even where they
 * are all there is: both can be forged, and every public registry has had SHA-512 for years.
 *
 * @param base64 the hash, with padding
 */
public record Integrity(Algorithm algorithm, String base64) {

  /** Hash functions that are believed, weakest first. */
  public enum Algorithm {
    SHA256("sha256", "SHA-256", 32),
    SHA384("sha384", "SHA-384", 48),
    SHA512("sha512", "SHA-512", 64);

    private final String prefix;
    private final String javaName;
    private final int bytes;

    Algorithm(String prefix, String javaName, int bytes) {
      this.prefix = prefix;
      this.javaName = javaName;
      this.bytes = bytes;
    }

    MessageDigest newDigest() {
      try {
        return MessageDigest.getInstance(javaName);
      } catch (NoSuchAlgorithmException e) {
        throw new AssertionError("every Java platform has " + javaName, e);
      }
    }
  }

  private static final int MAX_TEXT = 4096;

  public Integrity {
    byte[] hash;
    try {
      hash = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw new VerificationException(
          "\"" + base64 + "\" in an integrity value is not base64: " + e.getMessage(), e);
    }
    // Comparing text later is only safe where each hash has one spelling.
    if (hash.length != algorithm.bytes
        || !Base64.getEncoder().encodeToString(hash).equals(base64)) {
      throw new VerificationException(
          "\""
              + base64
              + "\" is not the base64 form of the "
              + algorithm.bytes
              + " bytes of "
              + algorithm.prefix);
    }
  }

  /**
   * Parses an integrity value: one or more hashes, separated by white space.
   *
   * @throws VerificationException where no hash is strong enough, or two of the strongest kind
   *     contradict each other
   */
  public static Integrity of(String text) {
    if (text.length() > MAX_TEXT) {
      throw new VerificationException("an integrity value longer than " + MAX_TEXT + " characters");
    }
    Integrity strongest = null;
    for (String hash : text.strip().split("\\s+", -1)) {
      int dash = hash.indexOf('-');
      String prefix = dash < 0 ? hash : hash.substring(0, dash);
      for (Algorithm algorithm : Algorithm.values()) {
        if (!algorithm.prefix.equals(prefix) || dash < 0) {
          continue;
        }
        int options = hash.indexOf('?');
        Integrity found =
            new Integrity(
                algorithm, hash.substring(dash + 1, options < dash ? hash.length() : options));
        if (strongest == null || strongest.algorithm.compareTo(algorithm) < 0) {
          strongest = found;
        } else if (strongest.algorithm == algorithm && !strongest.equals(found)) {
          throw new VerificationException(
              "\"" + text + "\" promises two different " + prefix + " hashes");
        }
      }
    }
    if (strongest == null) {
      throw new VerificationException(
          "\""
              + text
              + "\" holds no hash that can be trusted; expected sha512-<base64> (sha384 and sha256"
              + " are accepted, sha1 and md5 are not)");
    }
    return strongest;
  }

  /** The hash in hexadecimal, which is safe in a file name. */
  public String hex() {
    return HexFormat.of().formatHex(Base64.getDecoder().decode(base64));
  }

  /**
   * Passes a stream on while hashing it. Reading its end throws {@link VerificationException} where
   * the bytes were not the promised ones, so what was read must not be believed before the end has
   * been seen. Closing early checks nothing.
   *
   * @param source what to call the stream in messages
   */
  public InputStream verifying(InputStream in, String source) {
    return new VerifyingInputStream(in, this, source);
  }

  /** The {@code sha512-<base64>} form. */
  @Override
  public String toString() {
    return algorithm.prefix + "-" + base64;
  }

  /** Compares what was read with what was promised. */
  void verify(MessageDigest digest, String source) {
    Integrity actual =
        new Integrity(algorithm, Base64.getEncoder().encodeToString(digest.digest()));
    if (!equals(actual)) {
      throw new VerificationException(
          source
              + ": the bytes are not the ones that were locked: expected "
              + this
              + ", actual "
              + actual);
    }
  }

  private static final class VerifyingInputStream extends BulkInputStream {

    private final InputStream in;
    private final Integrity expected;
    private final String source;
    private final MessageDigest digest;
    private boolean verified;

    VerifyingInputStream(InputStream in, Integrity expected, String source) {
      this.in = in;
      this.expected = expected;
      this.source = source;
      this.digest = expected.algorithm.newDigest();
    }

    @Override
    public int read(byte[] bytes, int start, int length) throws IOException {
      int read = in.read(bytes, start, length);
      if (read > 0) {
        digest.update(bytes, start, read);
      } else if (read < 0 && !verified) {
        expected.verify(digest, source);
        verified = true;
      }
      return read;
    }

    @Override
    public int available() throws IOException {
      return in.available();
    }

    @Override
    public void close() throws IOException {
      in.close();
    }
  }
}
