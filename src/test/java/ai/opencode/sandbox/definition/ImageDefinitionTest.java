package ai.opencode.sandbox.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.failure.UsageException;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The changes that a definition's methods make. */
class ImageDefinitionTest {

  private static final SandboxUser ACME = SandboxUser.of("acme", 2000, 2001);

  @Test
  void alpineAloneHasNoPackagesButAllWritableDirectories() {
    ImageDefinition image = ImageDefinition.onAlpine("own");

    assertThat(image.allPackages()).isEmpty();
    assertThat(image.user().shell()).isEqualTo("/bin/sh");
    assertThat(image.container().command()).containsExactly("sh");
    assertThat(image.container().environment()).containsKeys("HOME", "PATH", "LANG");
    assertThat(image.directories()).isEqualTo(SandboxImages.base().directories());
    assertThat(WritableLabel.of(image)).isEmpty();
  }

  @Test
  void theStartOfContainers() {
    ContainerSettings container =
        SandboxImages.base()
            .withEntrypoint()
            .withCommand("node", "a.js")
            .withWorkingDirectory("/opt")
            .withPort("53/udp")
            .withPort(8080)
            .withPort("53")
            .withPort("8080/tcp")
            .container();

    assertThat(container.entrypoint()).isEmpty();
    assertThat(container.command()).containsExactly("node", "a.js");
    assertThat(container.workingDirectory()).isEqualTo("/opt");
    assertThat(container.ports())
        .extracting(ExposedPort::toString)
        .containsExactly("53/tcp", "53/udp", "8080/tcp");
  }

  @Test
  void withoutAPackageOfItsOwn() {
    ImageDefinition image =
        ImageDefinition.onAlpine("own").withPackages("nodejs>=20", "jq", "tool@acme");

    assertThat(image.withoutPackages("nodejs", "tool").packages())
        .extracting(Dependency::toString)
        .containsExactly("jq");
    assertThat(image.withoutPackages("jq").withPackages("jq").software().without()).isEmpty();
  }

  @Test
  void aRequestReplacesTheParentsOfTheSameName() {
    ImageDefinition parent =
        ImageDefinition.onAlpine("one").withPackages("nodejs>=20", "vim", "jq");
    ImageDefinition child = ImageDefinition.from(parent, "two").withPackages("nodejs<22", "!vim");

    assertThat(child.allPackages())
        .extracting(Dependency::toString)
        .containsExactly("!vim", "jq", "nodejs<22");
    assertThat(parent.allPackages())
        .extracting(Dependency::toString)
        .containsExactly("jq", "nodejs>=20", "vim");
  }

  @Test
  void withoutAPackageOfAParentHasAnotherParent() {
    ImageDefinition child =
        ImageDefinition.from(SandboxImages.developer(), "own").withoutPackages("vim", "jq");

    ImageDefinition developer = Objects.requireNonNull(child.parent());
    ImageDefinition base = Objects.requireNonNull(developer.parent());
    assertThat(child.allPackages())
        .extracting(Dependency::toString)
        .contains("git", "python3")
        .doesNotContain("vim", "jq");
    assertThat(developer.name()).isEqualTo("opencode-sandbox-developer-without-jq-vim");
    assertThat(base.name()).isEqualTo("opencode-sandbox-base-without-vim");
    assertThat(developer.npm()).isEqualTo(SandboxImages.developer().npm());
    assertThat(base.files()).isEqualTo(SandboxImages.base().files());
    assertThat(child.software().without()).containsExactly("jq", "vim");
    assertThat(developer.software().without()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "git>=", ">=1", "git jq", "git\u007f", "@acme", "git>=1@acme"})
  void refusesRequestsThatApkRefuses(String request) {
    assertThatThrownBy(() -> ImageDefinition.onAlpine("tools").withPackages(request))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("\" is not a package. Use a name such as git");
  }

  @Test
  void theNameOfAnotherParentIsShortAndItsOwn() {
    List<String> many = IntStream.range(0, 40).mapToObj(i -> "package" + i).toList();
    ImageDefinition parent = ImageDefinition.onAlpine("parent").withPackages(many);
    ImageDefinition child = ImageDefinition.from(parent, "child");

    String all = Objects.requireNonNull(child.withoutPackages(many).parent()).name();
    String most =
        Objects.requireNonNull(child.withoutPackages(many.subList(1, 40)).parent()).name();

    assertThat(all).hasSizeLessThan(80).isNotEqualTo(most);
  }

