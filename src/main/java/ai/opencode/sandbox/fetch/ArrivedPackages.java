package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.report.Amount;
import ai.opencode.sandbox.report.Progress;
import ai.opencode.sandbox.report.Stage;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** The part of the packages of one image that has arrived, as events. */
final class ArrivedPackages {

  private final Arrivals<Checksum> arrivals;
  private final Progress ofImage;
  private final int all;
  private final long allBytes;
  private final Set<PackageLocation> missing;
  private int done;

  ArrivedPackages(List<PackageLocation> wanted, Arrivals<Checksum> arrivals, Progress ofImage) {
    this.arrivals = arrivals;
    this.ofImage = ofImage;
    this.all = wanted.size();
    this.missing = new HashSet<>(wanted);
    this.allBytes = missing.stream().mapToLong(PackageLocation::size).sum();
  }

  /** Reports the beginning, because the first package may take long. */
  synchronized void begin() {
    if (all > 0) {
      ofImage.step(Stage.FETCH, "0/" + all);
      report();
    }
  }

  synchronized void add(PackageLocation place) {
    missing.remove(place);
    done++;
    ofImage.step(Stage.FETCH, done + "/" + all + " " + place.label());
    report();
  }

  /** Reports the bytes that have arrived, those of unfinished packages included. */
  synchronized void report() {
    long bytes = allBytes;
    for (PackageLocation each : missing) {
      bytes -= each.size() - Math.min(each.size(), arrivals.of(each.checksum()));
    }
    ofImage.amount(Stage.FETCH, new Amount(Amount.Unit.BYTES, bytes, allBytes));
  }
}
