package ai.opencode.sandbox;

import ai.opencode.sandbox.apk.AnApk;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.archive.Attributes;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** The packages of an unpacked root, built anew as the next release: with its files and scripts. */
final class RebuiltPackages {

  private static final Map<String, Character> FIELDS =
      Map.of(
          "pkgdesc", 'T',
          "url", 'U',
          "license", 'L',
          "origin", 'o',
          "maintainer", 'm',
          "builddate", 't',
          "commit", 'c',
          "provider_priority", 'k',
          "replaces_priority", 'q',
          "arch", 'A');

  private static final Map<String, Character> LISTS = Map.of("depend", 'D', "provides", 'p');

  private static final Map<String, Character> LINES = Map.of("install_if", 'i', "replaces", 'r');

  private final Path root;
  private final Map<String, Integer> modes;
  private final Map<Long, String> users;
  private final Map<Long, String> groups;

  private RebuiltPackages(Path root, Map<String, Integer> modes) throws IOException {
    this.root = root;
    this.modes = modes;
    this.users = names(root.resolve("etc/passwd"));
    this.groups = names(root.resolve("etc/group"));
  }

  /** Returns the packages in the database's order. */
  static List<AnApk> of(Path root) throws IOException {
    return of(root, Map.of());
  }

  /**
   * Returns the packages in the database's order.
   *
   * @param modes other modes for some directories, by path
   */
  static List<AnApk> of(Path root, Map<String, Integer> modes) throws IOException {
    Path directory = root.resolve("lib/apk/db");
    InstalledDatabase database;
    try (var in = Files.newInputStream(directory.resolve("installed"))) {
      database = InstalledDatabase.parse(in, "installed");
    }
    boolean compressed = Files.exists(directory.resolve("scripts.tar.gz"));
    Path archive = directory.resolve(compressed ? "scripts.tar.gz" : "scripts.tar");
    ScriptArchive scripts =
        ScriptArchive.parse(Files.readAllBytes(archive), compressed, archive.toString());
    List<String> triggers = Files.readAllLines(directory.resolve("triggers"));
    RebuiltPackages rebuilt = new RebuiltPackages(root, modes);
    List<AnApk> packages = new ArrayList<>();
    for (InstalledPackage each : database.packages()) {
      packages.add(rebuilt.rebuilt(each, scripts, triggers));
    }
    return packages;
  }

  private AnApk rebuilt(InstalledPackage installed, ScriptArchive scripts, List<String> triggers)
      throws IOException {
    Map<Character, String> record = new HashMap<>();
    for (String line : installed.pkg().toRecord().split("\n", -1)) {
      if (!line.isEmpty()) {
        record.put(line.charAt(0), line.substring(2));
      }
    }
    AnApk apk = AnApk.named(installed.pkg().name()).version(next(record.getOrDefault('V', "")));
    apk = apk.info("size", record.getOrDefault('I', "0"));
    for (Map.Entry<String, Character> each : FIELDS.entrySet()) {
      String value = record.get(each.getValue());
      apk = value == null ? apk.info(each.getKey()) : apk.info(each.getKey(), value);
    }
    for (Map.Entry<String, Character> each : LISTS.entrySet()) {
      String value = record.get(each.getValue());
      if (value != null) {
        apk = apk.info(each.getKey(), next(value).split(" ", -1));
      }
    }
    for (Map.Entry<String, Character> each : LINES.entrySet()) {
      String value = record.get(each.getValue());
      if (value != null) {
        apk = apk.info(each.getKey(), next(value));
      }
    }
    for (String line : triggers) {
      String start = installed.pkg().checksum() + " ";
      if (line.startsWith(start)) {
        apk = apk.triggers(line.substring(start.length()));
      }
    }
    for (var each : scripts.scripts().entrySet()) {
      if (each.getKey().startsWith(installed.pkg().label() + ".")) {
        apk =
            apk.script(
                each.getKey().substring(each.getKey().lastIndexOf('.') + 1),
                new String(each.getValue().content(), StandardCharsets.UTF_8));
      }
    }
    return withContents(apk, installed);
  }

  private AnApk withContents(AnApk plain, InstalledPackage installed) throws IOException {
    AnApk apk = plain;
    for (InstalledPackage.Directory directory : installed.directories()) {
      if (!directory.path().isEmpty()) {
        Attributes attributes = attributes(directory.access());
        apk =
            apk.withDirectory(
                directory.path(),
                attributes.withMode(modes.getOrDefault(directory.path(), attributes.mode())));
      }
      for (InstalledPackage.File file : directory.files()) {
        String path =
            directory.path().isEmpty() ? file.name() : directory.path() + "/" + file.name();
        Path there = root.resolve(path);
        apk =
            Files.isSymbolicLink(there)
                ? apk.withLink(path, Files.readSymbolicLink(there).toString())
                : apk.withFile(path, attributes(file.access()), Files.readAllBytes(there));
      }
    }
    return apk;
  }

  private Attributes attributes(Access owner) {
    return Attributes.of(owner)
        .withNames(users.getOrDefault(owner.uid(), ""), groups.getOrDefault(owner.gid(), ""));
  }

  /** Raises the release in each version that has one. */
  private static String next(String versions) {
    return versions.replaceAll("-r\\d+(?= |$)", "-r99");
  }

  private static Map<Long, String> names(Path file) throws IOException {
    Map<Long, String> names = new HashMap<>();
    for (String line : Files.readAllLines(file)) {
      String[] fields = line.split(":", -1);
      names.putIfAbsent(Long.parseLong(fields[2]), fields[0]);
    }
    return names;
  }
}
