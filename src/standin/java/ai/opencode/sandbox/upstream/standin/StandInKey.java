package ai.opencode.sandbox.upstream.standin;

import ai.opencode.sandbox.oci.Digest;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;

/**
 * The key that signs the stand-in repository: the same on every machine, derived from a constant
 * that stands below for all to read. So it protects nothing, and need not: what it signs is made
 * and consumed on one machine, images made from it say so, and they are not published. A random key
 * would make digests differ between machines, and reproducibility is what the stand-in is there to
 * show. The signature exists so that the code that checks signatures is exercised.
 */
final class StandInKey {

  /** The file's name under {@code /etc/apk/keys}, which signatures refer to. */
  static final String NAME = "opencode-sandbox-stand-in.rsa.pub";

  private static final String SEED = "opencode-sandbox stand-in: a key that protects nothing";
  private static final int PRIME_BITS = 1024;
  private static final BigInteger EXPONENT = BigInteger.valueOf(65537);

  private final PrivateKey privateKey;
  private final PublicKey publicKey;

  private StandInKey(PrivateKey privateKey, PublicKey publicKey) {
    this.privateKey = privateKey;
    this.publicKey = publicKey;
  }

  /** Derives the key; takes some tenths of a second. */
  static StandInKey derive() {
    BigInteger p = prime("p");
    BigInteger q = prime("q");
    BigInteger modulus = p.multiply(q);
    BigInteger pMinus1 = p.subtract(BigInteger.ONE);
    BigInteger qMinus1 = q.subtract(BigInteger.ONE);
    BigInteger d = EXPONENT.modInverse(pMinus1.multiply(qMinus1));
    try {
      KeyFactory factory = KeyFactory.getInstance("RSA");
      return new StandInKey(
          factory.generatePrivate(
              new RSAPrivateCrtKeySpec(
                  modulus, EXPONENT, d, p, q, d.mod(pMinus1), d.mod(qMinus1), q.modInverse(p))),
          factory.generatePublic(new RSAPublicKeySpec(modulus, EXPONENT)));
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has RSA", e);
    }
  }

  /** RSA PKCS#1 v1.5 over SHA-256, which is deterministic: no salt, no nonce. */
  byte[] sign(byte[] content) {
    try {
      Signature signature = Signature.getInstance("SHA256withRSA");
      signature.initSign(privateKey);
      signature.update(content);
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError("every Java platform has SHA256withRSA", e);
    }
  }

  /** The public half as a PEM file, SubjectPublicKeyInfo. */
  byte[] publicKeyPem() {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey.getEncoded());
    return ("-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** The first fitting prime at or after 1024 bits of hash output whose two top bits are set. */
  private static BigInteger prime(String label) {
    MessageDigest sha256 = Digest.newSha256();
    byte[] bytes = new byte[PRIME_BITS / 8];
    for (int i = 0; i < bytes.length; i += 32) {
      byte[] block = sha256.digest((SEED + " " + label + i).getBytes(StandardCharsets.UTF_8));
      System.arraycopy(block, 0, bytes, i, 32);
    }
    BigInteger prime =
        new BigInteger(1, bytes).setBit(PRIME_BITS - 1).setBit(PRIME_BITS - 2).nextProbablePrime();
    // The exponent is prime: it only has to be no divisor.
    while (prime.subtract(BigInteger.ONE).mod(EXPONENT).signum() == 0) {
      prime = prime.nextProbablePrime();
    }
    return prime;
  }
}
