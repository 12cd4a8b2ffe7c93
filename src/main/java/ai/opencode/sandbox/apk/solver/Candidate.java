package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.ApkPackage;
import ai.opencode.sandbox.apk.Dependency;
import ai.opencode.sandbox.apk.Repository;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A build of a package that the solver may select, with the state of the selection. {@link
 * Selection} explains the words of the solver.
 */
final class Candidate {

  /** A dependency or a condition, together with the name that has to be selected for it. */
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

  /** Whether the discovery has found all names of the build. */
  boolean namesKnown;

  /** Whether the build may still be selected. */
  boolean possible;

  /** The number of constraints that the build does not satisfy. */
  int broken;

  /** The bits of the tags whose repositories the build may come from. */
  long tags;

  /** Whether the build is in a repository that it may come from. */
  boolean permitted;

  /** Whether the build is in a repository that the request prefers. */
  boolean fromPreferred;

  Renewal renewal = Renewal.NONE;

  /** The renewal that applies to the packages that the build depends on. */
  Renewal inherited = Renewal.NONE;

  /** Whether the conditions are met. */
  boolean triggered;

  /** Whether the conditions cannot be met any more, or there are none. */
  boolean conditionsFailed;

  /** Whether the last review of one of the build's names counted the build as an option. */
  boolean counted;

  /** Whether the last review that applied common dependencies counted the build as an option. */
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

  /** Returns the position of the first repository that contains the build; -1 if none does. */
  int position() {
    return position;
  }

  /** Returns whether the build is in a repository with one of some tags, given as their bits. */
  boolean isFrom(long wanted) {
    return (sources & wanted) != 0;
  }

  boolean hasChecksum(@Nullable String text) {
    return pkg.checksum().toString().equals(text) || ("X1" + pkg.checksum().hex()).equals(text);
  }

  /** Returns the repository to fetch the build from; null if the build is installed. */
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
