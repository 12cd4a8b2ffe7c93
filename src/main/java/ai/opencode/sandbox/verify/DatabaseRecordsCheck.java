package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.DatabaseFile;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.RootEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;

/**
 * Checks that the database's records contain no duplicates and refer only to installed packages.
 */
final class DatabaseRecordsCheck implements Check {

  @Override
  public SortedMap<String, String> promises() {
    return Promises.of(
        "database-architecture", "every package is for the machine that the image is for",
        "database-duplicate", "no package is recorded twice, and no file has two owners",
        "database-scripts", "scripts and triggers belong to installed packages, none twice");
  }

  @Override
  public void run(Examined image, Flaws flaws) {
    Map<String, String> owners = new HashMap<>();
    Map<String, ApkPackage> names = new HashMap<>();
    Set<Checksum> checksums = new HashSet<>();
    Set<String> builds = new HashSet<>();
    for (InstalledPackage each : image.packages()) {
      ApkPackage pkg = each.pkg();
      try {
        checksums.add(pkg.checksum());
        builds.add(build(pkg.label(), pkg.checksum().toString()));
      } catch (VerificationException e) {
        flaws.add("database", pkg.name(), "its record has no checksum: " + e.getMessage());
      }
      if (names.put(pkg.name(), pkg) != null) {
        flaws.add("database-duplicate", pkg.name(), "the package is recorded twice");
      }
      if (!Set.of(image.platform().apkArchitecture(), "noarch").contains(pkg.architecture())) {
        flaws.add(
            "database-architecture",
            pkg.name(),
            "it is recorded for \""
                + pkg.architecture()
                + "\", the image is for "
                + image.platform().apkArchitecture());
      }
      for (InstalledPackage.Directory directory : each.directories()) {
        for (InstalledPackage.File file : directory.files()) {
          String path = "/" + directory.path() + "/" + file.name();
          String other = owners.put(path, pkg.name());
          if (other != null) {
            flaws.add(
                "database-duplicate", path, "it belongs to " + other + " and to " + pkg.name());
          }
        }
      }
    }
    if (image.database() != null) {
      scripts(image, builds, flaws);
      triggers(image, checksums, flaws);
    }
  }

  private static void triggers(Examined image, Set<Checksum> checksums, Flaws flaws) {
    for (String database : DatabaseFile.PLACES) {
      String path = database.replace("installed", "triggers");
      try {
        for (Checksum checksum :
            Triggers.parse(image.root().text(path).orElse(""), "/" + path).directories().keySet()) {
          if (!checksums.contains(checksum)) {
            flaws.add("database-scripts", "/" + path, "no package has the checksum " + checksum);
          }
        }
      } catch (VerificationException e) {
        flaws.add("database-scripts", "/" + path, String.valueOf(e.getMessage()));
      }
    }
  }

  private static void scripts(Examined image, Set<String> builds, Flaws flaws) {
    Set<String> seen = new HashSet<>();
    for (String database : DatabaseFile.PLACES) {
      for (String name : List.of("scripts.tar", "scripts.tar.gz")) {
        String path = database.replace("installed", name);
        RootEntry entry = image.root().follow(path).orElse(null);
        if (entry == null || entry.content() == null) {
          continue;
        }
        try {
          ScriptArchive.parse(entry.content(), name.endsWith(".gz"), "/" + path)
              .scripts()
              .keySet()
              .forEach(script -> script(script, builds, seen, path, flaws));
        } catch (VerificationException e) {
          flaws.add("database-scripts", "/" + path, String.valueOf(e.getMessage()));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
      }
    }
  }

  /**
   * Checks a script's name, {@code <name>-<version>.<checksum>.<kind>}. apk runs the script for the
   * package with that checksum, in either notation.
   */
  private static void script(
      String script, Set<String> builds, Set<String> seen, String path, Flaws flaws) {
    int dot = script.lastIndexOf('.');
    int checksum = dot < 0 ? -1 : script.lastIndexOf('.', dot - 1);
    String kind = script.substring(dot + 1);
    String build =
        checksum < 0
            ? ""
            : build(script.substring(0, checksum), script.substring(checksum + 1, dot));
    if (!builds.contains(build) || !ScriptArchive.isKind(kind)) {
      flaws.add("database-scripts", "/" + path, "no package has the script " + script);
    } else if (!seen.add(build + " " + kind)) {
      flaws.add("database-scripts", "/" + path, "a package has the script " + script + " twice");
    }
  }

  private static String build(String label, String checksum) {
    try {
      return label + " " + Checksum.of(checksum).hex();
    } catch (VerificationException e) {
      return "";
    }
  }
}
