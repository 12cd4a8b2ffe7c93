package ai.opencode.sandbox.apk.solver;

import ai.opencode.sandbox.apk.Dependency;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The reason why a package is not selected under a name. */
final class Reason {

  /** The most dependencies to follow down to the one that cannot be satisfied. */
  private static final int MAX_STEPS = 4;

  private final Explanation message;

  Reason(Explanation message) {
    this.message = message;
  }

  String of(Offer offer, Name name) {
    return of(offer, name, MAX_STEPS);
  }

  private String of(Offer offer, Name name, int steps) {
    Candidate candidate = offer.candidate();
    String demand = brokenDemand(candidate, offer, name);
    if (demand != null) {
      return demand;
    }
    List<Offer> offers = new ArrayList<>(candidate.provided());
    offers.add(0, candidate.own());
    Set<Name> names = new HashSet<>();
    for (Offer each : offers) {
      if (!names.add(each.name())) {
        return message.named(candidate) + " provides " + message.named(each.name()) + " twice";
      }
      Candidate owner = each.name().owner();
      if (owner != null && owner != candidate && isExclusive(each)) {
        return message.named(candidate)
            + " conflicts with "
            + message.named(owner)
            + " (both are "
            + message.named(each.name())
            + ")";
      }
      String other = brokenDemand(candidate, each, each.name());
      if (other != null) {
        return other;
      }
    }
    for (Candidate.Need need : candidate.needs()) {
      if (!isPossible(need, candidate)) {
        return unsatisfied(candidate, need, steps);
      }
    }
    if (!candidate.permitted) {
      return message.named(candidate)
          + " is only in a repository with the tag @"
          + candidate.firstTag();
    }
    if (candidate.possible && candidate.renewal == Renewal.LATEST) {
      return message.named(candidate) + " is not the latest version";
    }
    return offer.hasVersion()
        ? message.named(candidate) + " has dependencies that cannot be satisfied"
        : message.named(candidate) + " is not preferred to other packages";
  }

  private static boolean isExclusive(Offer offer) {
    Offer chosen = offer.name().chosen;
    return offer.hasVersion() || (chosen != null && chosen.hasVersion());
  }

  private @Nullable String brokenDemand(Candidate candidate, Offer offer, Name name) {
    for (Name.Demand demand : name.demands()) {
      if (!offer.satisfies(demand.need().dependency(), demand.requirer())) {
        return message.named(candidate)
            + " breaks "
            + message.constraint(demand.need(), demand.requirer());
      }
    }
    return null;
  }

  private static boolean isPossible(Candidate.Need need, Candidate requirer) {
    Name name = need.name();
    Dependency dependency = need.dependency();
    if (name.settled) {
      return name.satisfies(dependency, requirer);
    }
    if (dependency.conflict() && !name.required()) {
      return true;
    }
    return name.offers().stream()
        .anyMatch(each -> each.candidate().possible && each.satisfies(dependency, requirer));
  }

  private String unsatisfied(Candidate candidate, Candidate.Need need, int steps) {
    Name name = need.name();
    Dependency dependency = need.dependency();
    if (dependency.conflict()) {
      Candidate owner = name.owner();
      return message.named(candidate)
          + " conflicts with "
          + (owner == null ? message.named(name) : message.named(owner));
    }
    String start = message.named(candidate) + " needs " + message.named(dependency);
    Offer match =
        name.offers().stream()
            .filter(each -> each.satisfies(dependency, candidate))
            .findFirst()
            .orElse(null);
    if (match == null) {
      return start + ", which is in none of the repositories";
    }
    if (steps == 0) {
      return start + ", which cannot be satisfied";
    }
    return start + ", but " + of(match, name, steps - 1);
  }
}
