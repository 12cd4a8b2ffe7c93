package ai.opencode.sandbox.definition.file;

import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.failure.DefinedPath;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.oci.Reference;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The content of a file {@code sandbox.yaml}.
 *
 * @param path the file
 * @param images the images in the order of the file
 * @param settings the settings beside them
 * @param places the lines and columns of the images' paths, such as {@code 7:5}
 * @param sources the files and directories that are copied into images, by the same places
 * @param requests the names of the packages that images ask for, by the same places
 */
public record SandboxFile(
    Path path,
    List<ImageDefinition> images,
    FileSettings settings,
    Map<DefinedPath, String> places,
    Map<String, Path> sources,
    Map<String, String> requests) {

  /** The name of a file that is found in the current directory. */
  public static final String NAME = "sandbox.yaml";

  /** The name of the lock beside a file. */
  public static final String LOCK = "sandbox.lock.json";

  /** The parent of images that begin with the base image alone. */
  static final String ALPINE = "alpine";

  static final int MAX_IMAGES = 100;

  private static final int MAX_NAME = 128;

  public SandboxFile {
    images = List.copyOf(images);
    places = Map.copyOf(places);
    sources = Collections.unmodifiableMap(new LinkedHashMap<>(sources));
    requests = Collections.unmodifiableMap(new LinkedHashMap<>(requests));
  }

  /**
   * Returns the place of a path of an image, such as {@code sandbox.yaml:7:5}: that of the path, or
   * of the directory that it was copied with. A parent that is derived from an image of the file,
   * for another user, has the paths of that image.
   */
  public Optional<String> placeOf(DefinedPath wanted) {
    String image = nearest(wanted.image());
    for (String above = wanted.path(); !above.isEmpty(); above = parent(above)) {
      String place = places.get(new DefinedPath(image, above));
      if (place != null) {
        return Optional.of(path + ":" + place);
      }
    }
    return Optional.empty();
  }

  /** Returns the places, such as {@code sandbox.yaml:4:16}, where packages are asked for. */
  public List<String> placesOfPackages(Collection<String> names) {
    return requests.entrySet().stream()
        .filter(each -> names.contains(each.getValue()))
        .map(each -> path + ":" + each.getKey())
        .toList();
  }

  /** Returns the longest name of an image of the file with which a name begins. */
  private String nearest(String name) {
    return images.stream()
        .map(ImageDefinition::name)
        .filter(each -> name.equals(each) || name.startsWith(each + "-"))
        .max(Comparator.comparingInt(String::length))
        .orElse(name);
  }

  private static String parent(String path) {
    return path.substring(0, path.lastIndexOf('/'));
  }

  /** Returns the lock file that belongs to this file. */
  public Path lock() {
    return path.resolveSibling(LOCK);
  }

  /**
   * Reads a file.
   *
   * @param parents the images that the file's images may begin with, by all of their names
   * @param allowOutside whether paths may lead out of the file's directory
   * @param contents whether the contents of files beside this one are read
   * @throws UsageException if anything in the file is wrong; it lists every mistake
   */
  public static SandboxFile read(
      Path path, Map<String, ImageDefinition> parents, boolean allowOutside, Contents contents)
      throws IOException {
    Mistakes mistakes = new Mistakes(path.toString());
    SandboxFile file =
        new Reading(path, parents, allowOutside, contents, mistakes).read(bytes(path));
    mistakes.requireNone();
    return file;
  }

  private static byte[] bytes(Path path) throws IOException {
    if (!Files.exists(path)) {
      throw new UsageException(
          "There is no file " + path + ". Correct the name that --file gives, or write the file.");
    }
    if (!Files.isRegularFile(path)) {
      throw new UsageException(
          path + " is not a regular file. Name one with --file, or remove what has this name.");
    }
    try (InputStream in = Files.newInputStream(path)) {
      return in.readNBytes(SourceText.MAX_BYTES + 1);
    }
  }

  /** The reading of one file. */
  private static final class Reading {

    private final Path path;
    private final Map<String, ImageDefinition> parents;
    private final Contents contents;
    private final Mistakes mistakes;
    private final Values values;
    private final Surroundings surroundings;
    private final SettingsReader settings;
    private final Set<String> refusedNames = new HashSet<>();

    Reading(
        Path path,
        Map<String, ImageDefinition> parents,
        boolean allowOutside,
        Contents contents,
        Mistakes mistakes) {
      this.contents = contents;
      Path directory = path.getParent() == null ? Path.of("") : path.getParent();
      this.path = path;
      this.parents = parents;
      this.mistakes = mistakes;
      this.values = new Values(mistakes);
      this.surroundings = new Surroundings(directory, allowOutside, mistakes);
      this.settings =
          new SettingsReader(values, surroundings, new Addresses(surroundings, mistakes), mistakes);
    }

    SandboxFile read(byte[] bytes) {
      Optional<Yaml.Document> document =
          SourceText.of(bytes, mistakes).map(text -> Yaml.read(text, mistakes));
      return document.flatMap(this::read).orElseGet(this::empty);
    }

    private SandboxFile empty() {
      return new SandboxFile(path, List.of(), FileSettings.none(), Map.of(), Map.of(), Map.of());
    }

    /** Returns the map that is the whole file; anything else is reported. */
    private Optional<Node.Entries> root(Yaml.Document document) {
      if (document.root().isEmpty() || document.root().get() instanceof Node.Nothing) {
        if (document.complete()) {
          mistakes.add(Place.START, "The file is empty. Begin it with " + Key.IMAGES.example());
        }
        return Optional.empty();
      }
      Node root = document.root().get();
      if (root instanceof Node.Entries map) {
        return Optional.of(map);
      }
      if (!(root instanceof Node.Refused)) {
        mistakes.add(
            root.place(),
            "The file needs a map, and this is "
                + root.kind()
                + ". Begin it with "
                + Key.IMAGES.example());
      }
      return Optional.empty();
    }

    private Optional<SandboxFile> read(Yaml.Document document) {
      Optional<Node.Entries> root = root(document);
      if (root.isEmpty()) {
        return Optional.empty();
      }
      Map<Key, Node> keys = values.keys(Key.Section.FILE, root.get());
      FileSettings read = settings.read(keys);
      List<ImageDraft> drafts = drafts(keys, document.complete());
      if (!document.complete()) {
        return Optional.empty();
      }
      List<ImageDraft> named =
          drafts.stream().filter(each -> !refusedNames.contains(each.name().value())).toList();
      ImageGraph graph = new ImageGraph(named, parents, mistakes);
      graph.requireParents(drafts);
      if (!graph.isFreeOfCircles()) {
        return Optional.empty();
      }
      Map<String, ImageDefinition> known = new LinkedHashMap<>(parents);
      for (ImageDraft draft : graph.parentsFirst()) {
        Definition.of(draft, known, contents, mistakes)
            .ifPresent(image -> known.put(draft.name().value(), image));
      }
      return Optional.of(
          new SandboxFile(
              path,
              drafts.stream()
                  .flatMap(draft -> Optional.ofNullable(known.get(draft.name().value())).stream())
                  .toList(),
              read,
              places(drafts),
              sources(drafts),
              requests(drafts)));
    }

    private static Map<String, String> requests(List<ImageDraft> drafts) {
      Map<String, String> requests = new LinkedHashMap<>();
      drafts.stream()
          .flatMap(draft -> draft.packages().stream())
          .forEach(each -> requests.put(each.place().toString(), each.value().name()));
      return requests;
    }

    private static Map<String, Path> sources(List<ImageDraft> drafts) {
      Map<String, Path> sources = new LinkedHashMap<>();
      drafts.stream()
          .flatMap(draft -> draft.files().stream())
          .forEach(each -> sources.put(each.place().toString(), each.source()));
      return sources;
    }

    private static Map<DefinedPath, String> places(List<ImageDraft> drafts) {
      Map<DefinedPath, String> places = new HashMap<>();
      for (ImageDraft draft : drafts) {
        String image = draft.name().value();
        draft
            .files()
            .forEach(
                each -> places.put(new DefinedPath(image, each.path()), each.place().toString()));
        draft
            .writable()
            .forEach(
                each -> places.put(new DefinedPath(image, each.path()), each.place().toString()));
      }
      return places;
    }

    private List<ImageDraft> drafts(Map<Key, Node> keys, boolean complete) {
      List<ImageDraft> drafts = new ArrayList<>();
      Node node = keys.get(Key.IMAGES);
      if (node == null) {
        return drafts;
      }
      ImageReader reader =
          new ImageReader(
              values,
              surroundings,
              new PackageNames(values, complete ? settings.tags(keys) : Set.of(), mistakes),
              complete,
              mistakes);
      for (Node.Entry entry : values.map(Key.IMAGES, node)) {
        Placed<String> name = new Placed<>(entry.key().place(), entry.key().text());
        if (!isName(name)) {
          refusedNames.add(name.value());
        }
        if (entry.value() instanceof Node.Entries map) {
          drafts.add(reader.read(name, map));
        } else {
          values.expected(Key.IMAGES, name.value(), "a map", entry.value());
        }
      }
      if (drafts.size() > MAX_IMAGES) {
        mistakes.add(
            drafts.get(MAX_IMAGES).name().place(),
            "The file has more than " + MAX_IMAGES + " images. Divide it.");
      }
      return drafts;
    }

    private boolean isName(Placed<String> name) {
      String text = name.value();
      if (text.length() > MAX_NAME || !Reference.isRepository(text)) {
        mistakes.add(
            name.place(),
            Shown.of(text)
                + " cannot name an image. Write lower-case letters, digits and single ., _ or -"
                + " between them.");
        return false;
      }
      if (parents.containsKey(text) || text.equals(ALPINE)) {
        mistakes.add(
            name.place(),
            Shown.of(text)
                + " is the name of an image that exists already. Write another name, such as acme-"
                + text
                + ".");
        return false;
      }
      return true;
    }
  }
}
