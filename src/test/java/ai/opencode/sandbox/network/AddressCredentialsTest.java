package ai.opencode.sandbox.network;

import static org.assertj.core.api.Assertions.assertThat;

import ai.opencode.sandbox.build.BuildSettings;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.Test;

class AddressCredentialsTest {

  @Test
  void areTakenOutOfAddresses() {
    AddressCredentials.Separated separated =
        AddressCredentials.separate(
            List.of(
                "https://me:s%40cret@mirror.test/alpine/main",
                "/srv/a@b",
                "@edge https://mirror.test/x@y",
                "https://mirror.test/alpine/community"));

    assertThat(separated.addresses())
        .containsExactly(
            "https://mirror.test/alpine/main",
            "/srv/a@b",
            "@edge https://mirror.test/x@y",
            "https://mirror.test/alpine/community");
    assertThat(separated.credentials())
        .containsExactly(
            new AddressCredentials(URI.create("https://mirror.test/alpine/main"), "me", "s@cret"));
    assertThat(separated.credentials().get(0).toString()).doesNotContain("s@cret");
  }

  @Test
  void coverAddressesBelowOnTheSameServerOnly() {
    AddressCredentials alice =
        new AddressCredentials(URI.create("https://mirror.test/alpine/"), "alice", "s");
    assertThat(alice.cover(URI.create("https://mirror.test/alpine/main/x.apk"))).isTrue();
    assertThat(alice.cover(URI.create("https://MIRROR.test/alpine"))).isTrue();
    assertThat(alice.cover(URI.create("https://mirror.test/alpine-other/x"))).isFalse();
    assertThat(alice.cover(URI.create("https://mirror.test:8443/alpine/x"))).isFalse();
    assertThat(alice.cover(URI.create("http://mirror.test/alpine/x"))).isFalse();
    assertThat(alice.cover(URI.create("https://mirror.test.evil.test/alpine/x"))).isFalse();
  }

  @Test
  void buildSettingsShowThemNowhere() {
    BuildSettings settings =
        BuildSettings.standard().withRepositories(List.of("https://me:secret@mirror.test/main"));

    assertThat(settings.toString()).contains("https://mirror.test/main").doesNotContain("secret");
    assertThat(settings.withOffline(true).network().settings().credentials()).hasSize(1);
    assertThat(
            settings
                .withRegistries(BuildSettings.standard().registries())
                .network()
                .authorization(URI.create("https://mirror.test/main/x"), false))
        .contains(HttpProxy.basic("me", "secret"));
  }
}
