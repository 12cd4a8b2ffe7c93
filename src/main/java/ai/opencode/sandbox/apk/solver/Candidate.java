package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Repository;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A build of a package, with the state of its selection. */
final class Candidate {

  /** A dependency or a condition with the name that it is about. */
  record Need(Dependency dependency, Name name) {}

  private final ApkPackage pkg;
  private final Offer own;
  private final List<Offer> provided;
  private final List<Repository> repositories = new ArrayList<>(1);
  private long sources;
  private int position = -1;
  private boolean installed;
  private boolean preferred;
  private final List<Need> needs;
  private List<Need> conditions = List.of();

  /** Whether the discovery has found the build. */
  boolean known;

  /** Whether the discovery has found all its names. */
  boolean namesKnown;

  /** Whether the build may still be selected. */
  boolean possible;

  /** The number of constraints that the build does not satisfy. */
  int broken;

  /** The bits of the tags whose repositories the build may come from. */
  long tags;

  /** Whether one of its repositories is permitted. */
  boolean permitted;

  /** Whether one of its repositories is the one that the request prefers. */
  boolean fromPreferred;

  Renewal renewal = Renewal.NONE;

  /** The renewal of the packages that it depends on. */
  Renewal inherited = Renewal.NONE;

  /** Whether the conditions are met. */
  boolean triggered;

  /** Whether the conditions cannot be met any more, or there are none. */
  boolean conditionsFailed;

  /** Whether the last review of one of its names counted it as an option. */
  boolean counted;

  /** Whether the last review that passed common dependencies on counted it as an option. */
  boolean passedOn;

  Candidate(ApkPackage pkg, Name name, List<Need> needs) {
    this.pkg = pkg;
    this.needs = List.copyOf(needs);
    this.provided = new ArrayList<>(pkg.provides().size());
    this.own = new Offer(this, name, pkg.version());
  }

  void isIn(Repository repository, int position, long tag) {
    if (repositories.isEmpty()) {
      this.position = position;
    }
    repositories.add(repository);
    sources |= tag;
  }

  void markInstalled() {
    installed = true;
  }

  void markPreferred() {
    preferred = true;
  }

  /** Counts the build as one of the repositories with a tag. */
  void countAsFrom(long tag) {
    sources |= tag;
  }

  void addConditions(List<Need> all) {
    conditions = List.copyOf(all);
  }

  ApkPackage pkg() {
    return pkg;
  }

  Offer own() {
    return own;
  }

  /** Returns the build under each of the names that it provides. */
  List<Offer> provided() {
    return provided;
  }

  List<Need> needs() {
    return needs;
  }

  /** Returns the dependencies whose joint selection selects this package too. */
  List<Need> conditions() {
    return conditions;
  }

  /** Returns whether the request prefers the build. */
  boolean isPreferred() {
    return preferred;
  }

  /** Returns whether the build is installed, or preferred as if it were. */
  boolean isKept() {
    return installed || preferred;
  }

  /** Returns the position of the first repository that contains it; -1 if none does. */
  int position() {
    return position;
  }

  /** Returns whether it is in a repository with one of some tags, given as their bits. */
  boolean isFrom(long wanted) {
    return (sources & wanted) != 0;
  }

  boolean hasChecksum(@Nullable String text) {
    return pkg.checksum().toString().equals(text) || ("X1" + pkg.checksum().hex()).equals(text);
  }

  /** Returns the repository to fetch it from; null if it is installed. */
  @Nullable Repository source() {
    return installed || repositories.isEmpty() ? null : repositories.get(0);
  }

  /** Returns the tag of the first repository; null if that has none, or there is no repository. */
  @Nullable String firstTag() {
    return repositories.isEmpty() ? null : repositories.get(0).tag();
  }

  @Override
  public String toString() {
    return pkg.label();
  }
}
