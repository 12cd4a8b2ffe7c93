package ai.opencode.sandbox.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.registry.RegistryAccess;
import ai.opencode.sandbox.verify.ImageVerifier;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The keys that must have signed the packages of images; OriginIT asks for their proof. */
class ProofOfOriginTest {

  @TempDir private Path directory;

  @Test
  void asksForNothingUnlessItIsWanted() throws Exception {
    ImageVerifier verifier = new ImageVerifier(RegistryAccess.standard());

    assertThat(
            new ProofOfOrigin(false, List.of(), Optional.empty(), Optional.empty())
                .askedBy(verifier))
        .isSameAs(verifier);
    assertThat(
            new ProofOfOrigin(true, List.of(), Optional.empty(), Optional.empty())
                .askedBy(verifier))
        .isNotSameAs(verifier);
  }

  @Test
  void refusesKeysForNoProof() {
    assertThatThrownBy(
            () -> new ProofOfOrigin(false, List.of(), Optional.of(directory), Optional.empty()))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("Trusted keys are named, but no proof of origin is asked for.");
  }

  @Test
  void refusesADirectoryThatDoesNotExist() {
    Path missing = directory.resolve("missing");
    assertThatThrownBy(
            () -> new ProofOfOrigin(true, List.of(), Optional.of(missing), Optional.empty()))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "There is no directory " + missing + ". Name one with the trusted keys' *.pub files.");
  }

  @Test
  void refusesALockThatDoesNotExistAndTwoKindsOfTrust() throws Exception {
    Path missing = directory.resolve("missing.json");
    assertThatThrownBy(
            () -> new ProofOfOrigin(true, List.of(), Optional.empty(), Optional.of(missing)))
        .isInstanceOf(UsageException.class)
        .hasMessage("There is no lock file " + missing + ". Name the lock whose keys are trusted.");
    Path lock = Files.writeString(directory.resolve("lock.json"), "{");
    assertThatThrownBy(
            () -> new ProofOfOrigin(true, List.of(), Optional.of(directory), Optional.of(lock)))
        .isInstanceOf(UsageException.class)
        .hasMessageEndingWith("not both. Leave out one.");
    assertThatThrownBy(
            () -> new ProofOfOrigin(false, List.of(), Optional.empty(), Optional.of(lock)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("--lock");
    ProofOfOrigin malformed =
        new ProofOfOrigin(true, List.of(), Optional.empty(), Optional.of(lock));
    assertThatThrownBy(() -> malformed.askedBy(new ImageVerifier(RegistryAccess.standard())))
        .isInstanceOf(LockException.class);
  }
}
