package ai.opencode.sandbox.apk;

import java.io.IOException;
import java.io.InputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.RSAPrivateCrtKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.RSAKeyGenParameterSpec;
import java.security.spec.RSAPrivateCrtKeySpec;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;

/** A packager's RSA key that signs test data. */
public final class ASigningKey {

  private static final Map<String, String> ALGORITHMS =
      Map.of("RSA", "SHA1withRSA", "RSA256", "SHA256withRSA", "RSA512", "SHA512withRSA");

  /** Numbers whose product is a modulus of 2048 bits; each two of them make another key. */
  private static final List<BigInteger> PRIMES =
      new String(resource("test-primes.txt"), StandardCharsets.US_ASCII)
          .lines()
          .map(line -> new BigInteger(line, 16))
          .toList();

  private static final AtomicInteger MADE = new AtomicInteger();

  private final String name;
  private final String algorithm;
  private final KeyPair pair;

  private ASigningKey(String name, String algorithm, KeyPair pair) {
    this.name = name;
    this.algorithm = algorithm;
    this.pair = pair;
  }

  /**
   * Creates a key with a file name under {@code /etc/apk/keys} that signs as Alpine does. It is not
   * the key of another call; the search for primes, which takes most of a key's time, is done.
   */
  public static ASigningKey named(String name) {
    try {
      return new ASigningKey(name, "RSA", pair(MADE.getAndIncrement()));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  private static KeyPair pair(int number) throws GeneralSecurityException {
    int left = number;
    for (int larger = 1; larger < PRIMES.size(); left -= larger++) {
      if (left < larger) {
        return pair(PRIMES.get(larger), PRIMES.get(left));
      }
    }
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  private static KeyPair pair(BigInteger p, BigInteger q) throws GeneralSecurityException {
    BigInteger e = RSAKeyGenParameterSpec.F4;
    BigInteger n = p.multiply(q);
    BigInteger underP = p.subtract(BigInteger.ONE);
    BigInteger underQ = q.subtract(BigInteger.ONE);
    BigInteger d = e.modInverse(underP.multiply(underQ));
    KeyFactory keys = KeyFactory.getInstance("RSA");
    return new KeyPair(
        keys.generatePublic(new RSAPublicKeySpec(n, e)),
        keys.generatePrivate(
            new RSAPrivateCrtKeySpec(
                n, e, d, p, q, d.mod(underP), d.mod(underQ), q.modInverse(p))));
  }

  private static byte[] resource(String file) {
    try (InputStream in = ASigningKey.class.getResourceAsStream(file)) {
      return in.readAllBytes();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Returns a key that is the same in every run, so that signatures have the same bytes each time.
   * It is public and proves nothing.
   */
  public static ASigningKey fixed(String name) {
    try {
      KeyFactory keys = KeyFactory.getInstance("RSA");
      PrivateKey secret =
          keys.generatePrivate(
              new PKCS8EncodedKeySpec(
                  Base64.getMimeDecoder().decode(resource("test-signing-key.txt"))));
      RSAPrivateCrtKey numbers = (RSAPrivateCrtKey) secret;
      PublicKey open =
          keys.generatePublic(
              new RSAPublicKeySpec(numbers.getModulus(), numbers.getPublicExponent()));
      return new ASigningKey(name, "RSA", new KeyPair(open, secret));
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /** Returns the same key signing as {@code RSA}, {@code RSA256} or {@code RSA512}. */
  public ASigningKey signingAs(String newAlgorithm) {
    return new ASigningKey(name, newAlgorithm, pair);
  }

  public String name() {
    return name;
  }

  /** Returns the public key as a {@code .rsa.pub} file. */
  public byte[] pem() {
    String body =
        Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(pair.getPublic().getEncoded());
    return ("-----BEGIN PUBLIC KEY-----\n" + body + "\n-----END PUBLIC KEY-----\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  /** Returns a ring of some keys. */
  public static Keyring ring(ASigningKey... keys) {
    Map<String, byte[]> pems = new LinkedHashMap<>();
    for (ASigningKey key : keys) {
      pems.put(key.name, key.pem());
    }
    return Keyring.of(pems);
  }

  String entryName() {
    return ".SIGN." + algorithm + "." + name;
  }

  byte[] sign(byte[] segment) {
    try {
      Signature signer = Signature.getInstance(ALGORITHMS.getOrDefault(algorithm, "SHA1withRSA"));
      signer.initSign(pair.getPrivate());
      signer.update(segment);
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }
}
