package ai.opencode.sandbox.fetch;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.apk.ARepository;
import ai.opencode.sandbox.apk.ASigningKey;
import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.Repository;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.failure.VerificationException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Indexes of repositories, which are believed if a trusted key signed them. */
class IndexFetcherTest {

  private static final ASigningKey KEY = ASigningKey.fixed("test.rsa.pub");
  private static final IndexFetcher.Keys NONE = () -> Keyring.of(Map.of());

  @TempDir private Path folder;
  private final IndexFetcher fetcher = new IndexFetcher(new Download(true));

  @Test
  void refusesAnIndexThatIsADirectoryOrPipe() throws Exception {
    Files.createDirectories(folder.resolve("x86_64/APKINDEX.tar.gz"));

    assertThatThrownBy(
            () -> fetcher.fetch(new RepositoryLocation(folder.toString()), "x86_64", NONE))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("is not a regular file");
  }

  @Test
  void readsARepositoryOfOneArchitecture() throws Exception {
    repository().architecture("aarch64").write();

    Repository read =
        fetcher.fetch(new RepositoryLocation(folder.toString()), "aarch64", IndexFetcherTest::keys);

    assertThat(read.location()).hasToString(folder.toString());
    assertThat(read.packages()).extracting(ApkPackage::name).containsExactly("tool", "other");
  }

  @Test
  void namesTheAddressOfAMissingRepository() {
    repository().write();

    assertThatThrownBy(
            () ->
                fetcher.fetch(
                    new RepositoryLocation(folder.toString()), "aarch64", IndexFetcherTest::keys))
        .isInstanceOf(UsageException.class)
        .hasMessage(
            "No Alpine repository for aarch64 at %s: %s/aarch64/APKINDEX.tar.gz does not exist."
                + " Check the address and the architecture.",
            folder, folder);
  }

  @Test
  void asksForNoKeysOfAMissingRepository() {
    AtomicBoolean asked = new AtomicBoolean();

    assertThatThrownBy(
            () ->
                fetcher.fetch(
                    new RepositoryLocation(folder.toString()),
                    "x86_64",
                    () -> {
                      asked.set(true);
                      return keys();
                    }))
        .isInstanceOf(UsageException.class);
    assertThat(asked).isFalse();
  }

  @Test
  void refusesAnIndexSignedByUnknownKey() {
    repository().write();

    assertThatThrownBy(
            () -> fetcher.fetch(new RepositoryLocation(folder.toString()), "x86_64", NONE))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith(folder + "/x86_64/APKINDEX.tar.gz");
  }

  @Test
  void readsAnIndexWithoutItsRepository() throws Exception {
    repository().write();
    Path file = folder.resolve("x86_64/APKINDEX.tar.gz");

    Repository read =
        IndexFetcher.read(file, new RepositoryLocation("main"), IndexFetcherTest::keys);

    assertThat(read.location()).hasToString("main");
    assertThat(read.packages()).hasSize(2);
    assertThatThrownBy(() -> IndexFetcher.read(file, new RepositoryLocation("main"), NONE))
        .isInstanceOf(VerificationException.class)
        .hasMessageStartingWith(file.toString());
  }

  private ARepository repository() {
    return ARepository.in(folder).with(AnApk.named("tool"), AnApk.named("other")).signed(KEY);
  }

  private static Keyring keys() {
    return Keyring.of(Map.of(KEY.name(), KEY.pem()));
  }
}
