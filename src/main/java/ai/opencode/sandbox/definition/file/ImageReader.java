package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.definition.ExposedPort;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.definition.file.ImageDraft.Assignment;
import ai.opencode.sandbox.definition.file.ImageDraft.Copy;
import ai.opencode.sandbox.definition.file.ImageDraft.Owner;
import ai.opencode.sandbox.definition.file.ImageDraft.Writable;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The reading of one image of the file. */
final class ImageReader {

  private static final Pattern VARIABLE = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");
  private static final Pattern LABEL =
      Pattern.compile("[A-Za-z0-9](?:[A-Za-z0-9._/-]*[A-Za-z0-9])?");
  private static final int MAX_PATH = 4095;
  private static final int MAX_PART = 255;

  private final Values values;
  private final Surroundings surroundings;
  private final PackageNames packageNames;
  private final boolean complete;
  private final Mistakes mistakes;

  /**
   * Creates a reader.
   *
   * @param complete whether the file could be read to its end, so that a missing key is a mistake
   */
  ImageReader(
      Values values,
      Surroundings surroundings,
      PackageNames packageNames,
      boolean complete,
      Mistakes mistakes) {
    this.complete = complete;
    this.values = values;
    this.surroundings = surroundings;
    this.packageNames = packageNames;
    this.mistakes = mistakes;
  }

  ImageDraft read(Placed<String> name, Node.Entries map) {
    Map<Key, Node> keys = values.keys(Key.Section.IMAGE, map);
    if (complete && !keys.containsKey(Key.FROM)) {
      mistakes.add(
          name.place(),
          Shown.of(name.value()) + " does not say what it begins with. Write from: base into it.");
    }
    Map<String, Placed<Dependency>> packages = packageNames.requests(keys.get(Key.PACKAGES));
    return new ImageDraft(
        name,
        text(keys, Key.FROM),
        lines(keys, Key.DESCRIPTION),
        List.copyOf(packages.values()),
        packageNames.names(keys.get(Key.WITHOUT), packages.keySet()),
        text(keys, Key.NPM).flatMap(this::npm),
        files(keys.get(Key.FILES)),
        environment(keys.get(Key.ENV)),
        text(keys, Key.WORKDIR).filter(path -> path.value().equals("/") || isInImage(path)),
        words(keys.get(Key.ENTRYPOINT), Key.ENTRYPOINT),
        words(keys.get(Key.COMMAND), Key.COMMAND),
        text(keys, Key.USER).flatMap(this::user),
        ports(keys.get(Key.PORTS)),
        labels(keys.get(Key.LABELS)),
        writable(keys.get(Key.WRITABLE)));
  }

  private Optional<Placed<String>> text(Map<Key, Node> keys, Key key) {
    Node node = keys.get(key);
    return node == null ? Optional.empty() : values.text(key, node);
  }

  private Optional<Placed<String>> lines(Map<Key, Node> keys, Key key) {
    Node node = keys.get(key);
    return node == null ? Optional.empty() : values.lines(key, node);
  }

  private Optional<Placed<Path>> npm(Placed<String> text) {
    Optional<Path> directory = surroundings.directory(text);
    if (directory.isEmpty()) {
      return Optional.empty();
    }
    boolean complete = true;
    for (String needed : List.of("package.json", "package-lock.json")) {
      Path file = directory.get().resolve(needed);
      if (!Files.isRegularFile(file)) {
        mistakes.add(
            text.place(),
            Shown.of(text.value())
                + " has no file "
                + needed
                + ". Run npm install --package-lock-only in it.");
        complete = false;
      } else if (surroundings.isLinkedOutside(file)) {
        mistakes.add(
            text.place(),
            Shown.of(text.value())
                + " has a "
                + needed
                + " that is a link out of the directory. Replace it by the file itself.");
        complete = false;
      }
    }
    return complete ? Optional.of(new Placed<>(text.place(), directory.get())) : Optional.empty();
  }

