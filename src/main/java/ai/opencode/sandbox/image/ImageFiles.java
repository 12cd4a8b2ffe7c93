package ai.opencode.sandbox.image;

import ai.opencode.sandbox.apk.KeyFiles;
import ai.opencode.sandbox.apk.Keyring;
import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.apk.World;
import ai.opencode.sandbox.archive.Access;
import ai.opencode.sandbox.definition.ImageDefinition;
import ai.opencode.sandbox.definition.OwnedDirectory;
import ai.opencode.sandbox.definition.StaticFile;
import ai.opencode.sandbox.definition.SymbolicLink;
import ai.opencode.sandbox.definition.WritableDirectory;
import ai.opencode.sandbox.definition.WritablePath;
import ai.opencode.sandbox.failure.DefinedPath;
import ai.opencode.sandbox.failure.UsageException;
import ai.opencode.sandbox.layer.LayeredRoot;
import ai.opencode.sandbox.rootfs.Root;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.stream.Collectors;

/**
 * The files of an image that are not in its packages: users, directories and settings of its
 * definition, and apk's database. They are known before Jib writes them into a layer, so the work
 * for child images begins without waiting for Jib.
 */
public final class ImageFiles {

  private final Root view;
  private final Overlay files;

  private ImageFiles(Root view, Overlay files) {
    this.view = view;
    this.files = files;
  }

  /**
   * Collects an image's files.
   *
   * @param own the user's own repositories and keys, which the image gets beside those of its base
   * @param root the root with the packages
   * @param world all requested packages of the image
   */
  public static ImageFiles of(
      ImageDefinition definition, OwnSources own, LayeredRoot root, World world)
      throws IOException {
    Root.Builder view = root.view().toBuilder();
    Overlay files = new Overlay(view, mounts(definition));
    root.scripts().changedFiles().forEach(files::include);
    putSources(own, files, view);
    putUser(definition, files, view);
    putDefined(definition, files, root.view());
    new DatabaseFiles(root).write(files, world);
    return new ImageFiles(view.build(), files);
  }

  /** Returns the file system of the image without its npm packages. */
  public Root view() {
    return view;
  }

  /** Returns files and directories by path, parents first. */
  SortedMap<String, Addition.Entry> entries() {
    return files.entries();
  }

  /** Returns the definition's symbolic links by path. */
  SortedMap<String, Addition.Link> links() {
    return files.links();
  }

  private static void putSources(OwnSources own, Overlay files, Root.Builder view) {
    for (RepositoryKey key : own.keys()) {
      String path = "etc/apk/keys/" + key.name();
      Optional<String> present = view.text(path);
      if (present.isEmpty()) {
        text(files, path, 0644, key.pem());
      } else if (!isSame(key, present.get())) {
        throw new UsageException(
            "A package has another key "
                + key.name()
                + " than --key names. Give your key another"
                + " name, and sign with that name.");
      }
    }
    // A repository in a local directory is left out: its path differs between machines, and the
    // image's digest would too.
    List<RepositoryLine> addresses =
        own.repositories().stream().filter(RepositoryLine::isAddress).toList();
    if (!addresses.isEmpty()) {
      String before = view.text("etc/apk/repositories").orElse("");
      StringBuilder lines = new StringBuilder(before);
      if (!before.isEmpty() && !before.endsWith("\n")) {
        lines.append('\n');
      }
      addresses.forEach(line -> lines.append(line).append('\n'));
      text(files, "etc/apk/repositories", 0644, lines.toString());
    }
  }

  private static boolean isSame(RepositoryKey key, String text) {
    byte[] pem = text.getBytes(StandardCharsets.ISO_8859_1);
    Keyring present = KeyFiles.none().with(key.name(), pem).ring();
    return key.fingerprint().equals(present.fingerprints().get(key.name()));
  }

  private static void putUser(ImageDefinition definition, Overlay files, Root.Builder view) {
    UserFiles user = new UserFiles(definition.user());
    text(files, "etc/passwd", 0644, user.passwd(view.text("etc/passwd").orElse("")));
    text(files, "etc/group", 0644, user.group(view.text("etc/group").orElse("")));
    text(files, "etc/shadow", 0640, user.shadow(view.text("etc/shadow").orElse("")));
    text(files, "etc/shells", 0644, user.shells(view.text("etc/shells").orElse("")));
  }

  private static void putDefined(ImageDefinition definition, Overlay files, Root packages)
      throws IOException {
    for (OwnedDirectory each : definition.directories()) {
      String path = Root.relative(each.path());
      Access access = new Access(each.mode(), each.uid(), each.gid());
      put(
          definition,
          each.path(),
          () -> {
            if (each.onlyIfMissing()) {
              files.missingDirectory(path, access);
            } else {
              files.directory(path, access);
            }
          });
    }
    for (WritableDirectory each : definition.filesystem().writable()) {
      WritablePath path = WritablePath.of(each, definition.user());
      put(
          definition,
          each.path(),
          () -> {
            requireNoPackage(path.path(), packages);
            files.directory(
                Root.relative(path.path()), new Access(path.mode(), path.uid(), path.gid()));
          });
    }
    for (SymbolicLink each : definition.links()) {
      put(definition, each.path(), () -> files.link(Root.relative(each.path()), each.target()));
    }
    for (StaticFile each : definition.files()) {
      put(
          definition,
          each.path(),
          () ->
              files.file(
                  Root.relative(each.path()),
                  new Access(each.mode(), each.uid(), each.gid()),
                  each.content()));
    }
  }

  /** Refuses a mount over files of packages, which a hardened container would not see. */
  private static void requireNoPackage(String mount, Root packages) {
    String place = packages.resolve(Root.relative(mount));
    packages.nodes().subMap(place + "/", place + "0").values().stream()
        .filter(node -> node.owner() != null && !node.isDirectory())
        .findFirst()
        .ifPresent(
            node -> {
              throw new UsageException(
                  mount
                      + " cannot be writable: it would hide files of the package "
                      + node.owner()
                      + ". Choose another path.");
            });
  }

  private static Set<String> mounts(ImageDefinition definition) {
    return definition.writablePaths().stream()
        .map(WritablePath::path)
        .collect(Collectors.toUnmodifiableSet());
  }

  /** A change of an image's file system. */
  private interface Change {
    void make() throws IOException;
  }

  private static void put(ImageDefinition definition, String path, Change change)
      throws IOException {
    try {
      change.make();
    } catch (UsageException e) {
      throw UsageException.of(new DefinedPath(definition.name(), path), e);
    }
  }

  private static void text(Overlay files, String path, int modeOfNew, String text) {
    files.content(path, modeOfNew, text.getBytes(StandardCharsets.UTF_8));
  }
}
