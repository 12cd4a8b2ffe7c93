package ai.opencode.sandbox.maven;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.UsageException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PomImagesTest {

  private static Image image(String name, String from) {
    Image image = new Image();
    image.name = name;
    image.from = from;
    return image;
  }

  @Test
  void anImageIsTheSameAsInJava() throws Exception {
    Image image = image("acme/tools", "developer");
    image.description = "d";
    image.packages = List.of("jq");
    image.without = List.of("vim");
    image.env.put("A", "1");
    image.command = List.of("bash", "-l");
    image.ports = List.of("8080");
    Image.Writable writable = new Image.Writable();
    writable.path = "/var/lib/acme";
    image.writable = List.of(writable);

    assertThat(PomImages.of(List.of(image)))
        .containsExactly(
            ImageDefinition.from(SandboxImages.developer(), "acme/tools")
                .withPackages("jq")
                .withoutPackages("vim")
                .withDescription("d")
                .withWritablePath("/var/lib/acme", 64L << 20)
                .withEnvironment("A", "1")
                .withCommand("bash", "-l")
                .withPort("8080"));
  }

  @Test
  void anImageMayComeBeforeItsParent() throws Exception {
    List<ImageDefinition> images = PomImages.of(List.of(image("b", "a"), image("a", "alpine")));

    assertThat(images.get(0).parent()).isEqualTo(images.get(1));
  }

  @Test
  void refusesWhatCannotBeMade() {
    refuses("has no <name>", new Image());
    refuses("exists already", image("base", "base"));
    refuses("have the name \"a\"", image("a", "base"), image("a", "base"));
    refuses("no image \"x\"", image("a", "x"));
    refuses("begin with each other", image("a", "b"), image("b", "a"));
    Image file = image("a", "base");
    Image.Copy copy = new Image.Copy();
    copy.to = "/etc/a";
    file.files = List.of(copy);
    refuses("<from> is missing", file);
    Image label = image("a", "base");
    label.env.put("A=B", "1");
    refuses("A=B", label);
  }

  private static void refuses(String reason, Image... images) {
    assertThatThrownBy(() -> PomImages.of(List.of(images)))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining(reason);
  }
}
