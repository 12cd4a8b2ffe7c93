package ai.opencode.sandbox.fetch;

import ai.opencode.sandbox.apk.Checksum;
import ai.opencode.sandbox.report.ByteSize;
import ai.opencode.sandbox.upstream.PackageLocation;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The places that the packages of one build came from, for a line to the user. */
final class PackageSources {

  /** The place that a package came from. Packages without one were in the cache. */
  enum Source {
    MIRROR,
    ARCHIVE,
    /** Only the package's records, from an image in a registry. */
    FORMER_IMAGE
  }

  private final Map<Checksum, Source> sources = new ConcurrentHashMap<>();

  /** Notes where a package came from; its file may follow its records. */
  void note(PackageLocation location, Source source) {
    sources.put(location.checksum(), source);
  }

  String summary(List<PackageLocation> locations) {
    List<String> parts = new ArrayList<>();
    List<PackageLocation> fetched = from(Source.MIRROR, locations);
    if (!fetched.isEmpty()) {
      long bytes = fetched.stream().mapToLong(PackageLocation::size).sum();
      parts.add(fetched.size() + " of them fetched (" + ByteSize.megabytes(bytes) + ")");
    }
    share(Source.ARCHIVE, locations, "from the archive", parts);
    share(Source.FORMER_IMAGE, locations, "known from former images", parts);
    if (parts.isEmpty()) {
      parts.add("all from the cache");
    }
    String count = locations.size() == 1 ? "1 package, " : locations.size() + " packages, ";
    return count + String.join(", ", parts);
  }

  private void share(
      Source source, List<PackageLocation> locations, String words, List<String> parts) {
    int found = from(source, locations).size();
    if (found > 0) {
      parts.add((found == locations.size() ? "all" : found + " of them") + " " + words);
    }
  }

  private List<PackageLocation> from(Source source, List<PackageLocation> locations) {
    return locations.stream().filter(each -> sources.get(each.checksum()) == source).toList();
  }
}
