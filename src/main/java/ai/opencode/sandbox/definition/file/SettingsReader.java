package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.network.Authorities;
import ai.opencode.sandbox.oci.Architecture;
import ai.opencode.sandbox.oci.Platform;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The reader of those keys of {@code sandbox.yaml} that apply to all images, such as mirrors. */
final class SettingsReader {

  private static final Pattern TAG = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,63}");

  private final Values values;
  private final Surroundings surroundings;
  private final Addresses addresses;
  private final Mistakes mistakes;

  SettingsReader(Values values, Surroundings surroundings, Addresses addresses, Mistakes mistakes) {
    this.values = values;
    this.surroundings = surroundings;
    this.addresses = addresses;
    this.mistakes = mistakes;
  }

  /**
   * Returns the tags of all repositories. Those with a wrong address are among them, so that a
   * package with such a tag is not reported as well.
   */
  Set<String> tags(Map<Key, Node> keys) {
    Set<String> tags = new TreeSet<>();
    if (keys.get(Key.REPOSITORIES) instanceof Node.Entries map) {
      map.entries().forEach(entry -> tags.add(entry.key().text()));
    }
    return tags;
  }

  FileSettings read(Map<Key, Node> keys) {
    return new FileSettings(
        text(keys, Key.BASE).flatMap(addresses::base),
        repositories(keys.get(Key.REPOSITORIES)),
        files(keys, Key.KEYS),
        platforms(keys.get(Key.PLATFORMS)),
        text(keys, Key.REGISTRY).flatMap(addresses::namespace),
        mirrors(keys.get(Key.MIRRORS)),
        files(keys, Key.CA));
  }

  private Optional<Placed<String>> text(Map<Key, Node> keys, Key key) {
    Node node = keys.get(key);
    return node == null ? Optional.empty() : values.text(key, node);
  }

  private List<String> repositories(@Nullable Node node) {
    List<String> repositories = new ArrayList<>();
    if (node != null) {
      for (Node.Entry entry : values.map(Key.REPOSITORIES, node)) {
        String tag = entry.key().text();
        boolean valid = TAG.matcher(tag).matches();
        if (!valid) {
          mistakes.add(
              entry.key().place(),
              Shown.of(tag)
                  + " cannot be a tag. Write letters, digits and . - _ between them, without @.");
        }
        values
            .text(Key.REPOSITORIES, tag, entry.value())
            .filter(surroundings::hasNoComma)
            .flatMap(addresses::addressOrDirectory)
            .filter(address -> valid)
            .ifPresent(address -> repositories.add("@" + tag + " " + address));
      }
    }
    return repositories;
  }

  private List<Path> files(Map<Key, Node> keys, Key key) {
    Map<Path, Placed<String>> files = new LinkedHashMap<>();
    Node node = keys.get(key);
    if (node != null) {
      values.differentTexts(key, node).stream()
          .filter(surroundings::hasNoComma)
          .forEach(
              text ->
                  surroundings
                      .file(text)
                      .filter(file -> isValid(key, text, file))
                      .filter(file -> isNew(key, text, file, files))
                      .ifPresent(file -> files.put(file, text)));
    }
    return List.copyOf(files.keySet());
  }

  /**
   * Returns whether an entry is new: no earlier one names the same file, and no earlier key has its
   * file name. An entry that is not new is reported.
   */
  private boolean isNew(Key key, Placed<String> text, Path file, Map<Path, Placed<String>> before) {
    for (Map.Entry<Path, Placed<String>> each : before.entrySet()) {
      int line = each.getValue().place().line();
      if (isSame(file, each.getKey())) {
        mistakes.add(
            text.place(),
            Shown.of(text.value())
                + " is the same file as "
                + Shown.bare(each.getValue().value())
                + " in line "
                + line
                + ". Delete one of them.");
        return false;
      }
      if (key == Key.KEYS && file.getFileName().equals(each.getKey().getFileName())) {
        mistakes.add(
            text.place(),
            Shown.of(text.value())
                + " has the name of the key in line "
                + line
                + ", which it would replace in images. Rename one, and sign with its new name.");
        return false;
      }
    }
    return true;
  }

  private static boolean isSame(Path one, Path other) {
    try {
      return Files.isSameFile(one, other);
    } catch (IOException e) {
      // Both files were read before. If one is gone since then, the next reading reports it.
      return false;
    }
  }

  /** Returns whether a file has a key or certificates; if not, that is reported. */
  private boolean isValid(Key key, Placed<String> text, Path file) {
    try {
      if (key == Key.KEYS) {
        RepositoryKey.read(file);
      } else {
        Authorities.read(file);
      }
      return true;
    } catch (UsageException e) {
      mistakes.add(text.place(), String.valueOf(e.getMessage()));
    } catch (IOException e) {
      mistakes.add(text.place(), Shown.of(text.value()) + " cannot be read. Replace the file.");
    }
    return false;
  }

  private List<Platform> platforms(@Nullable Node node) {
    List<Platform> platforms = new ArrayList<>();
    if (node != null) {
      for (Placed<String> text : values.differentTexts(Key.PLATFORMS, node)) {
        try {
          platforms.add(Platform.of(text.value()));
        } catch (UsageException e) {
          mistakes.add(
              text.place(),
              Shown.of(text.value())
                  + " is not a supported platform. Write "
                  + Architecture.PLATFORMS
                  + ".");
        }
      }
      if (node instanceof Node.Items list && list.nodes().isEmpty()) {
        mistakes.add(node.place(), "The list is empty. Name a platform, or delete the key.");
      }
    }
    return platforms;
  }

  private Mirrors mirrors(@Nullable Node node) {
    if (node == null) {
      return Mirrors.none();
    }
    if (!(node instanceof Node.Entries map)) {
      values.expected(Key.MIRRORS, "a map", node);
      return Mirrors.none();
    }
    Map<Key, Node> keys = values.keys(Key.Section.MIRRORS, map);
    return new Mirrors(
        text(keys, Key.MIRROR_OF_ALPINE).flatMap(addresses::addressOrDirectory),
        text(keys, Key.MIRROR_OF_NPM).flatMap(addresses::address),
        text(keys, Key.MIRROR_OF_DOCKER_HUB).flatMap(addresses::namespace));
  }
}
