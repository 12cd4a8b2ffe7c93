package ai.opencode.sandbox.install;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.DatabaseState;
import ai.opencode.sandbox.apk.InstalledDatabase;
import ai.opencode.sandbox.apk.InstalledPackage;
import ai.opencode.sandbox.apk.PackageId;
import ai.opencode.sandbox.apk.ScriptArchive;
import ai.opencode.sandbox.apk.ScriptKind;
import ai.opencode.sandbox.archive.TarEntry;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.fetch.FetchedPackage;
import ai.opencode.sandbox.fetch.ListedEntry;
import ai.opencode.sandbox.rootfs.Root;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * A set of packages to install and to remove at once, beside those installed before. It has the
 * facts by which apk selects the scripts to run: new packages, and changed directories.
 */
public final class Transaction {

  private final DatabaseState before;
  private final Map<PackageId, FetchedPackage> installed = new LinkedHashMap<>();
  private final Map<PackageId, InstalledPackage> removed = new LinkedHashMap<>();

  /**
   * Creates a transaction.
   *
   * @param before the database below
   * @param installed the new packages, and new versions of packages, in the order of installation
   * @param removed the removed packages
   * @throws LockException if a package to remove is not installed, which only an edited lock asks
   */
  public Transaction(
      DatabaseState before, List<FetchedPackage> installed, Collection<PackageId> removed) {
    this.before = before;
    removed.forEach(
        id -> this.removed.put(id, before.installed().find(id).orElseThrow(() -> absent(id))));
    installed.forEach(each -> this.installed.put(each.pkg().id(), each));
  }

  private static LockException absent(PackageId id) {
    return new LockException(
        "The lock removes "
            + id
            + ", but the image below does not have this package. Restore the lock file.");
  }

  /** Returns the packages that were installed before. */
  public InstalledDatabase before() {
    return before.installed();
  }

  /** Returns the scripts of the packages that were installed before. */
  public ScriptArchive scriptsBefore() {
    return before.scripts();
  }

  /**
   * Returns the database after the installation.
   *
   * @param now the packages that are installed then
   */
  public DatabaseState after(InstalledDatabase now) {
    return before.after(
        now,
        installed.values().stream()
            .map(each -> new DatabaseState.Added(each.pkg(), each.control()))
            .toList());
  }

  /** Returns the new packages, and new versions of packages, in the order of installation. */
  public Collection<FetchedPackage> installed() {
    return Collections.unmodifiableCollection(installed.values());
  }

  /** Returns the installed packages that the result does not contain. */
  public Collection<InstalledPackage> removed() {
    return Collections.unmodifiableCollection(removed.values());
  }

  /** Returns whether the transaction removes a package. */
  public boolean removes(PackageId id) {
    return removed.containsKey(id);
  }

  /** Returns whether the transaction has a new package, or another build of an installed one. */
  public boolean installs(PackageId id) {
    return installed.containsKey(id);
  }

  /** Returns whether apk would run a package's script of this kind, if the package has one. */
  public boolean wouldRun(PackageId id, ScriptKind kind) {
    FetchedPackage apk = installed.get(id);
    return apk != null
        && apk.control().script(kind).isPresent()
        && ScriptKind.of(isUpgrade(id)).contains(kind);
  }

  /** Returns whether a package was installed before. */
  public boolean isUpgrade(PackageId id) {
    return before().find(id).isPresent();
  }

  /** Returns the build of a package that is installed in the end; empty if there is none. */
  public Optional<ApkPackage> find(PackageId id) {
    FetchedPackage apk = installed.get(id);
    if (apk != null) {
      return Optional.of(apk.pkg());
    }
    return removes(id) ? Optional.empty() : before().find(id).map(InstalledPackage::pkg);
  }

  /** Returns whether a package that is installed in the end has a trigger. */
  public boolean hasTrigger(PackageId id) {
    FetchedPackage apk = installed.get(id);
    if (apk != null) {
      return apk.control().script(ScriptKind.TRIGGER).isPresent();
    }
    return find(id).filter(pkg -> !before.triggers().of(pkg).isEmpty()).isPresent();
  }

  /**
   * Returns the directories for which a package's trigger would run, without leading slash, sorted:
   * changed ones that match its patterns, and for a new package also those that existed before.
   */
  public List<String> triggering(PackageId id) {
    FetchedPackage apk = installed.get(id);
    Set<String> directories = touched();
    List<Pattern> patterns = new ArrayList<>();
    if (apk != null) {
      apk.control().info().triggers().forEach(each -> patterns.add(pattern(each)));
      before().packages().forEach(each -> addDirectories(each, directories));
    } else {
      find(id)
          .ifPresent(pkg -> before.triggers().of(pkg).forEach(each -> patterns.add(pattern(each))));
    }
    return directories.stream()
        .filter(
            directory ->
                patterns.stream().anyMatch(each -> each.matcher("/" + directory).matches()))
        .toList();
  }

  private Set<String> touched() {
    Set<String> directories = new TreeSet<>();
    for (FetchedPackage each : installed.values()) {
      each.entries().forEach(entry -> directories.add(Root.parent(entry.path())));
      each.entries().forEach(entry -> addDirectory(entry, directories));
    }
    for (InstalledPackage each : before().packages()) {
      if (removes(each.id()) || installs(each.id())) {
        addDirectories(each, directories);
      }
    }
    return directories;
  }

  private static void addDirectory(ListedEntry entry, Set<String> directories) {
    if (entry.entry() instanceof TarEntry.Directory) {
      directories.add(entry.path());
    }
  }

  private static void addDirectories(InstalledPackage installed, Set<String> directories) {
    installed.directories().forEach(each -> directories.add(each.path()));
  }

  /**
   * Returns a trigger's pattern without its leading plus, which restricts it to changed
   * directories.
   */
  private static Pattern pattern(String glob) {
    return ShellPattern.of(glob.startsWith("+") ? glob.substring(1) : glob);
  }
}