  @Test
  void withoutAPackageOfItsOwnKeepsItsParent() {
    ImageDefinition child =
        ImageDefinition.from(SandboxImages.base(), "own").withPackages("jq").withoutPackages("jq");

    assertThat(child.parent()).isEqualTo(SandboxImages.base());
  }

  @Test
  void withoutAPackageThatNothingAsksForIsRefused() {
    ImageDefinition child = ImageDefinition.from(SandboxImages.base(), "own");

    assertThatThrownBy(() -> child.withoutPackages("vmi"))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("own cannot be without vmi")
        .hasMessageContaining("vim");
    for (String each : List.of("nodejs>=20", "", "a b")) {
      assertThatThrownBy(() -> child.withoutPackages(each))
          .hasMessageContaining("is not the name of a package");
    }
  }

  @Test
  void anotherUserHasItsOwnHomeAndPaths() {
    ImageDefinition image = SandboxImages.base().withUser(ACME);

    assertThat(image.container().environment())
        .containsEntry("HOME", "/home/acme")
        .containsEntry("NPM_CONFIG_PREFIX", "/home/acme/.local")
        .containsEntry("NPM_CONFIG_CACHE", "/home/acme/.cache/npm");
    assertThat(image.container().environment().get("PATH")).startsWith("/home/acme/.local/bin:");
    assertThat(image.directories())
        .contains(
            new OwnedDirectory("/home/acme", 0770, 2000, 0),
            new OwnedDirectory("/home/acme/.local/share/opencode", 0770, 2000, 0),
            new OwnedDirectory("/workspace", 0775, 2000, 0));
    assertThat(image.toString()).doesNotContain("/home/opencode").doesNotContain("1000");
    assertThat(image.writablePaths()).isEqualTo(WritablePath.of(ACME));
    assertThat(image.files()).isEqualTo(SandboxImages.base().files());
  }

  @Test
  void anotherUserOfAChildIsThatOfItsParentsToo() {
    ImageDefinition child = ImageDefinition.from(SandboxImages.developer(), "own").withUser(ACME);

    assertThat(child.toString()).doesNotContain("/home/opencode");
    ImageDefinition developer = Objects.requireNonNull(child.parent());
    assertThat(developer.user()).isEqualTo(ACME);
    assertThat(developer.name()).startsWith("opencode-sandbox-developer-as-acme-");
    assertThat(Objects.requireNonNull(developer.parent()).user()).isEqualTo(ACME);
    assertThat(child.container().environment().get("NODE_PATH"))
        .isEqualTo("/home/acme/.local/lib/node_modules:/usr/local/lib/node_modules");
    assertThat(child.withUser(ACME)).isEqualTo(child);
  }

  @Test
  void anotherUserChangesOnlyWholePaths() {
    ImageDefinition image =
        ImageDefinition.onAlpine("own")
            .withEnvironment("A", "/home/opencode2:/x/home/opencode:/home/opencode-x")
            .withEnvironment("B", "--at=/home/opencode/b,/home/opencode")
            .withFile(StaticFile.of("/opt/b", "/home/opencode").withOwner(1000, 1000))
            .withLink(new SymbolicLink("/opt/c", "/home/opencode/.b"))
            .withUser(ACME);

    assertThat(image.container().environment())
        .containsEntry("A", "/home/opencode2:/x/home/opencode:/home/opencode-x")
        .containsEntry("B", "--at=/home/acme/b,/home/acme");
    assertThat(image.files())
        .containsExactly(StaticFile.of("/opt/b", "/home/opencode").withOwner(2000, 2001));
    assertThat(image.links()).containsExactly(new SymbolicLink("/opt/c", "/home/acme/.b"));
  }

  @Test
  void ownWritablePathsAreThoseOfParentsToo() {
    ImageDefinition parent = ImageDefinition.onAlpine("own").withWritablePath("/var/own", 2 << 20);
    ImageDefinition child =
        ImageDefinition.from(parent, "child")
            .withWritablePath("/home/opencode/.cache", 3 << 20)
            .withUser(ACME);

    assertThat(child.writablePaths())
        .contains(
            new WritablePath("/var/own", WritablePath.Storage.TMPFS, 2 << 20, 0770, true, 2000, 0),
            new WritablePath(
                "/home/acme/.cache", WritablePath.Storage.TMPFS, 3 << 20, 0770, true, 2000, 0))
        .hasSize(12);
    assertThat(WritableLabel.parse(WritableLabel.of(child).orElseThrow()))
        .contains(new WritableDirectory("/var/own", 2 << 20))
        .hasSize(10);
  }
}
