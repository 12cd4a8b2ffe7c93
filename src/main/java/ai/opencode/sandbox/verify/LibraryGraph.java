package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.failure.VerificationException;
import ai.opencode.sandbox.inspect.content.ElfHeader;
import ai.opencode.sandbox.inspect.content.Flaws;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.oci.Architecture;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The files that a loader maps into one process: a program, or a library that is opened at run
 * time, and everything that it needs, in breadth-first order like the loaders'.
 *
 * <p>musl (ldso/dynlink.c) uses a path unchanged and provides the names of its own parts itself. It
 * then searches {@code RPATH} and {@code RUNPATH} alike, of the file that needs the library and of
 * each file that led to it; then the directories of {@code /etc/ld-musl-ARCH.path}, or {@code
 * /lib}, {@code /usr/local/lib}, {@code /usr/lib}. glibc (elf/dl-load.c) searches {@code RPATH} of
 * the files that led to the library and have no {@code RUNPATH}; {@code RUNPATH} of the file that
 * needs it; the directories of {@code ld.so.conf}, if a cache was made of them; then its own
 * directories, Debian's first.
 */
final class LibraryGraph {

  /** Names that musl provides itself: all of them are the loader's own file. */
  private static final List<String> PARTS_OF_MUSL =
      List.of("libc.", "libpthread.", "librt.", "libm.", "libdl.", "libutil.", "libxnet.");

  /** The limit of files that one program loads; real programs load fewer than a hundred. */
  private static final int MAX_OBJECTS = 2000;

  /** A limit far above real systems, which bounds the work for each program. */
  private static final int MAX_DIRECTORIES = 200;

  private static final int MAX_CONFIGURATION = 256 << 10;

  /** A loaded file and the file that needs it. */
  private record Loaded(RootEntry file, ElfHeader elf, @Nullable Loaded neededBy) {}

  private final ImageRoot root;
  private final RootEntry start;
  private final boolean musl;
  private final List<String> systemDirectories;

  private LibraryGraph(ImageRoot root, RootEntry start, boolean musl, List<String> directories) {
    this.root = root;
    this.start = start;
    this.musl = musl;
    this.systemDirectories = directories;
  }

  static LibraryGraph of(ImageRoot root, RootEntry start) {
    ElfHeader elf = header(start);
    boolean musl = isForMusl(root, elf);
    return new LibraryGraph(
        root, start, musl, musl ? muslDirectories(root) : glibcDirectories(root, elf));
  }

  /**
   * Finds the program's libraries as the loader does, and adds a flaw for each missing one.
   *
   * @return the paths of all files that are loaded
   */
  Set<String> check(Flaws flaws) {
    Set<String> paths = new LinkedHashSet<>();
    Set<String> names = new HashSet<>();
    Deque<Loaded> queue = new ArrayDeque<>();
    queue.add(new Loaded(start, header(start), null));
    paths.add(start.path());
    while (!queue.isEmpty()) {
      Loaded each = queue.remove();
      String soname = each.elf.soname();
      if (soname != null) {
        names.add(soname);
      }
      for (String name : each.elf.needed()) {
        checkLibc(each, name, flaws);
        if (!names.add(name) || (musl && isPartOfMusl(name))) {
          continue;
        }
        Optional<RootEntry> library = find(name, each);
        if (library.isEmpty()) {
          flaws.add("elf-library", "/" + each.file.path(), missing(name, each));
        } else if (paths.add(library.get().path())) {
          if (paths.size() >= MAX_OBJECTS) {
            throw new VerificationException(
                "It loads more than "
                    + MAX_OBJECTS
                    + " files. Remove libraries that it does not need.");
          }
          queue.add(new Loaded(library.get(), header(library.get()), each));
        }
      }
    }
    return paths;
  }

  private String missing(String name, Loaded by) {
    return "it needs "
        + name
        + ", which "
        + (musl ? "musl" : "glibc")
        + " does not find"
        + (by.neededBy == null ? "" : " (for /" + start.path() + ")");
  }

  private void checkLibc(Loaded by, String name, Flaws flaws) {
    boolean other =
        musl
            ? name.equals("libc.so.6") || name.startsWith("ld-linux")
            : name.startsWith("libc.musl-") || name.startsWith("ld-musl-");
    if (other) {
      flaws.add(
          "elf-libc",
          "/" + by.file.path(),
          "it needs "
              + name
              + ", but "
              + (by.neededBy == null ? "its" : "/" + start.path() + "'s")
              + " C library is "
              + (musl ? "musl" : "glibc"));
    }
  }

  private Optional<RootEntry> find(String name, Loaded by) {
    if (name.contains("/")) {
      return library(name, by.elf);
    }
    for (String directory : directories(by)) {
      Optional<RootEntry> found = library(directory + "/" + name, by.elf);
      if (found.isPresent()) {
        return found;
      }
    }
    return Optional.empty();
  }

