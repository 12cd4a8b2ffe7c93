package ai.opencode.sandbox.definition.file;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** The keys of the file's maps, each with an example for messages. */
enum Key {
  IMAGES(Section.FILE, "images", "{tools: {from: base}}"),
  REPOSITORIES(Section.FILE, "repositories", "{acme: https://apk.acme.example/v1}"),
  KEYS(Section.FILE, "keys", "[acme.rsa.pub]"),
  BASE(Section.FILE, "base", "docker.io/library/alpine:3.24@sha256:…"),
  PLATFORMS(Section.FILE, "platforms", "[linux/amd64, linux/arm64]"),
  REGISTRY(Section.FILE, "registry", "registry.acme.example/sandboxes"),
  MIRRORS(Section.FILE, "mirrors", "{npm: https://npm.acme.example}"),
  CA(Section.FILE, "ca", "[acme-ca.pem]"),

  FROM(Section.IMAGE, "from", "base"),
  DESCRIPTION(Section.IMAGE, "description", "Tools for the agents of Acme"),
  PACKAGES(Section.IMAGE, "packages", "[jq, ripgrep]"),
  WITHOUT(Section.IMAGE, "without", "[vim]"),
  NPM(Section.IMAGE, "npm", "agent/"),
  FILES(Section.IMAGE, "files", "{/etc/acme.conf: {from: acme.conf}}"),
  ENV(Section.IMAGE, "env", "{ACME: \"1\"}"),
  WORKDIR(Section.IMAGE, "workdir", "/workspace"),
  ENTRYPOINT(Section.IMAGE, "entrypoint", "[/usr/bin/tool, --option]"),
  COMMAND(Section.IMAGE, "command", "[bash]"),
  USER(Section.IMAGE, "user", "\"1000:1000\""),
  PORTS(Section.IMAGE, "ports", "[8080]"),
  LABELS(Section.IMAGE, "labels", "{com.acme.team: agents}"),
  WRITABLE(Section.IMAGE, "writable", "{/var/lib/acme: 64m}"),

  COPY_FROM(Section.COPY, "from", "acme.conf"),
  COPY_MODE(Section.COPY, "mode", "\"0644\""),
  COPY_OWNER(Section.COPY, "owner", "\"0:0\""),

  MIRROR_OF_ALPINE(Section.MIRRORS, "alpine", "https://mirror.acme.example/alpine"),
  MIRROR_OF_NPM(Section.MIRRORS, "npm", "https://npm.acme.example"),
  MIRROR_OF_DOCKER_HUB(Section.MIRRORS, "docker.io", "registry.acme.example/hub");

  /** The maps whose keys are fixed. */
  enum Section {
    FILE("the file", "to the left margin"),
    IMAGE("an image", "to an image, below images"),
    COPY("a file in an image", "to a path, below files"),
    MIRRORS("mirrors", "below mirrors");

    private final String owner;
    private final String place;

    Section(String owner, String place) {
      this.owner = owner;
      this.place = place;
    }

    /** Returns the words for the map in messages. */
    String owner() {
      return owner;
    }

    /** Returns the words for the map's place, after "Move it". */
    String place() {
      return place;
    }
  }

  private final Section section;
  private final String word;
  private final String value;

  Key(Section section, String word, String value) {
    this.section = section;
    this.word = word;
    this.value = value;
  }

  Section section() {
    return section;
  }

  /** Returns the key as it is written. */
  String word() {
    return word;
  }

  /** Returns an example of key and value. */
  String example() {
    return word + ": " + value;
  }

  static List<Key> of(Section section) {
    return Arrays.stream(values()).filter(key -> key.section == section).toList();
  }

  static List<String> words(Section section) {
    return of(section).stream().map(Key::word).toList();
  }

  static Optional<Key> find(Section section, String word) {
    return of(section).stream().filter(key -> key.word.equals(word)).findFirst();
  }
}
