package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A name that packages have or provide, and the state of the selection of one of them. */
final class Name {

  /** A dependency on the name that became known, with the candidate that has it. */
  record Demand(Candidate.Need need, @Nullable Candidate requirer) {}

  private final String text;
  private final int number;
  private final List<Offer> offers = new ArrayList<>(1);
  private @Nullable Set<Demand> demands;
  private int slot = -1;

  /** The builds that depend on this name. */
  final List<Candidate> dependents = new ArrayList<>();

  /** The names of the builds that have this name in {@code install_if}, in apk's order. */
  final List<Name> additions = new ArrayList<>();

  /** Whether the discovery has found the name. */
  boolean known;

  /** Whether the current request contains the name. */
  boolean asked;

  /** Of two names that wait alike, the one with the higher rank is selected first. */
  int rank;

  /** The number of times that something has required the name. */
  int requirers;

  boolean settled;
  @Nullable Offer chosen;

  /** Whether a dependency of one of the packages may have become impossible. */
  boolean dependenciesChanged;

  /** Whether a condition of one of the packages may have become decided. */
  boolean conditionsChanged;

  /** Whether a condition of another package waits until this name is settled. */
  boolean awaited;

  /** Whether the conditions of one of the packages are met. */
  boolean triggered;

  /** Whether the conditions of none of the packages can be met any more. */
  boolean conditionsFailed = true;

  /** Whether more than one package, or one without permission, is possible. */
  boolean severalOptions;

  /** Whether one of the packages may be selected without being required by its own name. */
  boolean selectable;

  /** Whether all names of builds that depend on this name are settled. */
  boolean dependentsSettled;

  /** The number of options of another name that all depend on this name. */
  int commonNeeds;

  /** The number of options of another name that all provide this name. */
  int commonProvides;

  /** Whether one of these options provides this name without a version. */
  boolean commonWithoutVersion;

  Turns.@Nullable Line line;

  Name(String text, int number) {
    this.text = text;
    this.number = number;
  }

  String text() {
    return text;
  }

  /** Returns the number of names that were read before this one. */
  int number() {
    return number;
  }

  /** Returns the name's slot in the {@link NameTable}. */
  int slot() {
    if (slot < 0) {
      slot = NameTable.slot(text);
    }
    return slot;
  }

  /** Returns the packages that have or provide the name, in the order in which they were read. */
  List<Offer> offers() {
    return offers;
  }

  boolean required() {
    return requirers > 0;
  }

  void addAddition(Name name) {
    if (additions.isEmpty() || additions.get(additions.size() - 1) != name) {
      additions.add(name);
    }
  }

  void forgetChanges() {
    dependenciesChanged = false;
    conditionsChanged = false;
  }

  void addDemand(Candidate.Need need, @Nullable Candidate requirer) {
    Set<Demand> all = demands;
    if (all == null) {
      all = new LinkedHashSet<>(2);
      demands = all;
    }
    all.add(new Demand(need, requirer));
  }

  Collection<Demand> demands() {
    return demands == null ? Set.of() : demands;
  }

  /** Returns whether the settled name satisfies a dependency on it. */
  boolean satisfies(Dependency dependency, @Nullable Candidate requirer) {
    return chosen == null ? dependency.conflict() : chosen.satisfies(dependency, requirer);
  }

  /** Returns the package that was selected; null if none was. */
  @Nullable Candidate owner() {
    return chosen == null ? null : chosen.candidate();
  }

  @Override
  public String toString() {
    return text;
  }
}
