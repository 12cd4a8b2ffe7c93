package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.engine.ResolvedMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Hard links, through which a key can be read under a name that looks harmless. */
class LinkedKeysTest {

  @TempDir private Path directory;
  private Path root;
  private Path home;
  private Path project;

  @BeforeEach
  void makeAHome() throws IOException {
    root = directory.toRealPath();
    home = Files.createDirectories(root.resolve("home/me"));
    project = Files.createDirectories(home.resolve("project"));
    Files.createDirectories(project.resolve("deep/er/still"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        ".ssh/id",
        ".ssh/work/customers/a/id",
        ".gnupg/private-keys-v1.d/a.key",
        ".aws/sso/cache/a.json",
        ".azure/deep/er/token",
        ".password-store/work/mail/me.gpg",
        ".config/gcloud/legacy_credentials/me/adc.json",
        ".config/gh/hosts.yml",
        ".config/unheard/of/its/tokens",
        ".kube/cache/oidc/token",
        ".docker/contexts/tls/a/docker/key.pem",
        ".mozilla/firefox/a.default/key4.db",
        ".local/share/keyrings/login.keyring",
        ".local/share/keyrings/deep/er/login",
        ".claude/deep/er/credentials",
        ".cargo/credentials.toml",
        ".m2/settings.xml",
        ".netrc",
        ".git-credentials",
        ".unheard-of"
      })
  void findsASecondNameOfAKeyAtAnyDepth(String key) throws IOException {
    Path secret = file(home.resolve(key));
    Path second = Files.createLink(project.resolve("deep/er/still/harmless"), secret);

    for (Path mounted : List.of(second, second.getParent(), project)) {
      assertThat(verdict(mounted)).as(mounted.toString()).contains("keys");
    }
  }

  @Test
  void namesTheKeyAndItsSecondName() throws IOException {
    Path secret = file(home.resolve(".password-store/work/me.gpg"));
    Files.createLink(project.resolve("deep/harmless"), secret);

    assertThat(verdict(project))
        .contains(project.resolve("deep/harmless").toString())
        .contains("hard link")
        .contains(secret.toString());
  }

  @Test
  void keysOfAVariableAreKeysToo() throws IOException {
    Path store = root.resolve("secrets/store");
    Files.createLink(project.resolve("harmless"), file(store.resolve("a/b/c/d.gpg")));

    assertThat(verdict(project, Map.of("PASSWORD_STORE_DIR", store.toString()))).contains("keys");
    assertThat(verdict(project, Map.of())).isEqualTo("fine");
  }

  @Test
  void searchesTheTargetOfALinkInAHome() throws IOException {
    Path elsewhere = root.resolve("secrets/aws");
    Files.createLink(project.resolve("harmless"), file(elsewhere.resolve("a/b/c/token")));
    Files.createSymbolicLink(home.resolve(".aws"), elsewhere);

    assertThat(verdict(project)).contains("keys");
  }

  @Test
  void allowsLinksAmongProjectsAndFromStoresOfPackages() throws IOException {
    file(home.resolve(".ssh/id"));
    Files.createLink(project.resolve("deep/copy"), file(home.resolve("other/original")));
    Files.createLink(project.resolve("deep/a.js"), file(home.resolve(".cache/store/v3/ab/a.js")));
    Files.createLink(
        project.resolve("deep/b.js"), file(home.resolve(".local/share/pnpm/store/v3/b.js")));
    Files.createLink(
        project.resolve("deep/c.js"), file(home.resolve(".config/opencode/node_modules/c/c.js")));
    Files.createSymbolicLink(project.resolve("link"), home.resolve(".ssh"));

    assertThat(verdict(project)).isEqualTo("fine");
  }

  /** No mount is searched if no key has a second name, so size alone is not an objection. */
  @Test
  void aTreeTooLargeToBeSearchedIsRefusedOnceAKeyHasASecondName() throws IOException {
    Path large = Files.createDirectories(home.resolve("large"));
    for (int i = 0; i < 30; i++) {
      file(large.resolve("d" + i % 5 + "/f" + i));
    }
    LinkedKeys keys = new LinkedKeys(Set.of(), 20, 20);
    file(home.resolve(".ssh/id"));
    keys.add(home.resolve(".ssh"), true);
    assertThat(keys.objection(large)).isEmpty();

    Files.createLink(home.resolve("backup-of-id"), home.resolve(".ssh/id"));
    keys = new LinkedKeys(Set.of(), 20, 20);
    keys.add(home.resolve(".ssh"), true);
    assertThat(keys.objection(large))
        .hasValueSatisfying(reason -> assertThat(reason).contains("too large", ".ssh/id"));
    assertThat(keys.objection(large.resolve("d1"))).isEmpty();
  }

  @Test
  void aTreeOfKeysIsSearchedUpToItsBound() throws IOException {
    Path keys = home.resolve(".password-store");
    for (int i = 0; i < 50; i++) {
      file(keys.resolve("d" + i % 5 + "/f" + i));
    }
    Path id = file(home.resolve(".ssh/id"));
    Path second = Files.createLink(project.resolve("harmless"), id);
    LinkedKeys bounded = new LinkedKeys(Set.of(), 20, 20);
    bounded.add(keys, true);
    bounded.add(home.resolve(".ssh"), true); // One large place does not hide another.

    assertThat(bounded.objection(second)).isPresent();
  }

  private static Path file(Path path) throws IOException {
    Files.createDirectories(path.getParent());
    return Files.writeString(path, "secret");
  }

  private String verdict(Path mounted) throws IOException {
    return verdict(mounted, Map.of());
  }

  private String verdict(Path mounted, Map<String, String> environment) throws IOException {
    ForbiddenPlaces places =
        new ForbiddenPlaces(
            root, HomeDirectories.of(root, List.of(home), 1000), environment, List.of(), List.of());
    return places.objection(ResolvedMount.of(mounted, "/mounted", true)).orElse("fine");
  }
}
