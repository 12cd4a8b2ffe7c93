package ai.opencode.sandbox.attest.sbom;

import ai.opencode.sandbox.failure.VerificationException;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * The software of an image for one platform. A name is that of one Alpine package, and a directory
 * that of one npm package.
 *
 * @param apk the Alpine packages, in the order of their installation as far as it is known
 * @param npm the npm packages, sorted by directory
 * @param go the programs made with Go, sorted by path
 * @param database apk's list of installed packages; empty for an image that does not exist yet
 */
public record SoftwareBill(
    BillSubject subject,
    List<ApkSoftware> apk,
    List<NpmSoftware> npm,
    List<GoSoftware> go,
    Optional<FileEvidence> database) {

  public SoftwareBill {
    apk = List.copyOf(apk);
    npm = npm.stream().sorted(Comparator.comparing(each -> each.facts().path())).toList();
    go = go.stream().sorted(Comparator.comparing(each -> each.evidence().path())).toList();
    requireOne(apk.stream().map(each -> each.facts().name()).toList());
    requireOne(npm.stream().map(each -> each.facts().path()).toList());
  }

  private static void requireOne(List<String> names) {
    Set<String> seen = new HashSet<>();
    for (String name : names) {
      if (!seen.add(name)) {
        throw new VerificationException(
            "The list of packages has " + name + " twice, so it is not one that apk or npm wrote.");
      }
    }
  }

  /**
   * Returns the part of the bill that the image itself shows. Its files name neither the tarballs
   * of npm packages nor the data segments of Alpine packages; inputs do.
   */
  public SoftwareBill asInstalled() {
    return new SoftwareBill(
        subject,
        apk.stream().map(ApkSoftware::asInstalled).toList(),
        npm.stream().map(NpmSoftware::asInstalled).toList(),
        go,
        database);
  }
}
