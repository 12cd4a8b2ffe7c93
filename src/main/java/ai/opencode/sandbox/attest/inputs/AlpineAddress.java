package ai.opencode.sandbox.attest.inputs;

import ai.opencode.sandbox.apk.PackageLabel;
import ai.opencode.sandbox.lock.LockedPackage;
import java.util.Optional;

/** The address of a package at Alpine's own server, the same for every mirror of one. */
public final class AlpineAddress {

  private static final String ALPINE = "https://dl-cdn.alpinelinux.org/alpine/";

  private AlpineAddress() {}

  /** Returns a package's address; empty if it is not from Alpine's own server. */
  public static Optional<String> of(LockedPackage pkg, String architecture) {
    return pkg.repository().text().startsWith(ALPINE)
        ? Optional.of(
            pkg.repository()
                .file(architecture, new PackageLabel(pkg.name(), pkg.version()).fileName()))
        : Optional.empty();
  }
}
