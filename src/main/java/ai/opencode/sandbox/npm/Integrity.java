package ai.opencode.sandbox.npm;

import ai.opencode.sandbox.archive.BulkInputStream;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.stability.Api;
import java.io.IOException;
import java.io.InputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;

/**
 * The hash of a tarball in a lock, in the form of Subresource Integrity: {@code sha512-<base64>}.
 *
 * <p>Of several hashes the strongest counts, as in npm. SHA-1 and MD5 are always refused: both can
 * be forged, and every public registry has had SHA-512 for years.
 *
 * @param base64 the hash, with padding
 */
@Api
public record Integrity(Algorithm algorithm, String base64) {

  /** Accepted hash functions, weakest first. */
  public enum Algorithm {
    SHA256("sha256", "SHA-256", 32),
    SHA384("sha384", "SHA-384", 48),
    SHA512("sha512", "SHA-512", 64);

    private final String label;
    private final String javaName;
    private final int bytes;

    Algorithm(String label, String javaName, int bytes) {
      this.label = label;
      this.javaName = javaName;
      this.bytes = bytes;
    }

    /** Returns the name in integrity values, such as {@code sha512}; safe in a file name. */
    public String label() {
      return label;
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
    // Later comparisons of the text require a single spelling of each hash.
    if (hash.length != algorithm.bytes
        || !Base64.getEncoder().encodeToString(hash).equals(base64)) {
      throw new VerificationException(
          "\""
              + base64
              + "\" is not the base64 form of the "
              + algorithm.bytes
              + " bytes of "
              + algorithm.label);
    }
  }

  /**
   * Parses an integrity value: one or more hashes, separated by white space.
   *
   * @throws VerificationException if no hash is strong enough, or two of the strongest kind differ
   */
  public static Integrity of(String text) {
    if (text.length() > MAX_TEXT) {
      throw new VerificationException("an integrity value longer than " + MAX_TEXT + " characters");
    }
    Integrity strongest = null;
    for (String hash : text.strip().split("\\s+", -1)) {
      for (Algorithm algorithm : Algorithm.values()) {
        // A label may contain a dash, such as that of SHA-3.
        String prefix = algorithm.label + "-";
        if (!hash.startsWith(prefix)) {
          continue;
        }
        int options = hash.indexOf('?');
        Integrity found =
            new Integrity(
                algorithm, hash.substring(prefix.length(), options < 0 ? hash.length() : options));
        if (strongest == null || strongest.algorithm.compareTo(algorithm) < 0) {
          strongest = found;
        } else if (strongest.algorithm == algorithm && !strongest.equals(found)) {
          throw new VerificationException(
              "\"" + text + "\" contains two different " + algorithm.label + " hashes");
        }
      }
    }
    if (strongest == null) {
      throw new VerificationException(
          "\""
              + text
              + "\" contains no trusted hash: expected sha512-<base64> (sha384 and sha256 are"
              + " accepted, sha1 and md5 are not)");
    }
    return strongest;
  }

  /** Returns the hash in hexadecimal, which is safe in a file name. */
  public String hex() {
    return HexFormat.of().formatHex(Base64.getDecoder().decode(base64));
  }

  /**
   * Returns a stream that passes the bytes on while hashing them. Reading its end throws a {@link
   * VerificationException} if the hash differs, so a caller must not use the bytes before it has
   * read the end. Closing early checks nothing.
   *
   * @param source the name of the stream in messages
   */
  public InputStream verifying(InputStream in, String source) {
    return new VerifyingInputStream(in, this, source);
  }

  /** Returns the {@code sha512-<base64>} form. */
  @Override
  public String toString() {
    return algorithm.label + "-" + base64;
  }

  /** Compares the hash of the bytes with the locked one. */
  void verify(MessageDigest digest, String source) {
    Integrity actual =
        new Integrity(algorithm, Base64.getEncoder().encodeToString(digest.digest()));
    if (!equals(actual)) {
      throw new VerificationException(
          source
              + ": the content differs from the locked one: expected "
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
