package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.oci.Json;
import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import org.jspecify.annotations.Nullable;

/**
 * The check that an image's global npm packages ({@code /usr/local/lib/node_modules}) are those in
 * this release's npm locks, and have exactly the files of their tarballs.
 */
final class NpmPackageCheck implements Check {

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "npm-content", "every global npm package has the files that its archive has, and no others",
        "npm-package", "the promised global npm packages exist in their versions");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    for (String name : image.contract().contents().npmPackages()) {
      installed(image, GlobalModules.DIRECTORY + name, name, null, flaws);
    }
    GlobalModules modules = image.unowned().modules();
    if (modules == null) {
      return;
    }
    modules
        .packages()
        .forEach((directory, pkg) -> installed(image, directory, pkg.name(), pkg, flaws));
    contents(image, modules, flaws);
  }

  private static void contents(Examined image, GlobalModules modules, Flaws flaws) {
    Map<String, String> known = NpmContents.known();
    NpmContents.in(image.root(), modules)
        .forEach(
            (directory, actual) -> {
              LockedNpmPackage pkg = Objects.requireNonNull(modules.packages().get(directory));
              String wanted =
                  pkg.tarballIntegrity().map(each -> known.get(each.toString())).orElse(actual);
              if (!wanted.equals(actual)) {
                flaws.add(
                    "npm-content",
                    "/" + directory,
                    "its files are not those of the archive of " + pkg.id());
              }
            });
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
        flaws.add("npm-package", name, "/" + path + " has the name " + json.path("name"));
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
