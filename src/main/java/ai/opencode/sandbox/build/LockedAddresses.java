package ai.opencode.sandbox.build;

import ai.opencode.sandbox.apk.OwnSources;
import ai.opencode.sandbox.apk.RepositoryKey;
import ai.opencode.sandbox.apk.RepositoryLine;
import ai.opencode.sandbox.apk.RepositoryLocation;
import ai.opencode.sandbox.failure.LockException;
import ai.opencode.sandbox.lock.LockFile;
import ai.opencode.sandbox.oci.Platform;
import ai.opencode.sandbox.oci.Reference;
import ai.opencode.sandbox.oci.UpstreamKind;
import ai.opencode.sandbox.upstream.OfficialUpstream;
import ai.opencode.sandbox.upstream.UpstreamChoice;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * The base image, repositories and keys that a lock names for a platform, in place of those that
 * the user does not name.
 *
 * <p>A lock has no authority to trust a key: its keys become content of images, as its packages do,
 * and only the user and the base image name keys that verify an index. So an edited lock cannot
 * make a build choose packages that a stranger signed. It cannot make a build call other content
 * official either, because {@link LockCheck#requireOfficialContent} refuses that, and a build with
 * the official upstream does not take addresses of a lock for another one.
 *
 * @param name the lock's name in messages
 * @param isStrict whether the build must follow the lock
 * @param isUsed whether the build takes packages from the lock; otherwise it makes a new lock
 */
record LockedAddresses(
    LockFile lock, Platform platform, String name, boolean isStrict, boolean isUsed) {

  /**
   * The inputs of a build.
   *
   * @param inputs the inputs with all addresses
   * @param keys the keys that images get: those of the user, else those of the lock
   */
  record Complete(InputSettings inputs, List<RepositoryKey> keys) {

    /** Returns inputs to which no lock adds anything. */
    static Complete of(InputSettings inputs) {
      return new Complete(inputs, inputs.keys());
    }
  }

  /**
   * Returns inputs with the lock's addresses in the place of those that are left out.
   *
   * @throws LockException if the build must follow the lock, and the inputs name others
   */
  Complete complete(InputSettings inputs, UpstreamChoice.Kind kind) {
    if (isStrict) {
      requireSame(inputs);
    }
    boolean automatic = kind == UpstreamChoice.Kind.AUTO;
    if (lock.upstream() == UpstreamKind.MIRROR
        && (automatic || kind == UpstreamChoice.Kind.MIRROR)) {
      List<RepositoryKey> keys =
          inputs.keys().isEmpty() ? lock.own(platform).keys() : inputs.keys();
      return new Complete(withOwn(withAddresses(inputs)).withUpstream(UpstreamChoice.MIRROR), keys);
    }
    if (lock.upstream() == UpstreamKind.OFFICIAL
        && isStrict
        && isPlain(inputs)
        && (automatic || kind == UpstreamChoice.Kind.OFFICIAL)) {
      return Complete.of(withAddresses(inputs).withUpstream(UpstreamChoice.OFFICIAL));
    }
    return Complete.of(inputs);
  }

  private static boolean isPlain(InputSettings inputs) {
    return inputs.base() == null && inputs.repositories().isEmpty() && inputs.keys().isEmpty();
  }

  private InputSettings withAddresses(InputSettings inputs) {
    InputSettings complete = inputs;
    Reference base = lock.base(platform).orElseThrow();
    // A new lock starts from this program's own base image, unless the user has chosen another.
    if (inputs.base() == null && (isUsed || !OfficialUpstream.isBase(base))) {
      complete = complete.withBase(base);
    }
    List<RepositoryLocation> repositories = lock.repositories(platform);
    if (plain(inputs).isEmpty() && !repositories.isEmpty()) {
      List<RepositoryLine> all = new ArrayList<>();
      repositories.forEach(each -> all.add(new RepositoryLine(null, each)));
      all.addAll(tagged(inputs));
      complete = complete.withRepositoryLines(all);
    }
    return complete;
  }

  private InputSettings withOwn(InputSettings inputs) {
    OwnSources own = lock.own(platform);
    if (!tagged(inputs).isEmpty()) {
      return inputs;
    }
    List<RepositoryLine> all = new ArrayList<>(inputs.repositories());
    all.addAll(own.repositories());
    return inputs.withRepositoryLines(all);
  }

  private void requireSame(InputSettings inputs) {
    Reference base = inputs.base();
    Reference locked = lock.base(platform).orElseThrow();
    if (base != null
        && !locked.equals(base)
        && !locked.withoutDigest().equals(base)
        && !isSameContent(base, locked)) {
      throw differs("the base image " + base, "the base image " + locked);
    }
    Set<RepositoryLocation> plain = plain(inputs);
    if (!plain.isEmpty() && !plain.containsAll(lock.repositories(platform))) {
      throw differs(
          "the repositories " + listed(plain),
          "the repositories " + listed(lock.repositories(platform)));
    }
    Set<RepositoryLine> tagged = new TreeSet<>(tagged(inputs));
    OwnSources own = lock.own(platform);
    if (!tagged.isEmpty() && !tagged.equals(new TreeSet<>(own.repositories()))) {
      throw differs(
          "the repositories " + listed(tagged),
          own.repositories().isEmpty()
              ? "none with a tag"
              : "the repositories " + listed(own.repositories()));
    }
    if (!inputs.keys().isEmpty()
        && !new OwnSources(inputs.keys(), List.of()).keys().equals(own.keys())) {
      throw differs(keys(inputs.keys(), ""), keys(own.keys(), "no key of your own"));
    }
  }

  private static boolean isSameContent(Reference base, Reference locked) {
    return base.pinned().isPresent()
        && base.pinned().equals(locked.pinned())
        && base.registry().equals(locked.registry())
        && base.repository().equals(locked.repository());
  }

  private static String keys(List<RepositoryKey> keys, String ifNone) {
    return keys.isEmpty()
        ? ifNone
        : keys.stream()
            .map(key -> "the key " + key.name() + " (" + key.fingerprint() + ")")
            .collect(Collectors.joining(", "));
  }

  private LockException differs(String given, String locked) {
    return new LockException(
        "--locked: this build is given "
            + given
            + ", but "
            + name
            + " has "
            + locked
            + ". Leave the option out to build from the lock, or build without --locked to update"
            + " it.");
  }

  private static String listed(Collection<?> places) {
    return places.stream().map(Object::toString).collect(Collectors.joining(", "));
  }

  private static Set<RepositoryLocation> plain(InputSettings inputs) {
    return inputs.repositories().stream()
        .filter(each -> !each.isTagged())
        .map(RepositoryLine::location)
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static List<RepositoryLine> tagged(InputSettings inputs) {
    return inputs.repositories().stream().filter(RepositoryLine::isTagged).toList();
  }
}
