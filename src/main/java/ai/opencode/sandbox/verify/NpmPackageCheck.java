package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.oci.Json;
import ai.opencode.sandbox.verify.content.Flaws;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The global npm packages are those of the lock, by place, name and version. The lock has checksums
 * of archives that no image holds, so a file inside a package is not compared.
 */
final class NpmPackageCheck implements Check {

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "npm-package", "the global npm packages that were promised are there, in their versions");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    for (String name : image.contract().npmPackages()) {
      installed(image, GlobalModules.FOLDER + name, name, null, flaws);
    }
    GlobalModules modules = image.unowned().modules();
    if (modules == null) {
      return;
    }
    modules
        .packages()
        .forEach((directory, pkg) -> installed(image, directory, pkg.name(), pkg, flaws));
  }

  private static void installed(
      Examined image, String directory, String name, @Nullable LockedNpmPackage pkg, Flaws flaws) {
    String path = directory + "/package.json";
    Optional<String> text = image.root().text(path);
    if (text.isEmpty()) {
      flaws.add("npm-package", name, "there is no /" + path);
      return;
    }
    try {
      JsonNode json = Json.parse(text.get().getBytes(StandardCharsets.UTF_8), "/" + path);
      if (!json.path("name").asText().equals(name)) {
        flaws.add("npm-package", name, "/" + path + " is of " + json.path("name"));
      } else if (pkg != null && !json.path("version").asText().equals(pkg.version())) {
        flaws.add(
            "npm-package",
            name,
            "/"
                + path
                + " is of version "
                + json.path("version")
                + ", and the npm lock of this release has "
                + pkg.version());
      }
    } catch (VerificationException e) {
      flaws.add("npm-package", name, String.valueOf(e.getMessage()));
    }
  }
}
