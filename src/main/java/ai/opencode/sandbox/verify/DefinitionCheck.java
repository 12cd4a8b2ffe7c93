package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.npm.NpmPlatform;
import ai.opencode.sandbox.oci.Annotations;
import ai.opencode.sandbox.oci.ImageConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeSet;

/** Checks that an image built from a user's definition has what the definition says. */
final class DefinitionCheck implements Check {

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "defined-account",
            "the user of the definition exists once, with the ids, home and shell of the"
                + " definition",
        "defined-directory",
            "the directories of the definition exist, with the owners and modes that it states",
        "defined-file",
            "the files of the definition exist, with the content, owners and modes that it states",
        "defined-label", "the labels are those of the definition",
        "defined-npm", "the npm packages in the definition's directories are installed",
        "defined-package", "the packages that the definition requests are installed",
        "defined-start",
            "containers start with the definition's user, environment, entrypoint, command,"
                + " working directory and ports");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    DefinedImage defined = image.contract().definition();
    if (defined == null) {
      return;
    }
    start(image, defined, flaws);
    environment(image, defined, flaws);
    account(image, defined.account(), flaws);
    labels(image.config().labels(), defined, flaws);
    packages(image, defined, flaws);
    defined.entries().forEach((path, entry) -> entry(image, path, entry, flaws));
    for (DefinedImage.NpmPackages each : defined.npm()) {
      if (each.directory() != null) {
        npm(image, each, each.directory(), flaws);
      }
    }
  }

  private static void start(Examined image, DefinedImage defined, Flaws flaws) {
    ImageConfig config = image.config();
    DefinedImage.Start start = defined.start();
    DefinedImage.Account account = defined.account();
    expect("User", config.user(), account.uid() + ":" + account.gid(), flaws);
    // A container of an image without a working directory starts in the root directory.
    String directory = config.workingDirectory().isEmpty() ? "/" : config.workingDirectory();
    expect("WorkingDir", directory, start.workingDirectory(), flaws);
    expect("Entrypoint", config.entrypoint(), start.entrypoint(), flaws);
    expect("Cmd", config.command(), start.command(), flaws);
    for (String port : start.ports()) {
      if (!config.json().path("config").path("ExposedPorts").has(port)) {
        flaws.add("defined-start", "ExposedPorts", port + " is not exposed");
      }
    }
  }

  private static void expect(String where, Object actual, Object wanted, Flaws flaws) {
    if (!actual.equals(wanted)) {
      flaws.add(
          "defined-start",
          where,
          "it is \"" + actual + "\", and the definition has \"" + wanted + "\"");
    }
  }

  /**
   * The base image may have variables of its own, but none that makes programs run other files
   * first.
   */
  private static void environment(Examined image, DefinedImage defined, Flaws flaws) {
    Map<String, String> actual = image.environment();
    Map<String, String> wanted = defined.start().environment();
    wanted.forEach(
        (name, value) -> {
          String there = actual.get(name);
          if (!value.equals(there)) {
            flaws.add(
                "defined-start",
                name,
                (there == null ? "it is not set" : "it is \"" + there + "\"")
                    + ", and the definition has \""
                    + value
                    + "\"");
          }
        });
    for (String name : new TreeSet<>(actual.keySet())) {
      if (!wanted.containsKey(name) && EnvironmentCheck.isRefused(name)) {
        flaws.add(
            "defined-start", name, "it is set, and the definition does not have this variable");
      }
    }
  }

  private static void account(Examined image, DefinedImage.Account account, Flaws flaws) {
    String id = Integer.toString(account.uid());
    List<String[]> lines = AccountLines.of(image.root(), "etc/passwd");
    int named = 0;
    for (String[] line : lines) {
      if (AccountLines.field(line, 0).equals(account.name())) {
        named++;
        field("user id", AccountLines.field(line, 2), id, flaws);
        field("group id", AccountLines.field(line, 3), Integer.toString(account.gid()), flaws);
        field("home", AccountLines.field(line, 5), account.home(), flaws);
        field("shell", AccountLines.field(line, 6), account.shell(), flaws);
      } else if (AccountLines.field(line, 2).equals(id)) {
        flaws.add(
            "defined-account",
            "/etc/passwd",
            AccountLines.field(line, 0) + " has the user id " + id + " as well");
      }
    }
    if (named != 1) {
      flaws.add(
          "defined-account",
          "/etc/passwd",
          named == 0 ? "there is no user " + account.name() : account.name() + " is listed twice");
    }
  }

  private static void field(String what, String actual, String wanted, Flaws flaws) {
    if (!actual.equals(wanted)) {
      flaws.add(
          "defined-account",
          "/etc/passwd",
          "the user's " + what + " is " + actual + ", and the definition has " + wanted);
    }
  }

  private static void labels(Map<String, String> actual, DefinedImage defined, Flaws flaws) {
    label(Annotations.TITLE, defined.name(), actual, defined, flaws);
    defined
        .labels()
        .forEach(
            (name, value) -> {
              if (!name.equals(Annotations.TITLE) && !name.equals(Annotations.UPSTREAM)) {
                label(name, value, actual, defined, flaws);
              }
            });
  }

  private static void label(
      String name, String value, Map<String, String> actual, DefinedImage defined, Flaws flaws) {
    String wanted = defined.labels().getOrDefault(name, value);
    if (!wanted.equals(actual.get(name))) {
      String there = actual.get(name);
      flaws.add(
          "defined-label",
          name,
          (there == null ? "there is no such label" : "it is \"" + there + "\"")
              + ", and the definition has \""
              + wanted
              + "\"");
    }
  }

  private static void packages(Examined image, DefinedImage defined, Flaws flaws) {
    List<ApkPackage> packages = image.packages().stream().map(InstalledPackage::pkg).toList();
    for (Dependency request : defined.packages()) {
      if (!WorldCheck.holds(request, packages)) {
        flaws.add(
            "defined-package",
            request.toString(),
            request.conflict()
                ? "it is installed, and the definition excludes it"
                : "the definition requests it, and no installed package satisfies that");
      } else if (!WorldCheck.requests(image, request)) {
        flaws.add(
            "defined-package",
            request.toString(),
            "the definition requests it, and /etc/apk/world does not, so apk could remove it");
      }
    }
  }

  private static void entry(Examined image, String path, DefinedImage.Entry wanted, Flaws flaws) {
    String id =
        wanted instanceof DefinedImage.FileEntry || wanted instanceof DefinedImage.LinkEntry
            ? "defined-file"
            : "defined-directory";
    Optional<RootEntry> found = at(image, path);
    if (found.isEmpty()) {
      flaws.add(id, path, "it is missing");
      return;
    }
    RootEntry entry = found.get();
    if (wanted instanceof DefinedImage.FileEntry file) {
      if (!entry.isFile()) {
        flaws.add(id, path, otherKind(entry));
        return;
      }
      if (!file.sha1().equals(entry.sha1())) {
        flaws.add(id, path, "its content is not that of the definition");
      }
      attributes(entry, file.owner(), file.mode(), id, path, flaws);
    } else if (wanted instanceof DefinedImage.LinkEntry link) {
      if (!entry.isLink() || !link.target().equals(entry.target())) {
        flaws.add(
            id,
            path,
            "it is not the link to " + link.target() + ", which the definition has there");
      }
    } else if (!entry.isDirectory()) {
      flaws.add(id, path, otherKind(entry));
    } else if (wanted instanceof DefinedImage.DirectoryEntry directory) {
      attributes(entry, directory.owner(), directory.mode(), id, path, flaws);
    }
  }

  private static String otherKind(RootEntry entry) {
    return "it is " + entry.kind() + ", which the definition does not have there";
  }

  private static void attributes(
      RootEntry entry, String owner, int mode, String id, String path, Flaws flaws) {
    if (!entry.owner().equals(owner) || entry.mode() != mode) {
      flaws.add(
          id,
          path,
          "it has owner and mode "
              + entry.owner()
              + " "
              + entry.octalMode()
              + ", and the definition has "
              + owner
              + " "
              + Integer.toOctalString(mode));
    }
  }

  /**
   * Checks the npm packages of a project in a directory; {@link NpmPackageCheck} checks the global
   * ones.
   */
  private static void npm(
      Examined image, DefinedImage.NpmPackages npm, String directory, Flaws flaws) {
    NpmPlatform platform = NpmPlatform.of(image.platform().npmCpu(), image.root()::firstFrom);
    for (LockedNpmPackage each : npm.lock().forPlatform(platform).packages()) {
      String path = directory + "/" + each.installPath() + "/package.json";
      if (at(image, path).filter(RootEntry::isFile).isEmpty()) {
        flaws.add("defined-npm", each.id(), "there is no " + path);
      }
    }
  }

  /**
   * Returns the entry at a path. Links in its directory are followed; a link at the path itself is
   * not.
   */
  private static Optional<RootEntry> at(Examined image, String path) {
    int slash = path.lastIndexOf('/');
    if (slash <= 0) {
      return image.root().at(path.substring(1));
    }
    return image
        .root()
        .follow(path.substring(0, slash))
        .flatMap(parent -> image.root().at(below(parent.path(), path.substring(slash + 1))));
  }

  private static String below(String directory, String name) {
    return directory.isEmpty() ? name : directory + "/" + name;
  }
}
