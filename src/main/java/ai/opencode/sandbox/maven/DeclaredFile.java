package ai.opencode.sandbox.maven;

import ai.opencode.sandbox.SandboxImages;
import ai.opencode.sandbox.definition.file.Contents;
import ai.opencode.sandbox.definition.file.FileSettings;
import ai.opencode.sandbox.definition.file.SandboxFile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The images and settings of a {@code sandbox.yaml}. Its reader is in the artifact of the tools.
 */
final class DeclaredFile {

  static final String NAME = "sandbox.yaml";

  private DeclaredFile() {}

  static Declared read(Path path) throws IOException {
    SandboxFile file = SandboxFile.read(path, PomImages.ofProduct(), false, Contents.READ);
    FileSettings settings = file.settings();
    Map<String, String> mirrors = new LinkedHashMap<>();
    settings.mirrors().dockerHub().ifPresent(mirror -> mirrors.put("docker.io", mirror));
    return new Declared(
        file.images().isEmpty() ? SandboxImages.all() : file.images(),
        new Declared.Inputs(
            settings.base().orElse(null),
            settings.repositories(),
            settings.keys(),
            settings.platforms()),
        new Declared.Servers(
            settings.registry().orElse(null),
            mirrors,
            settings.mirrors().alpine().orElse(null),
            settings.mirrors().npm().orElse(null),
            settings.authorities()),
        file.lock());
  }
}
