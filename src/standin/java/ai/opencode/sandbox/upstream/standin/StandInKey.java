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
 * The key that signs the stand-in repository: the same on every machine, derived from the public
 * constant below. It protects nothing, and need not: the signed packages are made and used on one
 * machine, and images made from them are labelled and not published. A random key would make
 * digests differ between machines, but the stand-in exists to show reproducibility. The signature
 * exists so that the code that verifies signatures is used.
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

  /**
   * Signs with RSA PKCS#1 v1.5 over SHA-256, which is deterministic: it uses neither salt nor
   * nonce.
   */
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

  /** Returns the public key as a PEM file, SubjectPublicKeyInfo. */
  byte[] publicKeyPem() {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey.getEncoded());
    return ("-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * Returns the first suitable prime at or after 1024 bits of hash output whose two top bits are
   * set.
   */
  private static BigInteger prime(String label) {
    MessageDigest sha256 = Digest.newSha256();
    byte[] bytes = new byte[PRIME_BITS / 8];
    for (int i = 0; i < bytes.length; i += 32) {
      byte[] block = sha256.digest((SEED + " " + label + i).getBytes(StandardCharsets.UTF_8));
      System.arraycopy(block, 0, bytes, i, 32);
    }
    BigInteger prime =
        new BigInteger(1, bytes).setBit(PRIME_BITS - 1).setBit(PRIME_BITS - 2).nextProbablePrime();
    // The exponent is prime, so it only must not divide this number.
    while (prime.subtract(BigInteger.ONE).mod(EXPONENT).signum() == 0) {
      prime = prime.nextProbablePrime();
    }
    return prime;
  }
}
