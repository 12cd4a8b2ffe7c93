package ai.opencode.sandbox.apk;

import java.io.IOException;
import java.io.InputStream;
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
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;

/** A packager's RSA key that signs test data. */
public final class ASigningKey {

  private static final Map<String, String> ALGORITHMS =
      Map.of("RSA", "SHA1withRSA", "RSA256", "SHA256withRSA", "RSA512", "SHA512withRSA");

  private final String name;
  private final String algorithm;
  private final KeyPair pair;

  private ASigningKey(String name, String algorithm, KeyPair pair) {
    this.name = name;
    this.algorithm = algorithm;
    this.pair = pair;
  }

  /** Creates a key with a file name under {@code /etc/apk/keys} that signs as Alpine does. */
  public static ASigningKey named(String name) {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(2048);
      return new ASigningKey(name, "RSA", generator.generateKeyPair());
    } catch (GeneralSecurityException e) {
      throw new AssertionError(e);
    }
  }

  /**
   * Returns a key that is the same in every run, so that signatures have the same bytes each time.
   * It is public and proves nothing.
   */
  public static ASigningKey fixed(String name) {
    try (InputStream in = ASigningKey.class.getResourceAsStream("test-signing-key.txt")) {
      KeyFactory keys = KeyFactory.getInstance("RSA");
      PrivateKey secret =
          keys.generatePrivate(
              new PKCS8EncodedKeySpec(Base64.getMimeDecoder().decode(in.readAllBytes())));
      RSAPrivateCrtKey numbers = (RSAPrivateCrtKey) secret;
      PublicKey open =
          keys.generatePublic(
              new RSAPublicKeySpec(numbers.getModulus(), numbers.getPublicExponent()));
      return new ASigningKey(name, "RSA", new KeyPair(open, secret));
    } catch (GeneralSecurityException | IOException e) {
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
