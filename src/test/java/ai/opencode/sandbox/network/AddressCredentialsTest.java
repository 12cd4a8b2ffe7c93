package ai.opencode.sandbox.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.build.BuildSettings;
import ai.opencode.sandbox.failure.UsageException;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressCredentialsTest {

  @Test
  void areTakenOutOfAddresses() {
    AddressCredentials.Separated separated =
        AddressCredentials.separate("https://me:s%40cret@mirror.test/alpine/main");

    assertThat(separated.address()).isEqualTo("https://mirror.test/alpine/main");
    assertThat(separated.credentials())
        .contains(
            new AddressCredentials(URI.create("https://mirror.test/alpine/main"), "me", "s@cret"));
    assertThat(separated.credentials().orElseThrow().toString()).doesNotContain("s@cret");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"/srv/a@b", "https://mirror.test/x@y", "https://mirror.test/alpine/community"})
  void areNotSeenInOtherPlaces(String address) {
    assertThat(AddressCredentials.separate(address))
        .isEqualTo(new AddressCredentials.Separated(address, Optional.empty()));
  }

  @ParameterizedTest
  @CsvSource({
    "https://me@mirror.test, https://mirror.test, me, ''",
    "https://me:@mirror.test/x, https://mirror.test/x, me, ''",
    "https://a:b:c@mirror.test/x@y, https://mirror.test/x@y, a, b:c",
  })
  void mayLackAPassword(String address, String rest, String user, String password) {
    assertThat(AddressCredentials.separate(address))
        .isEqualTo(
            new AddressCredentials.Separated(
                rest, Optional.of(new AddressCredentials(URI.create(rest), user, password))));
  }

  @Test
  void areRefusedInAnUnreadableForm() {
    assertThatThrownBy(() -> AddressCredentials.separate("https://me:s%zz@mirror.test/main"))
        .isInstanceOf(UsageException.class)
        .hasMessageStartingWith("The user and password before https://mirror.test/main are not");
  }

  @Test
  void ofATaggedRepositoryLeaveItsTag() {
    BuildSettings settings =
        BuildSettings.standard()
            .withRepositories(List.of("@edge https://me:secret@mirror.test/edge", "/srv/a@b"));

    assertThat(settings.inputs().repositories())
        .extracting(Object::toString)
        .containsExactly("@edge https://mirror.test/edge", "/srv/a@b");
    assertThat(settings.network().settings().credentials()).hasSize(1);
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