  private List<Copy> files(@Nullable Node node) {
    List<Copy> files = new ArrayList<>();
    Map<String, Place> seen = new HashMap<>();
    if (node != null) {
      for (Node.Entry entry : values.map(Key.FILES, node)) {
        Placed<String> path = new Placed<>(entry.key().place(), entry.key().text());
        Optional<Copy> file = file(path, entry.value());
        if (isNew(path, withoutSlash(path.value()), seen, "Keep")) {
          file.ifPresent(files::add);
        }
      }
    }
    return files;
  }

  /**
   * Returns whether a value is not in the file yet; if it is, in any notation, that is reported.
   */
  private <T> boolean isNew(Placed<String> text, T value, Map<T, Place> seen, String remedy) {
    Place first = seen.putIfAbsent(value, text.place());
    if (first != null) {
      mistakes.add(
          text.place(),
          Shown.of(text.value())
              + " is already in line "
              + first.line()
              + ". "
              + remedy
              + " one of them.");
    }
    return first == null;
  }

  private Optional<Copy> file(Placed<String> path, Node node) {
    boolean inImage = isInImage(new Placed<>(path.place(), withoutSlash(path.value())));
    if (!(node instanceof Node.Entries map)) {
      values.expected(Key.FILES, path.value(), "a map", node);
      return Optional.empty();
    }
    Map<Key, Node> keys = values.keys(Key.Section.COPY, map);
    boolean isDirectory = path.value().endsWith("/");
    Optional<Path> source =
        text(keys, Key.COPY_FROM)
            .flatMap(from -> isDirectory ? surroundings.copied(from) : surroundings.file(from));
    Optional<Integer> mode =
        text(keys, Key.COPY_MODE)
            .flatMap(
                text ->
                    parsed(
                        text,
                        Forms::mode,
                        "is not a mode. Write octal digits up to 0777, such as \"0644\"."));
    Optional<Owner> owner =
        text(keys, Key.COPY_OWNER)
            .flatMap(
                text ->
                    parsed(
                        text,
                        Forms::owner,
                        "is not an owner. Write user and group as numbers, such as"
                            + " \"1000:1000\"."));
    if (complete && !keys.containsKey(Key.COPY_FROM)) {
      mistakes.add(
          path.place(),
          Shown.of(path.value()) + " has no from. Name the file, such as from: acme.conf.");
    }
    return inImage && source.isPresent()
        ? Optional.of(
            new Copy(
                path.place(),
                withoutSlash(path.value()),
                source.get(),
                isDirectory,
                mode.orElse(null),
                owner.orElse(null)))
        : Optional.empty();
  }

  private static String withoutSlash(String path) {
    return path.length() > 1 && path.endsWith("/") ? path.substring(0, path.length() - 1) : path;
  }

  private boolean isInImage(Placed<String> path) {
    String reason = null;
    if (!path.value().startsWith("/")) {
      reason = "is not a path in the image. Begin it with a slash.";
    } else if (path.value().length() > MAX_PATH) {
      reason = "is longer than " + MAX_PATH + " characters. Shorten it.";
    } else {
      for (String part : path.value().substring(1).split("/", -1)) {
        if (part.isEmpty() || part.equals(".") || part.equals("..")) {
          reason = "has an empty part, or the part . or .. in it. Write a path without these.";
        } else if (part.length() > MAX_PART) {
          reason = "has a part of more than " + MAX_PART + " characters. Shorten it.";
        }
      }
    }
    if (reason != null) {
      mistakes.add(path.place(), Shown.of(path.value()) + " " + reason);
    }
    return reason == null;
  }

  private List<Assignment> environment(@Nullable Node node) {
    return named(
        Key.ENV,
        node,
        VARIABLE,
        " cannot name a variable. Use letters, digits and _, and no digit in front.");
  }

  private List<Assignment> labels(@Nullable Node node) {
    return named(
        Key.LABELS,
        node,
        LABEL,
        " cannot name a label. Use letters, digits, and . - _ or / between them.");
  }