  private List<String> directories(Loaded by) {
    List<String> directories = new ArrayList<>();
    for (Loaded each = by; each != null; each = each.neededBy) {
      if (musl) {
        addOrigin(
            directories,
            each.elf.runpath().isEmpty() ? each.elf.rpath() : each.elf.runpath(),
            each);
      } else if (by.elf.runpath().isEmpty() && each.elf.runpath().isEmpty()) {
        addOrigin(directories, each.elf.rpath(), each);
      }
    }
    if (!musl) {
      addOrigin(directories, by.elf.runpath(), by);
    }
    directories.addAll(systemDirectories);
    return directories;
  }

  /** Adds directories, with {@code $ORIGIN} replaced by the directory of the file. */
  private static void addOrigin(List<String> directories, List<String> from, Loaded loaded) {
    String path = "/" + loaded.file.path();
    String origin = path.substring(0, Math.max(1, path.lastIndexOf('/')));
    for (String directory : from) {
      directories.add(directory.replace("${ORIGIN}", origin).replace("$ORIGIN", origin));
    }
  }

  private Optional<RootEntry> library(String path, ElfHeader by) {
    return root.follow(path)
        .filter(RootEntry::isFile)
        .filter(file -> file.elf() != null && header(file).machine() == by.machine());
  }

  private static ElfHeader header(RootEntry entry) {
    ElfHeader elf = entry.elf();
    if (elf == null) {
      throw new IllegalArgumentException(entry.path() + " is not an ELF file");
    }
    return elf;
  }

  private static boolean isPartOfMusl(String name) {
    return PARTS_OF_MUSL.stream().anyMatch(name::startsWith);
  }

  private static boolean isForMusl(ImageRoot root, ElfHeader elf) {
    if (elf.interpreter() != null) {
      return elf.interpreter().contains("ld-musl");
    }
    for (String name : elf.needed()) {
      if (name.startsWith("libc.musl-")) {
        return true;
      }
      if (name.equals("libc.so.6") || name.startsWith("ld-linux")) {
        return false;
      }
    }
    return Architecture.ofElf(elf.machine())
        .map(Architecture::muslLoader)
        .filter(
            loader ->
                root.at("lib/" + loader).isPresent() || root.at("usr/lib/" + loader).isPresent())
        .isPresent();
  }

  private static List<String> muslDirectories(ImageRoot root) {
    List<String> configured = new ArrayList<>();
    for (Architecture each : Architecture.values()) {
      String file = "etc/" + each.muslLoader().replace(".so.1", ".path");
      String text = configuration(root, file);
      if (root.text(file).isPresent()) {
        configured.addAll(List.of(text.trim().split("[:\n]+", MAX_DIRECTORIES + 1)));
        requireFew(configured);
      }
    }
    return configured.isEmpty() ? List.of("/lib", "/usr/local/lib", "/usr/lib") : configured;
  }

  private static List<String> glibcDirectories(ImageRoot root, ElfHeader elf) {
    Set<String> configured = new LinkedHashSet<>();
    if (root.follow("etc/ld.so.cache").isPresent()) {
      addConfigured(root, "etc/ld.so.conf", configured, new HashSet<>(), 0);
    }
    List<String> directories = new ArrayList<>(configured);
    Architecture.ofElf(elf.machine())
        .map(Architecture::gnuTriplet)
        .ifPresent(
            triplet -> directories.addAll(List.of("/lib/" + triplet, "/usr/lib/" + triplet)));
    directories.addAll(List.of("/lib", "/usr/lib", "/lib64", "/usr/lib64"));
    return directories;
  }

  /**
   * Adds the directories of a configuration file. Each file is read once and each include is
   * followed once, because files may include each other.
   */
  private static void addConfigured(
      ImageRoot root, String file, Set<String> to, Set<String> seen, int depth) {
    if (!seen.add(file)) {
      return;
    }
    requireFew(seen);
    for (String line : configuration(root, file).lines().toList()) {
      String text = line.replaceFirst("#.*", "").trim();
      if (text.startsWith("include ") && depth < 4) {
        String directory =
            text.substring(8).trim().replaceFirst("^/", "").replaceFirst("/[^/]*$", "");
        if (seen.add(directory + "/")) {
          requireFew(seen);
          root.below(directory).stream()
              .filter(entry -> entry.path().endsWith(".conf"))
              .forEach(entry -> addConfigured(root, entry.path(), to, seen, depth + 1));
        }
      } else if (text.startsWith("/")) {
        to.add(text);
        requireFew(to);
      }
    }
  }

  private static String configuration(ImageRoot root, String file) {
    String text = root.text(file).orElse("");
    if (text.length() > MAX_CONFIGURATION) {
      throw new VerificationException(
          "/"
              + file
              + " is larger than 256 KiB, the limit for a loader's configuration. Remove it from the"
              + " image.");
    }
    return text;
  }

  private static void requireFew(Collection<String> places) {
    if (places.size() > MAX_DIRECTORIES) {
      throw new VerificationException(
          "The loader's configuration (/etc/ld.so.conf or /etc/ld-musl-*.path) names more than "
              + MAX_DIRECTORIES
              + " files or directories. Remove those without libraries.");
    }
  }
}
