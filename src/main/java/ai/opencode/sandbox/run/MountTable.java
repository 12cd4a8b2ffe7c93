package ai.opencode.sandbox.run;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The mounts of this machine, as in {@code /proc/self/mountinfo} (proc(5)). They show which other
 * paths lead to a directory without any link.
 */
record MountTable(List<Entry> entries) {

  /** The types of file systems whose files are interfaces of the kernel. */
  private static final Set<String> KERNEL_TYPES =
      Set.of(
          "bpf",
          "binfmt_misc",
          "cgroup",
          "cgroup2",
          "configfs",
          "debugfs",
          "devpts",
          "devtmpfs",
          "efivarfs",
          "proc",
          "securityfs",
          "sysfs",
          "tracefs");

  private static final int MAX_BYTES = 4 << 20;
  private static final Pattern OCTAL = Pattern.compile("\\\\([0-7]{3})");

  /**
   * One mount.
   *
   * @param device the number of the file system
   * @param inside the mounted directory, as a path from the root of that file system
   * @param place the mount point
   * @param type the type of the file system, such as {@code ext4}
   */
  record Entry(String device, Path inside, Path place, String type) {

    boolean isOfTheKernel() {
      return KERNEL_TYPES.contains(type);
    }
  }

  MountTable {
    entries = List.copyOf(entries);
  }

  /** Reads the table of mounts; the result is empty if the system has no such file. */
  static MountTable read(Path root) {
    List<Entry> entries = new ArrayList<>();
    for (String line : lines(root.resolve("proc/self/mountinfo"))) {
      String[] fields = line.split(" ", -1);
      int dash = List.of(fields).indexOf("-");
      if (dash > 5 && dash + 1 < fields.length && fields[3].startsWith("/")) {
        Path place = root.resolve(path(fields[4]).substring(1));
        entries.add(
            new Entry(fields[2], Path.of(path(fields[3])).normalize(), place, fields[dash + 1]));
      }
    }
    return new MountTable(entries);
  }

  /** Returns the table without some mount points. */
  MountTable without(Predicate<Path> places) {
    return new MountTable(entries.stream().filter(each -> !places.test(each.place())).toList());
  }

  /** Returns the lines of a file, which may end at a limit; empty if it cannot be read. */
  static List<String> lines(Path file) {
    if (!Files.isReadable(file)) {
      return List.of();
    }
    try (var in = Files.newInputStream(file)) {
      return new String(in.readNBytes(MAX_BYTES), StandardCharsets.UTF_8).lines().toList();
    } catch (IOException e) {
      return List.of();
    }
  }

  private static String path(String field) {
    Matcher octal = OCTAL.matcher(field);
    return octal.replaceAll(
        each ->
            Matcher.quoteReplacement(String.valueOf((char) Integer.parseInt(each.group(1), 8))));
  }

  /** Returns the mounts below a directory. */
  List<Entry> below(Path directory) {
    return entries.stream()
        .filter(each -> each.place().startsWith(directory) && !each.place().equals(directory))
        .toList();
  }

  /** Returns the other paths of the same file. */
  List<Path> aliases(Path file) {
    Entry own = null;
    for (Entry each : entries) { // A later mount hides an earlier one.
      if (file.startsWith(each.place())
          && (own == null || each.place().getNameCount() >= own.place().getNameCount())) {
        own = each;
      }
    }
    if (own == null) {
      return List.of();
    }
    Path inside = own.inside().resolve(own.place().relativize(file)).normalize();
    List<Path> aliases = new ArrayList<>();
    for (Entry each : entries) {
      if (each.device().equals(own.device())) {
        if (inside.startsWith(each.inside())) {
          aliases.add(each.place().resolve(each.inside().relativize(inside)).normalize());
        } else if (each.inside().startsWith(inside)) {
          // The mounted directory is below the given one, so the mount point shows a part of that.
          aliases.add(each.place());
        }
      }
    }
    aliases.remove(file);
    return aliases;
  }
}
