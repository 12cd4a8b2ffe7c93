package ai.opencode.sandbox.run;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ai.opencode.sandbox.failure.UsageException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class WorkspaceTest {

  @ParameterizedTest
  @CsvSource({
    "/srv/project, /srv/project, false",
    "/srv/project:ro, /srv/project, true",
    "/srv/project:rw, /srv/project, false",
    "/srv/a:ro:rw, /srv/a:ro, false",
    "/srv/a:b, /srv/a:b, false",
    "/srv/a:RO, /srv/a:RO, false"
  })
  void parsesTheDirectoryAndItsMode(String text, Path directory, boolean readonly) {
    assertThat(Workspace.of(text)).isEqualTo(new Workspace(directory, readonly));
  }

  @Test
  void isRelativeToTheCurrentDirectory() {
    assertThat(Workspace.of(".:ro").directory()).isEqualTo(Path.of(".").toAbsolutePath());
  }

  @ParameterizedTest
  @ValueSource(strings = {"", ":ro", ":rw"})
  void refusesAModeWithoutADirectory(String text) {
    assertThatThrownBy(() -> Workspace.of(text))
        .isInstanceOf(UsageException.class)
        .hasMessageContaining("names no directory. Write .:ro");
  }

  @Test
  void aDefaultWorkspaceKeepsTheMode() {
    HostFiles readonly = HostFiles.none().withWorkspace(Workspace.empty().withReadonly(true));

    assertThat(
            RunRequest.of("image")
                .withHostFiles(readonly)
                .withDefaultWorkspace(Path.of("/srv"))
                .workspace())
        .isEqualTo(new Workspace(Path.of("/srv"), true));
  }
}
