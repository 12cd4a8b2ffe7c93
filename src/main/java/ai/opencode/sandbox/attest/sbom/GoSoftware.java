package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.evidence.GoBuild;
import java.util.Optional;
import java.util.function.Function;

/**
 * A program made with Go, which holds its modules.
 *
 * @param evidence the program's file
 * @param build what the program says about its making
 * @param carrier the part of the image that the file belongs to; empty if there is none
 */
public record GoSoftware(FileEvidence evidence, GoBuild build, Optional<Carrier> carrier) {

  /** The package that a program belongs to. */
  public sealed interface Carrier {

    /** Returns the result of the case for this kind of package. */
    <T> T in(Function<ApkCarrier, T> apk, Function<NpmCarrier, T> npm);
  }

  /** An Alpine package, by its name. */
  public record ApkCarrier(String name) implements Carrier {
    @Override
    public <T> T in(Function<ApkCarrier, T> apk, Function<NpmCarrier, T> npm) {
      return apk.apply(this);
    }
  }

  /** An npm package, by its directory. */
  public record NpmCarrier(String path) implements Carrier {
    @Override
    public <T> T in(Function<ApkCarrier, T> apk, Function<NpmCarrier, T> npm) {
      return npm.apply(this);
    }
  }
}