  private List<Assignment> named(Key key, @Nullable Node node, Pattern form, String otherwise) {
    List<Assignment> named = new ArrayList<>();
    for (Assignment each : assignments(key, node)) {
      String name = each.name().value();
      if (form.matcher(name).matches()) {
        named.add(each);
      } else {
        mistakes.add(each.name().place(), Shown.of(name) + otherwise);
      }
    }
    return named;
  }

  private List<Assignment> assignments(Key key, @Nullable Node node) {
    List<Assignment> found = new ArrayList<>();
    if (node != null) {
      for (Node.Entry entry : values.map(key, node)) {
        if (entry.value() instanceof Node.Text) {
          values
              .lines(key, entry.value())
              .ifPresent(
                  text ->
                      found.add(
                          new Assignment(
                              new Placed<>(entry.key().place(), entry.key().text()), text)));
        } else if (entry.value() instanceof Node.Nothing nothing) {
          mistakes.add(
              nothing.place(),
              Shown.of(entry.key().text())
                  + " has no value. Write one"
                  + (key == Key.WRITABLE ? ", such as 64m." : ", or \"\" for an empty one."));
        } else {
          values.expected(key, entry.key().text(), "a text", entry.value());
        }
      }
    }
    return found;
  }

  private Optional<Placed<List<String>>> words(@Nullable Node node, Key key) {
    if (node == null) {
      return Optional.empty();
    }
    List<Placed<String>> words = values.texts(key, node);
    return Optional.of(new Placed<>(node.place(), words.stream().map(Placed::value).toList()));
  }

  private Optional<Placed<Owner>> user(Placed<String> text) {
    return parsed(
            text,
            Forms::owner,
            "is not a user. Write user and group as numbers, such as \"1000:1000\".")
        .filter(
            owner -> {
              boolean root = owner.uid() == 0 || owner.gid() == 0;
              if (root) {
                mistakes.add(text.place(), "A sandbox cannot run as root. Write numbers above 0.");
              }
              return !root;
            })
        .map(owner -> new Placed<>(text.place(), owner));
  }

  private List<Placed<ExposedPort>> ports(@Nullable Node node) {
    List<Placed<ExposedPort>> ports = new ArrayList<>();
    Map<ExposedPort, Place> seen = new HashMap<>();
    if (node != null) {
      for (Placed<String> text : values.texts(Key.PORTS, node)) {
        parsed(
                text,
                Forms::port,
                "is not a port. Write a number from 1 to 65535, with /udp behind it if it is not"
                    + " TCP.")
            .filter(port -> isNew(text, port, seen, "Delete"))
            .ifPresent(port -> ports.add(new Placed<>(text.place(), port)));
      }
    }
    return ports;
  }

  private List<Writable> writable(@Nullable Node node) {
    List<Writable> paths = new ArrayList<>();
    Map<String, Place> seen = new HashMap<>();
    for (Assignment each : assignments(Key.WRITABLE, node)) {
      String path = withoutSlash(each.name().value());
      Optional<Long> size =
          parsed(
              each.value(),
              Forms::size,
              "is not a size. Write a number with k, m or g, such as 64m.");
      if (size.isPresent() && size.get() < WritablePath.MIN_SIZE_BYTES) {
        mistakes.add(
            each.value().place(),
            Shown.of(each.value().value()) + " is too small. Write at least 1m.");
        size = Optional.empty();
      }
      boolean isNew = isNew(each.name(), path, seen, "Keep");
      if (isInImage(new Placed<>(each.name().place(), path)) && isNew && size.isPresent()) {
        paths.add(new Writable(each.name().place(), path, size.get()));
      }
    }
    return paths;
  }

  private <T> Optional<T> parsed(
      Placed<String> text, Function<String, Optional<T>> form, String otherwise) {
    Optional<T> parsed = form.apply(text.value());
    if (parsed.isEmpty()) {
      mistakes.add(text.place(), Shown.of(text.value()) + " " + otherwise);
    }
    return parsed;
  }
}
