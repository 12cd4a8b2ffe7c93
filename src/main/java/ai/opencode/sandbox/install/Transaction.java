package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.Triggers;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * What apk would know at the end of an installation, when it decides whose scripts to run: who is
 * new, who was there before, and which folders were touched.
 */
public final class Transaction {

  private final InstalledDatabase before;
  private final Map<String, FetchedPackage> installed = new HashMap<>();
  private final Collection<String> removed;
  private final Triggers triggers;

  /**
   * @param before the database below
   * @param triggers apk's file of that name below
   */
  public Transaction(
      InstalledDatabase before,
      Triggers triggers,
      List<FetchedPackage> installed,
      Collection<String> removed) {
    this.before = before;
    this.triggers = triggers;
    this.removed = removed;
    installed.forEach(each -> this.installed.put(each.pkg().name(), each));
  }

  /** Which scripts of a package would run, of those that it has. */
  public boolean wouldRun(String name, String kind) {
    FetchedPackage apk = installed.get(name);
    boolean upgrade = before.find(name).isPresent();
    return apk != null
        && apk.control().scripts().containsKey(kind)
        && kind.endsWith("-upgrade") == upgrade;
  }

  /** Whether a package was installed before. */
  public boolean isUpgrade(String name) {
    return before.find(name).isPresent();
  }

  /** A package's name with its version, where it is there in the end. */
  public Optional<String> label(String name) {
    FetchedPackage apk = installed.get(name);
    if (apk != null) {
      return Optional.of(apk.pkg().label());
    }
    return removed.contains(name)
        ? Optional.empty()
        : before.find(name).map(each -> each.pkg().label());
  }

  /**
   * The folders for which a package's trigger would run, without leading slash, sorted: those that
   * match its patterns and were touched; for a new package also those that were there before.
   */
  public List<String> triggering(String name) {
    FetchedPackage apk = installed.get(name);
    Set<String> folders = touched();
    List<Pattern> patterns = new ArrayList<>();
    if (apk != null) {
      apk.control().info().triggers().forEach(each -> patterns.add(pattern(each)));
      before.packages().forEach(each -> addFolders(each, folders));
    } else if (label(name).isPresent()) {
      Checksum checksum = before.find(name).orElseThrow().pkg().checksum();
      for (String line : triggers.lines()) {
        if (line.startsWith(checksum + " ")) {
          for (String each : line.substring(line.indexOf(' ') + 1).split(" ", -1)) {
            patterns.add(pattern(each));
          }
        }
      }
    }
    return folders.stream()
        .filter(folder -> patterns.stream().anyMatch(each -> each.matcher("/" + folder).matches()))
        .toList();
  }

  private Set<String> touched() {
    Set<String> folders = new TreeSet<>();
    for (FetchedPackage each : installed.values()) {
      each.entries().forEach(entry -> folders.add(Root.parent(entry.path())));
      each.entries().forEach(entry -> addFolder(entry, folders));
    }
    for (InstalledPackage each : before.packages()) {
      String name = each.pkg().name();
      if (removed.contains(name) || installed.containsKey(name)) {
        addFolders(each, folders);
      }
    }
    return folders;
  }

  private static void addFolder(ListedEntry entry, Set<String> folders) {
    if (entry.entry() instanceof TarEntry.Directory) {
      folders.add(entry.path());
    }
  }

  private static void addFolders(InstalledPackage installed, Set<String> folders) {
    installed.directories().forEach(each -> folders.add(each.path()));
  }

  /** A plus in front asks to be told of changed folders only, which is all that is looked at. */
  private static Pattern pattern(String glob) {
    return ShellPattern.of(glob.startsWith("+") ? glob.substring(1) : glob);
  }
}
