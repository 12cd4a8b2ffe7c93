package ai.opencode.sandbox.apk;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.oci.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.BiPredicate;

/**
 * The files of public keys as in {@code /etc/apk/keys}, where each key has the name of its file.
 * Unlike a {@link Keyring} it keeps their text.
 */
public final class KeyFiles {

  private static final KeyFiles NONE = new KeyFiles(new TreeMap<>());

  private final SortedMap<String, byte[]> pemByName;

  private KeyFiles(SortedMap<String, byte[]> pemByName) {
    this.pemByName = pemByName;
  }

  public static KeyFiles none() {
    return NONE;
  }

  /**
   * Returns files.
   *
   * @param pemByName the contents, which need not be keys, by the names of the files
   */
  public static KeyFiles of(Map<String, byte[]> pemByName) {
    SortedMap<String, byte[]> copy = new TreeMap<>();
    pemByName.forEach((name, pem) -> copy.put(name, pem.clone()));
    return new KeyFiles(copy);
  }

  /**
   * Returns these files and another one, which replaces one of the same name.
   *
   * @param pem the content of the file, which need not be a key
   */
  public KeyFiles with(String name, byte[] pem) {
    SortedMap<String, byte[]> more = new TreeMap<>(pemByName);
    more.put(name, pem.clone());
    return new KeyFiles(more);
  }

  /** Returns these files and that of a key, which replaces one of the same name. */
  public KeyFiles with(RepositoryKey key) {
    return with(key.name(), key.pem().getBytes(StandardCharsets.US_ASCII));
  }

  /** Returns the files of the keys that are accepted by name and fingerprint. */
  public KeyFiles only(BiPredicate<String, Digest> accepted) {
    SortedMap<String, byte[]> some = new TreeMap<>(pemByName);
    ring()
        .fingerprints()
        .forEach(
            (name, fingerprint) -> {
              if (!accepted.test(name, fingerprint)) {
                some.remove(name);
              }
            });
    return new KeyFiles(some);
  }

  /** Returns those files that are keys: no other file signs anything. */
  public KeyFiles sound() {
    SortedMap<String, byte[]> some = new TreeMap<>(pemByName);
    some.entrySet().removeIf(file -> !isSound(file.getKey(), file.getValue()));
    return new KeyFiles(some);
  }

  private static boolean isSound(String name, byte[] pem) {
    try {
      Keyring.of(Map.of(name, pem));
      return true;
    } catch (VerificationException e) {
      return false;
    }
  }

  public boolean isEmpty() {
    return pemByName.isEmpty();
  }

  /** Returns the content of a file. */
  public Optional<byte[]> find(String name) {
    return Optional.ofNullable(pemByName.get(name)).map(byte[]::clone);
  }

  /** An action on each file. */
  @FunctionalInterface
  public interface Action<E extends Exception> {
    void accept(String name, byte[] pem) throws E;
  }

  /** Takes an action on each file, in the order of the names. */
  public <E extends Exception> void forEach(Action<E> action) throws E {
    for (Map.Entry<String, byte[]> file : pemByName.entrySet()) {
      action.accept(file.getKey(), file.getValue());
    }
  }

  /**
   * Returns the keys in the files.
   *
   * @throws VerificationException if a file is no RSA public key in PEM form
   */
  public Keyring ring() {
    return Keyring.of(pemByName);
  }
}
