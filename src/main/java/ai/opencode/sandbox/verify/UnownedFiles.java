package ai.opencode.sandbox.verify;

import ai.opencode.sandbox.inspect.content.FileOwners;
import ai.opencode.sandbox.inspect.content.ImageRoot;
import ai.opencode.sandbox.inspect.content.RootEntry;
import ai.opencode.sandbox.oci.Platform;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The rules for an image's files that belong to no package, such as {@code /etc/apk/world}. Each
 * rule checks the content, kind or owner of a file; no rule accepts a file because of its path
 * alone.
 */
final class UnownedFiles {

  private static final String UNOWNED = "no package has it";
  private static final String DATABASE = "(usr/)?lib/apk/db/";
  private static final String AUTHORITIES = "usr/local/share/ca-certificates/";

  /** A rule for files with certain paths. */
  private record Known(Pattern paths, Reason reason) {}

  /** A check that returns the difference between an entry and the expected file. */
  private interface Reason {
    @Nullable String flaw(RootEntry entry);
  }

  private final ImageRoot root;
  private final FileOwners owners;
  private final boolean closed;
  private final OwnFiles own;
  private final Applets applets;
  private final @Nullable GlobalModules modules;
  private final List<Known> known;

  UnownedFiles(ImageRoot root, FileOwners owners, Platform platform, Contract contract) {
    this.root = root;
    this.owners = owners;
    this.closed = contract.closed();
    this.own = OwnFiles.of(contract);
    this.applets = new Applets(root, owners);
    this.modules = own.npm().isEmpty() ? null : new GlobalModules(own.npm(), root, platform);
    this.known =
        List.of(
            known(DATABASE + "(installed|triggers|scripts\\.tar(\\.gz)?)", UnownedFiles::rootsFile),
            known(DATABASE + "lock", UnownedFiles::emptyFile),
            known("etc/apk/(arch|world)", UnownedFiles::rootsFile),
            known("etc/apk/repositories", this::repositories),
            known("etc/(passwd|group|shells)-?", UnownedFiles::rootsFile),
            known("etc/shadow-?", UnownedFiles::file),
            known("etc/ssl/certs/(ca-cert-.*\\.pem|[0-9a-f]{8}\\.\\d+)", this::authorityLink),
            known(AUTHORITIES + "[^/]+", UnownedFiles::rootsFile));
  }

  /**
   * Returns the global npm packages that the image must have according to a lock; null if this
   * program has no lock for the image.
   */
  @Nullable GlobalModules modules() {
    return modules;
  }

  FileOwners owners() {
    return owners;
  }

  Applets applets() {
    return applets;
  }

  /**
   * Returns the defect of a file, link or device that no package has; empty if a rule accepts it.
   */
  Optional<String> flaw(RootEntry entry) {
    String path = entry.path();
    if (own.has(path)) {
      return own.flaw(entry);
    }
    if (path.startsWith(GlobalModules.DIRECTORY)) {
      return module(entry);
    }
    if (path.startsWith(GlobalModules.COMMANDS)) {
      return command(entry);
    }
    if (applets.has(entry)) {
      return Optional.empty();
    }
    for (Known each : known) {
      if (each.paths.matcher(path).matches()) {
        return Optional.ofNullable(each.reason.flaw(entry));
      }
    }
    return isOfNodesImage(path) ? Optional.empty() : Optional.of(UNOWNED);
  }

  /**
   * Returns whether a program may hide a package's program of the same name on the search path: it
   * may if it is a command of busybox, or of an npm package in the lock.
   */
  boolean mayShadow(RootEntry entry) {
    boolean locked =
        modules != null
            && entry.path().startsWith(GlobalModules.COMMANDS)
            && modules.commandFlaw(entry).isEmpty();
    return locked || applets.lists(entry);
  }

  private Optional<String> module(RootEntry entry) {
    if (modules != null) {
      return modules.flaw(entry);
    }
    return closed ? Optional.of(UNOWNED) : Optional.empty();
  }

  private Optional<String> command(RootEntry entry) {
    if (modules != null) {
      return modules.commandFlaw(entry);
    }
    boolean module =
        entry.isLink()
            && root.follow(entry.path())
                .filter(file -> file.path().startsWith(GlobalModules.DIRECTORY))
                .isPresent();
    boolean fine = !closed && (module || isOfNodesImage(entry.path()));
    return fine ? Optional.empty() : Optional.of(UNOWNED);
  }

  /**
   * Returns whether a path is of a file that Node.js's own images contain outside of packages.
   * Images with a closed list of files never accept such a file.
   */
  private boolean isOfNodesImage(String path) {
    return !closed
        && path.matches(
            "usr/local/(CHANGELOG\\.md|LICENSE|README\\.md|include/node/.*|share/.*"
                + "|bin/(node|docker-entrypoint\\.sh))");
  }

  private @Nullable String repositories(RootEntry entry) {
    for (String line : entry.text().split("\n", -1)) {
      if (!line.isBlank() && !line.startsWith("#") && !line.matches("(@\\S+ )?https?://\\S+")) {
        return "\"" + line + "\" is not an HTTP address of a package repository";
      }
    }
    return rootsFile(entry);
  }

  /**
   * Checks a link as update-ca-certificates creates it: it must point to a certificate of a package
   * or of the image itself.
   */
  private @Nullable String authorityLink(RootEntry entry) {
    if (!entry.isLink()) {
      return "it is " + entry.kind() + ", a certificate authority that no package has";
    }
    // update-ca-certificates also links the subdirectories of its directories.
    boolean fine =
        root.follow(entry.path())
            .filter(
                at ->
                    at.path().startsWith(AUTHORITIES)
                        ? at.isFile() || at.isDirectory()
                        : at.isFile() && owners.of(at.path()).isPresent())
            .isPresent();
    return fine ? null : "its target is not a certificate of a package";
  }

  private static @Nullable String emptyFile(RootEntry entry) {
    return entry.size() == 0 ? rootsFile(entry) : "it is not empty";
  }

  private static @Nullable String rootsFile(RootEntry entry) {
    String flaw = file(entry);
    if (flaw != null) {
      return flaw;
    }
    return entry.owner().equals("0:0") && (entry.mode() & 0133) == 0
        ? null
        : "it has owner and mode " + entry.owner() + ":" + entry.octalMode();
  }

  private static @Nullable String file(RootEntry entry) {
    return entry.isFile() ? null : "it is " + entry.kind() + ", not a file";
  }

  private static Known known(String paths, Reason reason) {
    return new Known(Pattern.compile(paths), reason);
  }
}
