package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.npm.Integrity;
import ai.opencode.sandbox.npm.LockedNpmPackage;
import ai.opencode.sandbox.report.Amount;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * The npm tarballs of one image that have arrived, as events. A lock does not name the sizes of
 * tarballs, so their number is the amount, and the bytes of an unfinished one are in the step.
 */
final class ArrivedTarballs {

  private final Map<Integrity, LockedNpmPackage> missing;
  private final Arrivals<Integrity> arrivals;
  private final Progress ofImage;
  private final int all;

  ArrivedTarballs(
      Map<Integrity, LockedNpmPackage> wanted, Arrivals<Integrity> arrivals, Progress ofImage) {
    this.missing = new LinkedHashMap<>(wanted);
    this.arrivals = arrivals;
    this.ofImage = ofImage;
    this.all = wanted.size();
  }

  /** Reports the beginning, because the first tarball may take long. */
  synchronized void begin() {
    report("");
  }

  synchronized void add(Integrity tarball) {
    LockedNpmPackage added = missing.remove(tarball);
    report(added == null ? "" : " " + added.id());
  }

  /** Reports the first unfinished tarball of which bytes have arrived. */
  synchronized void report() {
    missing.entrySet().stream()
        .filter(each -> arrivals.of(each.getKey()) > 0)
        .findFirst()
        .ifPresent(
            each ->
                report(
                    " "
                        + each.getValue().id()
                        + ", "
                        + ByteSize.megabytes(arrivals.of(each.getKey()))));
  }

  private void report(String last) {
    int done = all - missing.size();
    ofImage.step(Stage.NPM, done + "/" + all + last);
    ofImage.amount(Stage.NPM, new Amount(Amount.Unit.FILES, done, all));
  }
}
